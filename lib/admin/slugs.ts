/** Slugs that are made from names. Source: admin-contract §1.7, §1.8. */

const STEM_CHARS = 6
const SUFFIX_CHARS = 6

/** `pc-routin-7f1051`: a prefix, the beginning of the name, and six hex digits that make it unlike any other. */
export function shortSlug(prefix: string, name: string, newId: () => string): string {
  const stem = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, STEM_CHARS)
    .replace(/-+$/, '')
  return [prefix, stem, newId().slice(-SUFFIX_CHARS)].filter(Boolean).join('-')
}
