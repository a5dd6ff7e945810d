/** A letter as plain text and as HTML. Pure. Source: admin-contract §10 (branding). */
import type { Branding } from '../mail.ts'
import type { Letter } from './notifications-letters.ts'

export interface Layout {
  publicUrl: string
  branding: Branding
  /** The secret link of the event; null where it must not be seen. */
  link: string | null
}

export const PLAIN_BRANDING: Branding = { company: 'Tollgate', logoUrl: null, support: null }

/** Paragraphs, the link on a line of its own, and who sends this. */
export function asText(letter: Letter, layout: Layout): string {
  const { button } = letter
  const href = button && hrefOf(button, layout)
  const parts = [...letter.lines]
  if (button) parts.push(href === null ? `${button.label}: ${HIDDEN_LINK}` : `${button.label}:\n${href}`)
  return [...parts, `-- \n${footer(layout).join('\n')}`].join('\n\n')
}

/** One column that every mail program can draw: no script, no remote file but the logo, styles inline. */
export function asHtml(letter: Letter, layout: Layout): string {
  const { company, logoUrl } = layout.branding
  const { button } = letter
  const href = button && hrefOf(button, layout)
  const head = logoUrl
    ? `<img src="${escaped(logoUrl)}" alt="${escaped(company)}" height="32" style="display:block;border:0">`
    : `<strong>${escaped(company)}</strong>`
  const lines = letter.lines.map((line) => `<p style="margin:0 0 16px">${escaped(line)}</p>`)
  const action = button
    ? href === null
      ? `<p style="margin:0 0 16px">${escaped(`${button.label}: ${HIDDEN_LINK}`)}</p>`
      : `<p style="margin:24px 0"><a href="${escaped(href)}" style="${BUTTON}">${escaped(button.label)}</a></p>
<p style="margin:0 0 16px;${SMALL}">If the button does nothing, open this address:<br>${escaped(href)}</p>`
    : ''
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escaped(letter.subject)}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px;margin:0 auto">
<div style="margin:0 0 24px">${head}</div>
${lines.join('\n')}
${action}
<p style="margin:32px 0 0;${SMALL}">${footer(layout).map(escaped).join('<br>')}</p>
</div>
</body>
</html>
`
}

const HIDDEN_LINK = '(the link is in the mail itself)'
/** White on this amber is 5.0:1. */
const BUTTON =
  'display:inline-block;padding:10px 20px;border-radius:8px;background:#b45309;color:#ffffff;text-decoration:none;font-weight:600'
const SMALL = 'font-size:13px;color:#71717a;word-break:break-word'

function hrefOf({ path }: NonNullable<Letter['button']>, { publicUrl, link }: Layout): string | null {
  return path === null ? link : `${publicUrl}${path}`
}

function footer({ publicUrl, branding: { company, support } }: Layout): string[] {
  const sender = company === 'Tollgate' ? 'Sent by Tollgate' : `Sent by Tollgate for ${company}`
  return [`${sender}, ${publicUrl}`, ...(support === null ? [] : [`Questions: ${support}`])]
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
