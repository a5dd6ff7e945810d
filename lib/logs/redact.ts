import { maskSecret } from '../secrets.ts'

/** Headers whose values are kept as they are. Whatever is not named here is masked, so a new secret is safe before anyone thinks of it. */
const HARMLESS = new Set(
  `accept accept-charset accept-encoding accept-language age allow cache-control connection content-disposition
  content-encoding content-language content-length content-type date dnt etag expect expires host if-modified-since
  if-none-match keep-alive last-modified origin pragma priority range retry-after server server-timing te traceparent
  transfer-encoding upgrade user-agent vary via x-request-id request-id x-correlation-id x-client-request-id
  http-referer referer x-title x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-real-ip cf-ray cf-cache-status
  sec-fetch-dest sec-fetch-mode sec-fetch-site sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform
  anthropic-version anthropic-beta anthropic-dangerous-direct-browser-access anthropic-organization-id
  openai-beta openai-organization openai-project openai-processing-ms openai-version openai-model idempotency-key
  x-stainless-arch x-stainless-async x-stainless-custom-poll-interval x-stainless-helper-method x-stainless-lang
  x-stainless-os x-stainless-package-version x-stainless-poll-helper x-stainless-read-timeout x-stainless-retry-count
  x-stainless-runtime x-stainless-runtime-version x-stainless-timeout
  x-ratelimit-limit-requests x-ratelimit-limit-tokens x-ratelimit-remaining-requests x-ratelimit-remaining-tokens
  x-ratelimit-reset-requests x-ratelimit-reset-tokens x-envoy-upstream-service-time x-should-retry`
    .split(/\s+/)
    .concat(ours()),
)

function ours(): string[] {
  const names = `provider virtual-key metadata trace-id span-id span-name parent-span-id cache-force-refresh
    cache-namespace cache-status forward-headers sensitive-headers request-timeout strict-open-ai-compliance strict-openai-compliance
    debug beta nitro-mode fetch-integrated-models mode request-id retry-attempt-count last-used-option-index
    last-used-option-params gateway-exception runtime runtime-version package-version overhead-ms clamped dropped
    budget-reset azure-deployment-id azure-resource-name azure-api-version aws-region vertex-region vertex-project-id`.split(
    /\s+/,
  )
  return names.flatMap((name) => [`x-portkey-${name}`, `x-tollgate-${name}`])
}

/**
 * Headers as a log may keep them: harmless ones verbatim, all others masked like `sk********wAA`, a scheme such as
 * `Bearer` kept. `sensitive` is a comma list of more names to mask. Names are expected in lower case; undefined values
 * are left out. Called for every logged call. Source: architecture §7, gateway-contract §2.2.
 */
export function maskHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  sensitive?: string,
): Record<string, string> {
  const extra = sensitive ? new Set(sensitive.toLowerCase().split(/[\s,]+/)) : null
  const masked: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    masked[name] = HARMLESS.has(name) && !extra?.has(name) ? value : maskValue(value)
  }
  return masked
}

/** A URL as a log may keep it: credentials before the host and the values of query parameters that may be secrets are masked. */
export function maskUrl(url: string): string {
  // Most have neither, and every logged call asks twice.
  if (!url.includes('?') && !url.includes('@')) return url
  return url
    .replace(/^(\w+:\/\/)[^/?#]*@/, '$1********@')
    .replace(SECRET_PARAMETER, (_, name: string, value: string) => `${name}=${maskSecret(value)}`)
}

const SECRET_PARAMETER =
  /(?<=[?&])([^=&#]*(?:key|token|secret|sig|auth|password|credential)[^=&#]*)=([^&#]+)/gi

function maskValue(value: string): string {
  const space = value.indexOf(' ')
  return space > 0 && space < 16 && SCHEME.test(value)
    ? `${value.slice(0, space)} ${maskSecret(value.slice(space + 1))}`
    : maskSecret(value)
}

const SCHEME = /^(?:Bearer|Basic|Digest|Token|ApiKey) /i
