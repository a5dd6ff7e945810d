'use client'

import { ActionIcon, CopyButton, Tooltip, UnstyledButton } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './copyable.module.css'

/** A slug, id or key: mono, and a click copies it. `shown` is what the eye gets when the whole is too long. */
export function Copyable({ value, shown, label }: { value: string; shown?: ReactNode; label?: string }) {
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${label ?? value}`} multiline maw={420}>
          <UnstyledButton
            className={styles.chip}
            onClick={(event) => {
              event.stopPropagation()
              copy()
            }}
          >
            <span className={styles.said}>Copy {label ?? ''} </span>
            <span className={styles.text}>{shown ?? value}</span>
            {copied ? (
              <Check size={12} aria-hidden />
            ) : (
              <Copy size={12} aria-hidden className={styles.icon} />
            )}
            <span role="status" className={styles.said}>
              {copied ? 'Copied' : ''}
            </span>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** Lines to paste, with a copy button in the corner. `label` names them for a screen reader: "curl". */
export function CodeBlock({
  code,
  label = 'code',
  maxHeight = 360,
}: {
  code: string
  label?: string
  maxHeight?: number
}) {
  return (
    <div className={styles.block}>
      <section aria-label={label} className={styles.code} style={{ maxHeight }}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <pre tabIndex={0}>{code}</pre>
      </section>
      <CopyCorner value={code} label={label} />
    </div>
  )
}

/** The copy button in the corner of a block of text. */
export function CopyCorner({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${label}`}>
          <ActionIcon
            className={styles.corner}
            variant="default"
            size={28}
            onClick={copy}
            aria-label={`Copy ${label}`}
          >
            {copied ? <Check size={14} /> : <Copy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}
