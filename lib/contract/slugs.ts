/** A name as a slug begins, at most so long: `Ärzte & Söhne` → `arzte-sohne`; '' when nothing of it can stand in one. */
export function slugStem(name: string, charsMax: number): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, charsMax)
    .replace(/^-+|-+$/g, '')
}

const WORKSPACE_STEM_CHARS = 24

/** How the slug of a workspace of that name begins; six characters of its own follow (admin-contract §1.2). */
export function workspaceSlugStem(name: string): string {
  const stem = slugStem(name, WORKSPACE_STEM_CHARS)
  return stem === '' ? 'ws-' : `ws-${stem}-`
}
