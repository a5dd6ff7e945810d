import type { KeyboardEvent } from 'react'
import type { Problems } from './form-state.ts'

/** ⌘↵ or Ctrl ↵ submits. */
export function submitOnKeys(event: KeyboardEvent, form: HTMLFormElement | null): void {
  if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
  event.preventDefault()
  form?.requestSubmit()
}

/** Puts the cursor where the first problem is, once the step that shows it is drawn. */
export function focusFirst(form: HTMLFormElement | null, found: Problems): void {
  const first = Object.keys(found)[0]
  if (!first) return
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const field = fieldAt(form, first)
      if (field?.matches('input, textarea')) field.focus()
      else field?.querySelector<HTMLElement>('input, textarea, button')?.focus()
      field?.scrollIntoView({ block: 'nearest' })
    }),
  )
}

/** The field at a wire path, or the nearest one around it: the server names metadata by its name, the form by its row. */
function fieldAt(form: HTMLFormElement | null, path: string): HTMLElement | null {
  const own = form?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)
  if (own || !path.includes('.')) return own ?? null
  const around = path.slice(0, path.lastIndexOf('.'))
  return form?.querySelector<HTMLElement>(`[data-path^="${CSS.escape(around)}."]`) ?? fieldAt(form, around)
}
