import type { UpstreamDialect } from './adapter.ts'

/** One provider of the catalogue: a row of data. Source: gateway-contract §8.10, §8.14. */
export interface ProviderSpec {
  id: string
  name: string
  dialect: UpstreamDialect
  /** Without a trailing slash; null where the integration must bring a host. */
  baseUrl: string | null
}
