/** The types Anthropic names its errors by, each with the one status it goes with. */
const ANTHROPIC: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** What OpenAI and those who speak like it call the same, as type or as code. */
const NAMED: Readonly<Record<string, number>> = {
  ...ANTHROPIC,
  context_length_exceeded: 400,
  invalid_api_key: 401,
  model_not_found: 404,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  server_error: 500,
  overloaded: 529,
}

/**
 * The status an error's own name stands for, for errors that arrive inside a 200; the first name that is known speaks.
 * Null when none is: names are an upstream's to choose. Source: gateway-contract §5.4, §5.5.
 */
export function statusNamed(...names: readonly unknown[]): number | null {
  const name = names.find((text) => typeof text === 'string' && Object.hasOwn(NAMED, text))
  return name === undefined ? null : (NAMED[name as string] as number)
}

/** Anthropic's type for a status; `api_error` or `invalid_request_error` where it has none of its own. */
export function anthropicTypeOf(status: number): string {
  const found = Object.keys(ANTHROPIC).find((type) => ANTHROPIC[type] === status)
  return found ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}
