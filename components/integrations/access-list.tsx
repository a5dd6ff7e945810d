'use client'

import { Button, Checkbox, Group, Select, Stack, Switch, Text } from '@mantine/core'
import { useState } from 'react'
import { count } from '../format.ts'
import listStyles from '../resource/list.module.css'
import { useUrlState } from '../ui/url-state.ts'
import { cellOf, type ModelView, type PlaceView, setCells, setEnabled } from './access.ts'
import { reachWords } from './grid-heads.tsx'
import styles from './integrations.module.css'
import type { Access } from './use-access.ts'

const PAGE = 100

interface Props {
  access: Access
  models: readonly ModelView[]
  workspaces: readonly PlaceView[]
  canChange: boolean
  chooseModels: (of: PlaceView) => void
  editLimits: (of: PlaceView) => void
}

/** The grid for a phone: one workspace at a time, its models below each other. */
export function AccessList({ access, models, workspaces, canChange, chooseModels, editLimits }: Props) {
  const [said, setPlace] = useUrlState('of')
  const [shown, setShown] = useState(PAGE)
  const { standing, edit, view } = access
  const place = workspaces.find(({ slug }) => slug === said) ?? workspaces[0]
  if (!place) return null
  return (
    <Stack gap={12}>
      <Select
        label="Workspace"
        searchable
        allowDeselect={false}
        data={workspaces.map(({ slug, name }) => ({ value: slug, label: name }))}
        value={place.slug}
        onChange={(value) => setPlace(value)}
      />
      <Group justify="space-between" gap={8}>
        <Switch
          label={place.enabled ? 'Has this integration' : 'Does not have this integration'}
          checked={place.enabled}
          disabled={!canChange}
          onChange={() => edit((draft) => setEnabled(draft, [place.slug], !place.enabled))}
        />
        <Text size="sm" c="dimmed" className="figures">
          {place.enabled ? reachWords(place, view.models) : 'Off'}
        </Text>
      </Group>
      {place.enabled && canChange && (
        <Group gap={8} grow>
          <Button variant="default" onClick={() => chooseModels(place)}>
            Choose models…
          </Button>
          <Button variant="default" onClick={() => editLimits(place)}>
            Limits…
          </Button>
        </Group>
      )}
      <ul className={`${listStyles.frame} ${styles.modelList}`} aria-label={`Models of ${place.name}`}>
        {models.slice(0, shown).map((model) => {
          const cell = cellOf(place, model)
          return (
            <li key={model.slug}>
              <Checkbox
                label={<code>{model.slug}</code>}
                {...(cell === 'model-off' ? { description: 'Off for every workspace' } : {})}
                checked={cell === 'on'}
                disabled={!canChange || cell === 'model-off' || cell === 'workspace-off'}
                onChange={(event) => {
                  const on = event.currentTarget.checked
                  edit((draft) =>
                    setCells(standing, draft, { workspaces: [place.slug], models: [model.slug], on }),
                  )
                }}
              />
            </li>
          )
        })}
      </ul>
      {models.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + PAGE)}>
          Show more of {count(models.length)}
        </Button>
      )}
    </Stack>
  )
}
