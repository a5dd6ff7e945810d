/** Every object the official clients know and this API has, with what a customer does to it. Source: admin-contract §2.6. */
import type Portkey from 'portkey-ai'
import { integrations, providers, virtualKeys } from './catalog.ts'
import { apiKeys } from './keys.ts'
import type { Transcript } from './transcript.ts'
import { workspaces } from './workspaces.ts'
import type { Given } from './world.ts'

export type WorldKind = 'empty' | 'populated'

export interface Row {
  /** As the test names it. */
  objects: string
  /** Parts of the client, by their Python names, of which no method may be left out. */
  parts: readonly string[]
  /** The program in Python, below `__fixtures__/portkey`. */
  python: string
  /** The same in Node. */
  node(portkey: Portkey, given: Given): Promise<void>
  /** What both must have been told. */
  expects(told: Transcript, world: { given: Given; kind: WorldKind; client: 'python' | 'node' }): void
}

export const ROWS: readonly Row[] = [apiKeys, workspaces, integrations, providers, virtualKeys]
