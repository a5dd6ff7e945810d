'use client'

import { Badge, Menu, Switch, UnstyledButton } from '@mantine/core'
import { ChevronDown, Ellipsis } from 'lucide-react'
import { plural } from '../format.ts'
import {
  type AccessDraft,
  type ModelView,
  type PlaceView,
  reachOf,
  type Standing,
  setCells,
  setList,
} from './access.ts'
import { limitPhrases } from './access-words.ts'
import styles from './grid.module.css'

type Edit = (change: (standing: Standing, draft: AccessDraft) => AccessDraft) => void

interface ColumnProps {
  place: PlaceView
  /** Every model, for the count. */
  models: readonly ModelView[]
  /** The models on screen, which a search may have narrowed. */
  shown: readonly ModelView[]
  canChange: boolean
  turn: () => void
  edit: Edit
  chooseModels: () => void
  editLimits: () => void
}

/** A workspace: whether it has the integration, and which models of it. The grid holds the focus. */
export function ColumnHead({
  place,
  models,
  shown,
  canChange,
  turn,
  edit,
  chooseModels,
  editLimits,
}: ColumnProps) {
  const { slug, name, list, enabled } = place
  const isNarrowed = shown.length < models.length
  const give = (on: boolean) =>
    edit((standing, draft) =>
      setCells(standing, draft, { workspaces: [slug], models: shown.map((model) => model.slug), on }),
    )
  return (
    <>
      <span className={styles.headName} title={`${name} (${slug})`}>
        {name}
      </span>
      <div className={styles.headLine}>
        <Switch
          size="xs"
          checked={enabled}
          disabled={!canChange}
          tabIndex={-1}
          aria-label={`${name} has this integration`}
          onChange={turn}
        />
        <Menu position="bottom-start" width={260} trapFocus>
          <Menu.Target>
            <UnstyledButton
              tabIndex={-1}
              className={styles.headMenu}
              disabled={!enabled}
              aria-label={`Models of ${name}: ${enabled ? reachWords(place, models) : 'workspace is off'}`}
            >
              {enabled ? reachWords(place, models) : 'Off'}
              {enabled && <ChevronDown size={12} aria-hidden />}
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{name}</Menu.Label>
            <Menu.Item disabled={!canChange} onClick={chooseModels}>
              Choose models…
            </Menu.Item>
            <Menu.Item
              disabled={!canChange || list === null}
              onClick={() => edit((standing, draft) => setList(standing, draft, slug, null))}
            >
              Every model, later ones too
            </Menu.Item>
            {isNarrowed && (
              <>
                <Menu.Item disabled={!canChange || list === null} onClick={() => give(true)}>
                  Give the {plural(shown.length, 'model')} in view
                </Menu.Item>
                <Menu.Item disabled={!canChange} onClick={() => give(false)}>
                  Take the {plural(shown.length, 'model')} in view
                </Menu.Item>
              </>
            )}
            <Menu.Item
              disabled={!canChange}
              onClick={() => edit((standing, draft) => setList(standing, draft, slug, new Set()))}
            >
              No model
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              disabled={!canChange}
              onClick={editLimits}
              rightSection={
                <span className={styles.small}>{limitPhrases(place.limits).length || 'none'}</span>
              }
            >
              Limits…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </>
  )
}

interface RowProps {
  model: ModelView
  /** The workspaces on screen. */
  workspaces: readonly PlaceView[]
  canChange: boolean
  turn: () => void
  edit: Edit
}

/** A model: whether it is on for anybody, and giving or taking it everywhere. */
export function RowHead({ model, workspaces, canChange, turn, edit }: RowProps) {
  const { slug, name, enabled, isCustom } = model
  const give = (on: boolean) =>
    edit((standing, draft) =>
      setCells(standing, draft, { workspaces: workspaces.map((place) => place.slug), models: [slug], on }),
    )
  return (
    <>
      <Switch
        size="xs"
        checked={enabled}
        disabled={!canChange}
        tabIndex={-1}
        aria-label={`${slug} is on`}
        onChange={turn}
      />
      <code className={styles.modelName} title={name === slug ? slug : `${name} (${slug})`}>
        {slug}
      </code>
      {isCustom && (
        <Badge size="xs" color="gray">
          Custom
        </Badge>
      )}
      <Menu position="bottom-end" width={250} trapFocus>
        <Menu.Target>
          <UnstyledButton
            tabIndex={-1}
            className={styles.rowMenu}
            disabled={!canChange}
            aria-label={`${slug}: for all workspaces`}
          >
            <Ellipsis size={14} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{slug}</Menu.Label>
          <Menu.Item disabled={!enabled} onClick={() => give(true)}>
            Give to {plural(workspaces.length, 'workspace')}
          </Menu.Item>
          <Menu.Item disabled={!enabled} onClick={() => give(false)}>
            Take from {plural(workspaces.length, 'workspace')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

/** "All 34", "2 of 34". */
export function reachWords(place: PlaceView, models: readonly ModelView[]): string {
  const on = models.filter(({ enabled }) => enabled).length
  return place.list === null ? `All ${on}` : `${reachOf(place, models)} of ${on}`
}
