'use client'

import { Text, TextInput } from '@mantine/core'
import { type Problems, problemAt } from '../resource/form-state.ts'
import styles from './catalog.module.css'
import { priceProblems, type TypedPrices } from './prices.ts'

/** What both model forms ask for: prices as one types them, and bounds in tokens. */
export interface TypedModel {
  prices: TypedPrices
  context: string
  cap: string
}

/** Problems of the typed parts, by the names of their fields. */
export function typedProblems({ prices, context, cap }: TypedModel): Problems {
  const found: Record<string, string> = {}
  for (const [name, words] of Object.entries(priceProblems(prices))) found[`prices.${name}`] = words
  for (const [name, text] of Object.entries({ context, cap })) {
    if (Number.isNaN(tokensOf(text))) found[name] = 'Must be a whole number of tokens, 1 or more'
  }
  return found
}

/** Tokens as typed (`128,000`, `128k`, `1M`); null for nothing, NaN for what is no number of tokens. */
export function tokensOf(text: string): number | null {
  const said = text
    .trim()
    .replaceAll(/[,_\s]/g, '')
    .toLowerCase()
  if (said === '') return null
  const parts = /^(\d+(?:\.\d+)?)([km]?)$/.exec(said)
  if (!parts) return Number.NaN
  const value = Number(parts[1]) * { '': 1, k: 1_000, m: 1_000_000 }[parts[2] as '' | 'k' | 'm']
  return Number.isInteger(value) && value >= 1 && value <= 100_000_000 ? value : Number.NaN
}

/** Where the server's words about one model of a PUT belong in these forms. */
export function modelProblems(problems: Problems): Problems {
  const found: Record<string, string> = {}
  const price = problemAt(problems, 'models.0.pricing_config') ?? problemAt(problems, 'models.pricing_config')
  if (price) found['prices.input'] = price
  for (const [name, wire] of [
    ['context', 'context_window'],
    ['cap', 'max_output_tokens'],
    ['slug', 'slug'],
    ['name', 'name'],
    ['base', 'base_model_slug'],
  ] as const) {
    const words = problemAt(problems, `models.0.${wire}`) ?? problemAt(problems, `models.${wire}`)
    if (words) found[name] = words
  }
  return found
}

const PRICE_FIELDS = [
  ['input', 'Input'],
  ['output', 'Output'],
  ['cacheRead', 'Cached input'],
  ['cacheWrite', 'Cache write'],
] as const

export function PriceFields({
  prices,
  placeholders,
  problem,
  set,
}: {
  prices: TypedPrices
  /** The price that holds while a field is empty. */
  placeholders?: Partial<Record<keyof TypedPrices, string>>
  problem: (path: string) => string | undefined
  set: (prices: TypedPrices) => void
}) {
  return (
    <div>
      <Text fw={500} size="sm">
        Prices
      </Text>
      <Text size="xs" c="dimmed" mb={8}>
        US dollars per million tokens. All empty: the catalogue’s price holds.
      </Text>
      <div className={styles.pair}>
        {PRICE_FIELDS.map(([name, label]) => (
          <TextInput
            key={name}
            label={label}
            inputMode="decimal"
            leftSection={<span className={styles.dim}>$</span>}
            placeholder={placeholders?.[name] ?? ''}
            value={prices[name]}
            error={problem(`prices.${name}`)}
            onChange={(event) => set({ ...prices, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
    </div>
  )
}

export function BoundFields({
  context,
  cap,
  problem,
  set,
}: {
  context: string
  cap: string
  problem: (path: string) => string | undefined
  set: (bounds: { context?: string; cap?: string }) => void
}) {
  return (
    <div className={styles.pair}>
      <TextInput
        label="Context window"
        description="Tokens, in and out together. Empty: unknown."
        inputMode="numeric"
        placeholder="128,000"
        value={context}
        error={problem('context')}
        onChange={(event) => set({ context: event.currentTarget.value })}
      />
      <TextInput
        label="Output cap"
        description="Tokens. Requests that ask for more are lowered to it."
        inputMode="numeric"
        placeholder="16,384"
        value={cap}
        error={problem('cap')}
        onChange={(event) => set({ cap: event.currentTarget.value })}
      />
    </div>
  )
}
