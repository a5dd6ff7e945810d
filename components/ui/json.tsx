'use client'

import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { bytes } from '../format.ts'
import { CopyCorner } from './copyable.tsx'
import styles from './json.module.css'
import { prettyOf, rawOf, tokensOf } from './json-text.ts'

const CHARACTERS_SHOWN = 60_000
const COLOURED_MAX = 60_000

/** A value in full: indented and coloured when it is JSON, or as it came. Very long ones open in parts. */
export function Json({
  value,
  label,
  isRaw = false,
  maxHeight = 520,
}: {
  value: unknown
  label: string
  isRaw?: boolean
  maxHeight?: number
}) {
  const [isWhole, setWhole] = useState(false)
  const text = useMemo(() => (isRaw ? rawOf(value) : prettyOf(value)), [value, isRaw])
  const shown = isWhole ? text : text.slice(0, CHARACTERS_SHOWN)
  const isJson = !isRaw && /^\s*[[{]/.test(shown)
  return (
    <div className={styles.code}>
      <section aria-label={label} className={styles.scrolled} style={{ maxHeight }}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <pre tabIndex={0}>
          {isJson && shown.length <= COLOURED_MAX ? <Coloured text={shown} /> : shown}
          {shown.length < text.length && '…'}
        </pre>
      </section>
      <CopyCorner value={text} label={label} />
      {shown.length < text.length && (
        <Button variant="default" size="compact-sm" mt={8} onClick={() => setWhole(true)}>
          Show all {bytes(text.length)}
        </Button>
      )}
    </div>
  )
}

function Coloured({ text }: { text: string }) {
  const tokens = useMemo(() => tokensOf(text), [text])
  return tokens.map(({ kind, text: part }, index) =>
    kind === 'plain' ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one unchanging text
      <span key={index} data-kind={kind}>
        {part}
      </span>
    ),
  )
}
