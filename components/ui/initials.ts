/** Two letters of a name: the first of its first two words, else its first two. `Together AI` → `TA`, `Groq` → `Gr`. */
export function initials(name: string): string {
  const words = name
    .replace(/\(.*\)/, '')
    .split(/[\s.·/-]+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const [first = '?', second] = words
  if (!second) return [...first].slice(0, 2).join('')
  return `${[...first][0]}${[...second][0]}`.toUpperCase()
}
