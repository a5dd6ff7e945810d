import type { FirstStart } from './admin/bootstrap.ts'

/**
 * What a start says to the person at the terminal. The owner's password and the key are in it on the first start only:
 * nothing of them is kept.
 */
export function firstWords({
  publicUrl,
  firstStart,
}: {
  publicUrl: string
  firstStart: FirstStart | null
}): string[] {
  const lines = ['', `  Tollgate is ready: ${publicUrl}`, '']
  if (!firstStart) return lines
  const { email, password, key } = firstStart
  return [
    ...lines,
    '  Shown this once:',
    `    owner      ${email}`,
    `    password   ${password ?? '(the one in ADMIN_PASSWORD)'}`,
    `    API key    ${key}`,
    '',
    '  Try it (answered by the built-in sandbox, no provider key needed):',
    '',
    `curl ${publicUrl}/api/v1/chat/completions -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{"model":"@sandbox/echo","messages":[{"role":"user","content":"Hello, Tollgate"}]}'`,
    '',
  ]
}
