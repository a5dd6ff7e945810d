'use client'

import { Button, Checkbox, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { count, plural } from '../format.ts'
import type { ModelView, PlaceView } from './access.ts'
import styles from './integrations.module.css'

interface Props {
  /** The workspace whose models are chosen; null while the dialog is closed. */
  of: PlaceView | null
  models: readonly ModelView[]
  close: () => void
  choose: (list: ReadonlySet<string> | null) => void
}

/** The models of one workspace: every one, or those ticked in a list that is searched. */
export function ChooseModels({ of, models, close, choose }: Props) {
  return (
    <Modal opened={of !== null} onClose={close} title={of ? `Models of ${of.name}` : ''} size={520}>
      {of && (
        <Choice
          key={of.slug}
          of={of}
          models={models}
          close={close}
          choose={(list) => {
            choose(list)
            close()
          }}
        />
      )}
    </Modal>
  )
}

/** As many boxes as stay quick; a search finds the others. */
const BOXES_MAX = 200

function Choice({ of, models, close, choose }: Omit<Props, 'of'> & { of: PlaceView }) {
  const [isWhole, setWhole] = useState(false)
  const [list, setList] = useState<ReadonlySet<string>>(of.list ?? new Set())
  const [search, setSearch] = useState('')
  // Ticking must not move a row from under the pointer.
  const [first] = useState(list)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const offered = models.filter(({ slug, enabled }) => enabled || first.has(slug))
  const found = offered
    .filter(({ slug, name }) => words.every((word) => `${slug} ${name}`.toLowerCase().includes(word)))
    .sort((a, b) => Number(first.has(b.slug)) - Number(first.has(a.slug)))
  const toggle = (slugs: readonly string[], on: boolean) => {
    const next = new Set(list)
    for (const slug of slugs) on ? next.add(slug) : next.delete(slug)
    setList(next)
  }
  const foundSlugs = found.map(({ slug }) => slug)
  const isAll = found.length > 0 && foundSlugs.every((slug) => list.has(slug))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        choose(isWhole ? null : list)
      }}
    >
      <Stack gap={16}>
        <Radio.Group
          value={isWhole ? 'all' : 'chosen'}
          onChange={(value) => setWhole(value === 'all')}
          aria-label="Which models"
        >
          <Stack gap={8}>
            <Radio
              value="chosen"
              label="Only the models chosen here"
              description="Calls to any other are refused, and its list of models does not show them."
            />
            <Radio
              value="all"
              label="Every model"
              description={`All ${count(models.filter(({ enabled }) => enabled).length)} that are on, and those turned on later.`}
            />
          </Stack>
        </Radio.Group>
        {!isWhole && (
          <>
            <TextInput
              type="search"
              data-autofocus
              aria-label="Search models to choose"
              placeholder={`Search ${plural(offered.length, 'model')}`}
              leftSection={<Search size={14} />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.metaKey || event.ctrlKey) return
                event.preventDefault()
                if (words.length > 0 && found[0]) toggle([found[0].slug], !list.has(found[0].slug))
              }}
            />
            <div className={styles.boxes}>
              {found.length > 1 && (
                <Checkbox
                  size="xs"
                  label={words.length > 0 ? `All ${count(found.length)} found` : `All ${count(found.length)}`}
                  checked={isAll}
                  indeterminate={!isAll && foundSlugs.some((slug) => list.has(slug))}
                  onChange={() => toggle(foundSlugs, !isAll)}
                />
              )}
              {found.slice(0, BOXES_MAX).map(({ slug, enabled }) => (
                <Checkbox
                  key={slug}
                  size="xs"
                  label={<code>{slug}</code>}
                  {...(enabled ? {} : { description: 'Off for every workspace now' })}
                  checked={list.has(slug)}
                  onChange={(event) => toggle([slug], event.currentTarget.checked)}
                />
              ))}
              {found.length === 0 && <Text size="sm">No model is called “{search}”.</Text>}
              {found.length > BOXES_MAX && (
                <Text size="xs" c="dimmed">
                  And {count(found.length - BOXES_MAX)} more: search to see them.
                </Text>
              )}
            </div>
          </>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit">
            {isWhole
              ? 'Allow every model'
              : list.size === 0
                ? 'Allow no model'
                : `Keep to ${plural(list.size, 'model')}`}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
