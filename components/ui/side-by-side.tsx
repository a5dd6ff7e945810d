'use client'

import { Text } from '@mantine/core'
import { useMemo } from 'react'
import { plural } from '../format.ts'
import { diffLines, folded } from './diff.ts'
import styles from './side-by-side.module.css'

const LINES_SHOWN = 1_500

interface Props {
  /** For screen readers: what stands beside what. */
  label: string
  /** Over the left and over the right text. */
  headings: readonly [string, string]
  left: string
  right: string
}

/** Two texts line by line beside each other, what differs marked; long equal stretches are left out. */
export function SideBySide({ label, headings, left, right }: Props) {
  const lines = useMemo(() => folded(diffLines(left, right)), [left, right])
  return (
    <>
      <section className={styles.diff} aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <table tabIndex={0}>
          <thead>
            <tr>
              <th scope="col">{headings[0]}</th>
              <th scope="col">{headings[1]}</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, LINES_SHOWN).map((line, index) =>
              'skipped' in line ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one unchanging comparison
                <tr key={index} data-skipped>
                  <td colSpan={2}>{plural(line.skipped, 'equal line')}</td>
                </tr>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one unchanging comparison
                <tr key={index} data-changed={!line.isSame || undefined}>
                  <DiffCell text={line.left} mark={line.isSame ? undefined : '−'} side="left" />
                  <DiffCell text={line.right} mark={line.isSame ? undefined : '+'} side="right" />
                </tr>
              ),
            )}
          </tbody>
        </table>
      </section>
      {lines.length > LINES_SHOWN && (
        <Text size="xs" c="dimmed" mt={6}>
          The first {LINES_SHOWN.toLocaleString('en-US')} of {lines.length.toLocaleString('en-US')} lines.
        </Text>
      )}
    </>
  )
}

function DiffCell({ text, mark, side }: { text: string | null; mark: string | undefined; side: string }) {
  return (
    <td data-side={side} data-empty={text === null || undefined}>
      {text !== null && mark && <span className={styles.mark}>{mark}</span>}
      {text !== null && text.length > 400
        ? `${text.slice(0, 400)}… (${text.length.toLocaleString('en-US')})`
        : text}
    </td>
  )
}
