/** Model prices between what people type (dollars per million tokens) and what is stored (cents per token). Pure. */
import type { ModelSetting } from './data.ts'

/** `usd_per_1M = cents_per_token × 10 000` (admin-contract §0.1). */
const CENTS_TO_DOLLARS_PER_MILLION = 10_000
/** Enough for any price, few enough that 0.15 typed is 0.15 stored. */
const DIGITS = 12

export interface TypedPrices {
  input: string
  output: string
  cacheRead: string
  cacheWrite: string
}

export const NO_PRICES: TypedPrices = { input: '', output: '', cacheRead: '', cacheWrite: '' }

const KINDS = [
  ['input', 'request_token'],
  ['output', 'response_token'],
  ['cacheRead', 'cache_read_input_token'],
  ['cacheWrite', 'cache_write_input_token'],
] as const

/** The price set here, as one would have typed it; empty fields where the catalogue's price holds. */
export function typedPrices({ pricing_config }: Pick<ModelSetting, 'pricing_config'>): TypedPrices {
  const tokens = (pricing_config?.pay_as_you_go ?? {}) as Record<string, { price?: number } | undefined>
  const typed = { ...NO_PRICES }
  for (const [name, kind] of KINDS) {
    const cents = tokens[kind]?.price
    if (typeof cents === 'number') typed[name] = String(trimmed(cents * CENTS_TO_DOLLARS_PER_MILLION))
  }
  return typed
}

/** What is wrong with typed prices, by field. Both input and output are needed, or neither. */
export function priceProblems(typed: TypedPrices): Partial<Record<keyof TypedPrices, string>> {
  const found: Partial<Record<keyof TypedPrices, string>> = {}
  for (const [name] of KINDS)
    if (Number.isNaN(dollarsOf(typed[name]))) found[name] = 'Must be dollars, such as 2.50'
  const hasAny = KINDS.some(([name]) => typed[name].trim() !== '')
  if (hasAny && typed.input.trim() === '') found.input = 'Needed beside the other prices'
  if (hasAny && typed.output.trim() === '') found.output = 'Needed beside the other prices'
  return found
}

/** Typed prices as the wire carries them; null when every field is empty, so that the catalogue's price holds. */
export function pricingConfigOf(typed: TypedPrices): object | null {
  const said = KINDS.flatMap(([name, kind]) => {
    const dollars = dollarsOf(typed[name])
    return dollars === null || Number.isNaN(dollars)
      ? []
      : [[kind, { price: trimmed(dollars / CENTS_TO_DOLLARS_PER_MILLION) }] as const]
  })
  return said.length === 0 ? null : { type: 'static', pay_as_you_go: Object.fromEntries(said) }
}

/** Null for nothing, NaN for what is not an amount of zero or more. */
function dollarsOf(text: string): number | null {
  const digits = text.trim().replace(/^\$/, '').replaceAll(',', '')
  if (digits === '') return null
  return /^\d*\.?\d+$/.test(digits) || /^\d+\.$/.test(digits) ? Number(digits) : Number.NaN
}

function trimmed(value: number): number {
  return Number(value.toPrecision(DIGITS))
}
