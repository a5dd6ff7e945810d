/** The name someone meant who wrote another. Only used to word a refusal. */

const NAME_CHARS_MAX = 64

/** The one of `known` that `said` reads like without being it: `ratelimits`, `usage_limit`. Undefined: none. */
export function namesakeAmong(said: string, known: readonly string[]): string | undefined {
  return known.includes(said) ? undefined : known.find((name) => bare(name) === bare(said))
}

/** The one of `known` that is nearest to `said`; undefined when none is near. */
export function nearestAmong(said: string, known: readonly string[]): string | undefined {
  const namesake = known.find((name) => bare(name) === bare(said))
  if (namesake !== undefined) return namesake
  const byDistance = known
    .map((name) => ({ name, away: distance(bare(said), bare(name)) }))
    .sort((a, b) => a.away - b.away)[0]
  if (byDistance && byDistance.away <= Math.max(1, Math.floor(Math.min(said.length, NAME_CHARS_MAX) / 3)))
    return byDistance.name
  const within = known.filter((name) => said.length > 2 && bare(name).includes(bare(said)))
  return within.length === 1 ? within[0] : undefined
}

/** Ends a sentence about a name that is none: "; did you mean …?", or nothing. */
export function didYouMean(said: string, known: readonly string[]): string {
  const meant = nearestAmong(said, known)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/** Case, separators and a plural s left out. */
function bare(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase().replace(/s$/, '')
}

/** Edits between two words; of long ones, between their beginnings. */
function distance(left: string, right: string): number {
  const [a, b] = [left.slice(0, NAME_CHARS_MAX), right.slice(0, NAME_CHARS_MAX)]
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
