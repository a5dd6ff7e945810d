/**
 * What the story of a call needs from the world, as interfaces. `lib/compose.ts` binds them to Postgres, the journal,
 * the clock and egress; tests bind them to whatever they like.
 */
import type { CallBodies, CallRecord } from '../logs/record.ts'
import type { ModelCard } from '../pricing.ts'
import type { Egress } from '../providers/egress.ts'
import type { ProviderSpec } from '../providers/openai-compatible.ts'
import type { Standing } from './standing.ts'

export type { Egress, UpstreamExchange, UpstreamHandler, UpstreamRequest } from '../providers/egress.ts'

/** Whoever signed the call in: one compiled policy a key. */
export interface Caller {
  keyId: string
  keyType: 'organisation-service' | 'workspace-service' | 'workspace-user'
  organisationId: string
  /** Null for an organisation key that is bound to no workspace. */
  workspaceId: string | null
  workspaceSlug: string | null
  userId: string | null
  /** The address of the person a user key belongs to: the `_user` of calls that name nobody. */
  userEmail: string | null
  scopes: ReadonlySet<string>
  /** Key and workspace defaults, strongest applied last (gateway-contract §10). */
  defaultMetadata: Readonly<Record<string, string>>
  workspaceMetadata: Readonly<Record<string, string>>
  /** Slug of the config the key or the workspace carries; configs are not run yet, so a call that meets one is refused. */
  configSlug: string | null
  /** Epoch ms after which this secret is refused; null = never. */
  expiresAtMs: number | null
  status: Standing
  /** `full` stores bodies, `metrics_only` never does. */
  logging: 'full' | 'metrics_only'
  retentionDays: number
  bodiesRetentionDays: number
  isSavedOnly: boolean
}

export interface KeyDirectory {
  /**
   * The caller behind a secret; null when no such key exists. Synchronous when the answer is in memory, so a warm
   * call waits for nothing. Throws `unavailable` when the store is away and the key has never been seen.
   */
  find(secret: string): Caller | null | Promise<Caller | null>
  /** The caller a key row stands for, without its secret (replay). */
  byId(keyId: string): Promise<Caller | null>
}

/** A provider of a workspace with everything a call needs, decrypted and compiled. */
export interface Provider {
  id: string
  slug: string
  name: string
  workspaceId: string
  integrationId: string
  integrationSlug: string
  spec: ProviderSpec
  /** Base URL without a trailing slash: the integration's custom host, else the spec's. */
  baseUrl: string
  /** The host came with the integration, so `ALLOW_PRIVATE_HOSTS` may lift the private-address block for it. */
  isStoredHost: boolean
  /** Final auth and custom headers, lower-case. Secrets: never logged. */
  headers: Readonly<Record<string, string>>
  status: Standing
  expiresAtMs: number | null
  /** True when the caller may name any model, known or not; false where the workspace has a list of its own. */
  allowAllModels: boolean
  /** An admin took this one away, even where the caller may name any other; dots and hyphens are folded. */
  isSwitchedOff(model: string): boolean
  /** The integration would let this one through, and the workspace's own list of models leaves it out. */
  isWithheld(model: string): boolean
  /** Models that may be called, by exact id. */
  models: ReadonlyMap<string, ModelCard>
  /** The card of a model that may be called (exact, then dots and hyphens folded); null when it may not. */
  card(model: string): ModelCard | null
  /** The provider as it is for models with a host or headers of their own, by exact id. */
  variants?: ReadonlyMap<string, Provider>
}

export interface WorkspaceCatalog {
  bySlug(slug: string): Provider | null
  all(): readonly Provider[]
}

export interface Catalog {
  /** Synchronous when in memory; a stale copy is served while the store is away. */
  of(workspaceId: string): WorkspaceCatalog | Promise<WorkspaceCatalog>
}

export interface Journal {
  /** Hands one record to the kernel before returning. Throws when the disk refuses it: the call then fails, unanswered. */
  append(record: CallRecord, bodies: CallBodies | null): void
}

export interface Ports {
  keys: KeyDirectory
  catalog: Catalog
  journal: Journal
  egress: Egress
  /** The upstream that lives in this process. */
  sandbox: Egress
  /** Epoch ms. */
  now: () => number
  newId: () => string
  /** Headers as a log may keep them: secrets masked; `sensitive` is a comma list of more names to mask. */
  maskHeaders(
    headers: Readonly<Record<string, string | undefined>>,
    sensitive?: string,
  ): Record<string, string>
  /** A URL as a log may keep it: query parameters that may be secrets masked. */
  maskUrl(url: string): string
  /** Tokens of a text, for answers whose upstream never reported any. */
  countTokens(text: string): number
  settings: {
    requestTimeoutMs: number
    /** JSON body bound in bytes (32 MB). */
    bodyBytesMax: number
    publicUrl: string
    isSavedOnlyForced: boolean
    headersToMetadata: readonly string[]
    headersToIgnore: ReadonlySet<string>
    cors: {
      allowedOrigins: readonly string[]
      allowedMethods: readonly string[]
      allowedHeaders: readonly string[]
      exposeHeaders: readonly string[]
    }
    /** Tests are in a hurry; everyone else leaves it out. */
    pace?: StreamPace
  }
}

/** How a stream whose upstream is silent is kept alive; all in milliseconds of silence. */
export interface StreamPace {
  /** Until the 200 goes out although nothing has come. */
  commitAfterMs: number
  /** Between comments, at least; a quarter more at most. */
  heartbeatMs: number
  /** Between empty chunks while the upstream lives but says nothing. */
  lifeSignMs: number
}
