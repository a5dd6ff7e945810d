'use client'

import { type KeyboardEvent, type RefObject, useId } from 'react'
import { plural } from '../format.ts'
import styles from './configs.module.css'
import { lineRange, linesOf, type Problem } from './judge.ts'

interface Props {
  label: string
  value: string
  onChange: (text: string) => void
  problems: readonly Problem[]
  area: RefObject<HTMLTextAreaElement | null>
  isReadOnly?: boolean
}

/**
 * JSON to write: numbered lines, a mark at each line that is wrong, and what is wrong in words below, each a way to its
 * line. Tab indents; after Escape it leaves, as everywhere.
 */
export function CodeEditor({ label, value, onChange, problems, area, isReadOnly = false }: Props) {
  const id = useId()
  const lines = linesOf(value)
  const bad = new Map(problems.map(({ line, message }) => [line, message]))
  return (
    <div>
      <div className={styles.editor} data-bad={problems.length > 0 || undefined}>
        <div className={styles.gutter} aria-hidden>
          {Array.from({ length: lines }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={index}
              data-bad={bad.has(index + 1) || undefined}
              title={bad.get(index + 1)}
            >
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          className={styles.area}
          style={{ height: lines * LINE_PX + PADDING_PX }}
          aria-label={label}
          aria-describedby={`${id}-hint ${id}-problems`}
          aria-invalid={problems.length > 0}
          value={value}
          readOnly={isReadOnly}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={onKey}
          onBlur={(event) => delete event.currentTarget.dataset.leaving}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
        />
      </div>
      <div className={styles.under}>
        <span id={`${id}-problems`} role="status" data-tone={problems.length > 0 ? 'bad' : 'ok'}>
          {problems.length > 0 ? plural(problems.length, 'problem') : 'Fits the schema'}
        </span>
        <span id={`${id}-hint`} className={styles.dim}>
          Tab indents, Esc then Tab leaves
        </span>
      </div>
      {problems.length > 0 && (
        <ul className={styles.problems} aria-label="Problems">
          {problems.slice(0, PROBLEMS_SHOWN).map(({ line, offset, path, message }) => (
            <li key={`${offset} ${path} ${message}`}>
              <button type="button" onClick={() => goToLine(area.current, value, line)}>
                <span className={styles.line}>Line {line}</span>
                <span>{message}</span>
              </button>
            </li>
          ))}
          {problems.length > PROBLEMS_SHOWN && (
            <li className={styles.dim}>and {problems.length - PROBLEMS_SHOWN} more</li>
          )}
        </ul>
      )}
    </div>
  )
}

const LINE_PX = 20
const PADDING_PX = 36
const PROBLEMS_SHOWN = 12

/** Selects a line and brings it into view. */
export function goToLine(area: HTMLTextAreaElement | null, text: string, line: number): void {
  if (!area) return
  const [start, end] = lineRange(text, line)
  area.focus({ preventScroll: true })
  area.setSelectionRange(start, end)
  const frame = area.parentElement
  if (frame) frame.scrollTop = Math.max(0, line * LINE_PX - frame.clientHeight / 2)
  frame?.scrollIntoView({ block: 'nearest' })
}

function onKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
  const area = event.currentTarget
  if (event.metaKey || event.ctrlKey || event.altKey || area.readOnly) return
  if (event.key === 'Escape') {
    area.dataset.leaving = 'true'
    event.stopPropagation()
    return
  }
  const isLeaving = area.dataset.leaving === 'true'
  if (event.key !== 'Shift') delete area.dataset.leaving
  if (event.key === 'Tab' && !isLeaving) {
    event.preventDefault()
    indent(area, event.shiftKey)
  } else if (event.key === 'Enter') {
    event.preventDefault()
    const before = area.value.slice(0, area.selectionStart)
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const deeper = /[[{]\s*$/.test(line) ? '  ' : ''
    insert(`\n${/^\s*/.exec(line)?.[0] ?? ''}${deeper}`)
  }
}

function indent(area: HTMLTextAreaElement, isBack: boolean): void {
  const { selectionStart: from, selectionEnd: to, value } = area
  if (!isBack && from === to) {
    insert('  ')
    return
  }
  const start = value.lastIndexOf('\n', from - 1) + 1
  const block = value.slice(start, to)
  const changed = block.replace(isBack ? /^ {1,2}/gm : /^/gm, isBack ? '' : '  ')
  if (changed === block) return
  area.setSelectionRange(start, to)
  insert(changed)
  area.setSelectionRange(start, start + changed.length)
}

/** The old command is the only way in that the browser's own undo still knows of. */
function insert(text: string): void {
  if (text === '') document.execCommand('delete')
  else document.execCommand('insertText', false, text)
}
