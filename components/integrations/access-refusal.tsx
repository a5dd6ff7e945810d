'use client'

import { UnstyledButton } from '@mantine/core'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import grid from './grid.module.css'
import styles from './integrations.module.css'

/** What the marks of the grid mean, and what a caller sees of a model that is off for its workspace. */
export function Refusal({ hasMarks = false }: { hasMarks?: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div>
      <div className={styles.legendLine}>
        {hasMarks && (
          <span className={grid.legends}>
            <Legend cell="on">May call</Legend>
            <Legend cell="off">May not call</Legend>
            <Legend cell="model-off">Off for the whole row or column</Legend>
          </span>
        )}
        <UnstyledButton className={styles.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          What a caller sees when refused
        </UnstyledButton>
      </div>
      {isOpen && (
        <div className={styles.refusal}>
          The model is missing from the workspace’s <code>GET /models</code>, and calling it is refused within
          2 seconds of saving: <code>403 model_not_allowed</code> for Portkey clients, a <code>404</code> for
          OpenAI and Anthropic clients. The message names the integration, the models that do work, and that
          an admin can add it here. A workspace without the integration answers as if its provider did not
          exist.
        </div>
      )}
    </div>
  )
}

function Legend({ cell, children }: { cell: string; children: string }) {
  return (
    <span className={grid.legend} data-cell={cell}>
      <span className={grid.mark} aria-hidden />
      {children}
    </span>
  )
}
