/* biome-ignore-all lint/a11y/useSemanticElements: a table cannot leave out the rows and columns that are not on screen */
/* biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */
'use client'

import { type KeyboardEvent, useId, useRef, useState } from 'react'
import {
  type Cell,
  cellOf,
  type ModelView,
  type PlaceView,
  setCells,
  setEnabled,
  setModels,
} from './access.ts'
import styles from './grid.module.css'
import { ColumnHead, RowHead } from './grid-heads.tsx'
import { nextSpot, type Spot } from './grid-keys.ts'
import type { Access } from './use-access.ts'
import { useWindow } from './use-window.ts'

export const ROW_HEIGHT = 36
export const COLUMN_WIDTH = 140
export const HEAD_WIDTH = 316
export const HEAD_HEIGHT = 72

interface Props {
  access: Access
  models: readonly ModelView[]
  workspaces: readonly PlaceView[]
  /** False: it can be read only. */
  canChange: boolean
  chooseModels: (of: PlaceView) => void
  editLimits: (of: PlaceView) => void
}

const WORDS: Readonly<Record<Cell, string>> = {
  on: 'may call',
  off: 'may not call',
  'model-off': 'off for every workspace',
  'workspace-off': 'workspace is off',
}

/**
 * Models as rows, workspaces as columns, a mark where a workspace may call a model. One stop for Tab: arrows move, Space
 * turns, Enter opens the menu of a head. Only what is on screen is drawn.
 */
export function AccessGrid({ access, models, workspaces, canChange, chooseModels, editLimits }: Props) {
  const id = useId()
  const said = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<Spot>({ row: 0, column: 0 })
  const [frame, shown, measure, reveal] = useWindow({
    rows: models.length,
    columns: workspaces.length,
    rowHeight: ROW_HEIGHT,
    columnWidth: COLUMN_WIDTH,
    headWidth: HEAD_WIDTH,
    headHeight: HEAD_HEIGHT,
  })
  const { standing, edit, view } = access
  const at = {
    row: Math.min(active.row, models.length - 1),
    column: Math.min(active.column, workspaces.length - 1),
  }
  const idOf = ({ row, column }: Spot) => `${id}-${row}-${column}`
  const say = (words: string) => {
    if (said.current) said.current.textContent = words
  }

  const turn = ({ row, column }: Spot) => {
    const model = models[row]
    const place = workspaces[column]
    if (!canChange) return say('You may look at this, not change it')
    if (model && place) {
      const cell = cellOf(place, model)
      if (cell !== 'on' && cell !== 'off') return say(`${model.slug}: ${WORDS[cell]}`)
      const on = cell === 'off'
      edit((draft) => setCells(standing, draft, { workspaces: [place.slug], models: [model.slug], on }))
      say(`${model.slug}, ${place.name}: ${WORDS[on ? 'on' : 'off']}`)
    } else if (model) {
      edit((draft) => setModels(draft, [model.slug], !model.enabled))
      say(`${model.slug}: ${model.enabled ? 'off' : 'on'} for every workspace`)
    } else if (place) {
      edit((draft) => setEnabled(draft, [place.slug], !place.enabled))
      say(`${place.name}: ${place.enabled ? 'off' : 'on'}`)
    }
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as Node
    // Menus of the heads are drawn elsewhere; their keys come here all the same.
    if (!frame.current?.contains(target)) return
    if (target !== frame.current && (event.key === ' ' || event.key === 'Enter')) return
    const isCommand = event.metaKey || event.ctrlKey
    if (isCommand && event.key.toLowerCase() === 'z') access.undo()
    else if (isCommand && (event.key === 'Enter' || event.key.toLowerCase() === 's')) void access.save()
    else if (event.key === ' ') turn(at)
    else if (event.key === 'Enter')
      document.getElementById(idOf(at))?.querySelector<HTMLElement>('[aria-haspopup]')?.click()
    else {
      const next = nextSpot(at, event, { rows: models.length, columns: workspaces.length })
      if (!next) return
      setActive(next)
      frame.current.focus({ preventScroll: true })
      reveal(next.row, next.column)
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const rows = models.slice(shown.firstRow, shown.lastRow + 1)
  const columns = workspaces.slice(shown.firstColumn, shown.lastColumn + 1)
  const before = shown.firstColumn * COLUMN_WIDTH
  const isActive = (row: number, column: number) => (at.row === row && at.column === column) || undefined
  return (
    <>
      <div
        ref={frame}
        className={styles.frame}
        role="grid"
        tabIndex={0}
        aria-label="Models and the workspaces that may call them"
        aria-rowcount={models.length + 1}
        aria-colcount={workspaces.length + 1}
        aria-activedescendant={idOf(at)}
        aria-readonly={!canChange}
        onScroll={measure}
        onKeyDown={onKeyDown}
        style={
          {
            '--row': `${ROW_HEIGHT}px`,
            '--column': `${COLUMN_WIDTH}px`,
            '--head': `${HEAD_WIDTH}px`,
            '--top': `${HEAD_HEIGHT}px`,
          } as React.CSSProperties
        }
      >
        <div
          className={styles.sheet}
          role="presentation"
          style={{
            width: HEAD_WIDTH + workspaces.length * COLUMN_WIDTH,
            height: HEAD_HEIGHT + models.length * ROW_HEIGHT,
          }}
        >
          <div role="row" aria-rowindex={1} className={styles.top}>
            <div
              role="columnheader"
              aria-colindex={1}
              id={idOf({ row: -1, column: -1 })}
              className={styles.corner}
              data-active={isActive(-1, -1)}
            >
              Model, and whether it is on
            </div>
            <div role="presentation" style={{ flex: 'none', width: before }} />
            {columns.map((place, index) => {
              const column = shown.firstColumn + index
              return (
                <div
                  key={place.slug}
                  role="columnheader"
                  aria-colindex={column + 2}
                  id={idOf({ row: -1, column })}
                  className={styles.columnHead}
                  data-active={isActive(-1, column)}
                  data-off={!place.enabled || undefined}
                >
                  <ColumnHead
                    place={place}
                    models={view.models}
                    canChange={canChange}
                    turn={() => {
                      setActive({ row: -1, column })
                      turn({ row: -1, column })
                    }}
                    edit={(change) => edit((draft) => change(standing, draft))}
                    shown={models}
                    chooseModels={() => chooseModels(place)}
                    editLimits={() => editLimits(place)}
                  />
                </div>
              )
            })}
          </div>
          {rows.map((model, index) => {
            const row = shown.firstRow + index
            return (
              <div
                key={model.slug}
                role="row"
                aria-rowindex={row + 2}
                className={styles.row}
                style={{ top: HEAD_HEIGHT + row * ROW_HEIGHT }}
              >
                <div
                  role="rowheader"
                  aria-colindex={1}
                  id={idOf({ row, column: -1 })}
                  className={styles.rowHead}
                  data-active={isActive(row, -1)}
                >
                  <RowHead
                    model={model}
                    workspaces={workspaces}
                    canChange={canChange}
                    turn={() => {
                      setActive({ row, column: -1 })
                      turn({ row, column: -1 })
                    }}
                    edit={(change) => edit((draft) => change(standing, draft))}
                  />
                </div>
                <div role="presentation" style={{ flex: 'none', width: before }} />
                {columns.map((place, index) => {
                  const column = shown.firstColumn + index
                  const cell = cellOf(place, model)
                  return (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
                    <div
                      key={place.slug}
                      role="gridcell"
                      aria-colindex={column + 2}
                      id={idOf({ row, column })}
                      aria-label={`${model.slug}, ${place.name}: ${WORDS[cell]}`}
                      aria-disabled={cell === 'model-off' || cell === 'workspace-off' || !canChange}
                      title={`${model.slug}, ${place.name}: ${WORDS[cell]}`}
                      className={styles.cell}
                      data-cell={cell}
                      data-active={isActive(row, column)}
                      data-changed={isChanged(access, model, place) || undefined}
                      onClick={() => {
                        setActive({ row, column })
                        turn({ row, column })
                      }}
                    >
                      <span className={styles.mark} aria-hidden />
                    </div>
                  )
                })}
              </div>
            )
          })}
        </div>
      </div>
      <div ref={said} role="status" aria-live="polite" className="visually-hidden" />
    </>
  )
}

/** Whether saving would change what this cell says. */
function isChanged({ before }: Access, model: ModelView, place: PlaceView): boolean {
  const [stoodModel, stoodPlace] = [before.models.get(model.slug), before.workspaces.get(place.slug)]
  if (!stoodModel || !stoodPlace) return false
  return (cellOf(stoodPlace, stoodModel) === 'on') !== (cellOf(place, model) === 'on')
}
