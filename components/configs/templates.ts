/** What a new config can begin as, with the providers of the workspace in it where there are some. Pure. */

export interface Template {
  id: string
  title: string
  /** When one wants it. */
  why: string
  config: (providers: readonly string[]) => Record<string, unknown>
}

/** Stands where a provider is to be named. */
const MISSING = ['your-provider', 'your-second-provider']

const slot = (providers: readonly string[], at: number) => `@${providers[at] ?? providers[0] ?? MISSING[at]}`

export const TEMPLATES: readonly Template[] = [
  {
    id: 'single',
    title: 'One provider',
    why: 'Every call goes to one place, with a time it may take.',
    config: (providers) => ({ provider: slot(providers, 0), request_timeout: 30_000 }),
  },
  {
    id: 'fallback',
    title: 'Fallback',
    why: 'When one provider fails or is full, the next one answers.',
    config: (providers) => ({
      strategy: { mode: 'fallback', on_status_codes: [429, 500, 502, 503, 504] },
      targets: [{ provider: slot(providers, 0) }, { provider: slot(providers, 1) }],
    }),
  },
  {
    id: 'loadbalance',
    title: 'Load balance',
    why: 'Calls are shared out by weight: two accounts, or a canary.',
    config: (providers) => ({
      strategy: { mode: 'loadbalance' },
      targets: [
        { provider: slot(providers, 0), weight: 0.7 },
        { provider: slot(providers, 1), weight: 0.3 },
      ],
    }),
  },
  {
    id: 'conditional',
    title: 'Conditions',
    why: 'What a call says of itself decides where it goes.',
    config: (providers) => ({
      strategy: {
        mode: 'conditional',
        // biome-ignore lint/suspicious/noThenProperty: the wire's word
        conditions: [{ query: { 'metadata.plan': { $eq: 'pro' } }, then: 'pro' }],
        default: 'everyone',
      },
      targets: [
        { name: 'pro', provider: slot(providers, 0) },
        { name: 'everyone', provider: slot(providers, 1) },
      ],
    }),
  },
  {
    id: 'cache-retry',
    title: 'Cache and retry',
    why: 'The same question is paid for once; a hiccup is tried again. The call names its own provider.',
    config: () => ({
      cache: { mode: 'simple', max_age: 3600 },
      retry: { attempts: 3, on_status_codes: [429, 500, 502, 503] },
    }),
  },
]

/** The text a template begins with. */
export function templateText(id: string, providers: readonly string[]): string {
  const template = TEMPLATES.find((one) => one.id === id) ?? (TEMPLATES[0] as Template)
  return JSON.stringify(template.config(providers), null, 2)
}
