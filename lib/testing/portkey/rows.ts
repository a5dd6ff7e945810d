/** Every object the official clients know and this API has, with what a customer does to it. Source: admin-contract §2.6. */
import type Portkey from 'portkey-ai'
import { organisation, policies } from './by-path.ts'
import { integrations, providers, virtualKeys } from './catalog.ts'
import { configs } from './configs.ts'
import { guardrails } from './guardrails.ts'
import { apiKeys } from './keys.ts'
import { members } from './members.ts'
import { invites, users } from './people.ts'
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

export const ROWS: readonly Row[] = [
  apiKeys,
  invites,
  users,
  workspaces,
  members,
  integrations,
  providers,
  virtualKeys,
  configs,
  guardrails,
  policies,
  organisation,
]

/**
 * Top parts of the clients without a row: calls of models, which the data plane answers; what is recorded and counted of
 * them, tested with its own routes; and what this API does not have.
 */
export const WITHOUT_ROW: ReadonlySet<string> = new Set([
  ...[
    'audio',
    'batches',
    'beta',
    'chat',
    'completions',
    'containers',
    'conversations',
    'embeddings',
    'evals',
  ],
  ...[
    'files',
    'fine_tuning',
    'generations',
    'images',
    'models',
    'moderations',
    'realtime',
    'responses',
    'skills',
  ],
  ...['uploads', 'vector_stores', 'videos', 'webhooks'],
  ...['analytics', 'feedback', 'logs'],
  ...['collections', 'labels', 'mcp_integrations', 'mcp_servers', 'prompts'],
])

/** Of the parts of a client, those that have no row and should. */
export function forgotten(parts: readonly string[]): string[] {
  const done = new Set(ROWS.flatMap((row) => row.parts))
  return parts.filter((part) => !done.has(part) && !WITHOUT_ROW.has(part.split('.')[0] as string))
}
