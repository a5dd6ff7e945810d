'use client'

import { Button, CloseButton, Group, Menu, Popover, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { CalendarClock, Check, ListFilter, Search, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import chips from '../logs/logs.module.css'
import { MomentInput } from '../ui/moment-input.tsx'
import { setUrlState } from '../ui/url-state.ts'
import {
  cleared,
  DIMENSIONS,
  type Dimension,
  type Filter,
  isOpen as isAnything,
  type Option,
  RANGES,
  rangeOf,
  timeWords,
} from './filters.ts'
import { shortId } from './words.ts'

const SEARCH_AFTER_MS = 300

/** Another filter begins at its first page. */
const setFilter = (changes: Record<string, string | null>) => setUrlState({ ...changes, page: null })

interface Props {
  filter: Filter
  /** Of the filters whose values only the screen knows. */
  options: Readonly<Record<string, readonly Option[]>>
}

/** Search, time and every other filter, each a chip that edits itself; all of it is in the address. */
export function FilterBar({ filter, options }: Props) {
  const [editing, setEditing] = useState<string | null>(null)
  const shown = DIMENSIONS.filter(({ param }) => filter[param] !== undefined || editing === param)
  return (
    <>
      <SearchBox filter={filter} />
      <TimeMenu filter={filter} />
      {shown.map((dimension) => (
        <Chip
          key={dimension.param}
          dimension={dimension}
          options={options[dimension.param] ?? dimension.options}
          value={filter[dimension.param]}
          isOpen={editing === dimension.param}
          setOpen={(open) => setEditing(open ? dimension.param : null)}
        />
      ))}
      <Menu position="bottom-start" width={200} returnFocus={false}>
        <Menu.Target>
          <Button variant="default" leftSection={<ListFilter size={14} />}>
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {DIMENSIONS.map(({ param, label }) => (
            <Menu.Item
              key={param}
              rightSection={filter[param] !== undefined && <Check size={14} aria-label="set" />}
              onClick={() => setTimeout(() => setEditing(param))}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {!(isAnything(filter) && rangeOf(filter) === '24h') && (
        <Button variant="subtle" color="gray" onClick={() => setUrlState(cleared(filter))}>
          Clear
        </Button>
      )}
    </>
  )
}

function SearchBox({ filter }: { filter: Filter }) {
  const asked = filter.search ?? ''
  const [typed, setTyped] = useState({ text: asked, asked })
  // The address changed under us (Clear, Back, a link): it wins over what stands in the box.
  if (typed.asked !== asked) setTyped({ text: asked, asked })
  const search = useDebouncedCallback((text: string) => {
    setTyped((now) => ({ ...now, asked: text.trim() }))
    setFilter({ search: text.trim() })
  }, SEARCH_AFTER_MS)
  return (
    <TextInput
      type="search"
      className={chips.search}
      leftSection={<Search size={14} />}
      placeholder="Name of a thing, part of a path"
      aria-label="Search the audit log"
      value={typed.text}
      onChange={(event) => {
        setTyped({ text: event.currentTarget.value, asked })
        search(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') search.flush()
      }}
    />
  )
}

function TimeMenu({ filter }: { filter: Filter }) {
  const [isOpen, setOpen] = useState(false)
  const range = rangeOf(filter)
  const bound = (name: string) => (value: string) => setFilter({ [name]: value || null, range: null })
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={260} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={chips.chip}
          data-on={range !== '24h' || undefined}
          leftSection={<CalendarClock size={14} />}
          onClick={() => setOpen(!isOpen)}
          aria-label={`Time: ${timeWords(filter)}`}
        >
          {timeWords(filter)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <Stack gap={2}>
          {RANGES.map(({ value, label }) => (
            <Button
              key={value}
              variant="subtle"
              color="gray"
              justify="space-between"
              fullWidth
              className={chips.plain}
              rightSection={range === value && <Check size={14} aria-label="chosen" />}
              onClick={() => {
                setFilter({ range: value, start_time: null, end_time: null })
                setOpen(false)
              }}
            >
              {label}
            </Button>
          ))}
          <Stack gap={8} p={8} mt={4} className={chips.custom}>
            <MomentInput
              size="xs"
              label="From (your time)"
              value={filter.start_time ?? ''}
              onChange={bound('start_time')}
            />
            <MomentInput size="xs" label="Until" value={filter.end_time ?? ''} onChange={bound('end_time')} />
          </Stack>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

interface ChipProps {
  dimension: Dimension
  options: readonly Option[] | undefined
  value: string | undefined
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
}

function Chip({ dimension, options, value, isOpen, setOpen }: ChipProps) {
  const { param, label } = dimension
  const words = value && (options?.find((one) => one.value === value)?.label ?? shortId(value))
  const set = (next: string | null) => {
    setFilter({ [param]: next })
    setOpen(false)
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={280} shadow="md" trapFocus>
      <Popover.Target>
        <Button.Group className={chips.chipGroup}>
          <Button
            variant="default"
            className={chips.chip}
            data-on
            onClick={() => setOpen(!isOpen)}
            title={value}
          >
            {label}
            {words && <span className={chips.chipWords}>{words}</span>}
          </Button>
          <CloseButton
            className={chips.chipClose}
            size={32}
            icon={<X size={14} />}
            onClick={() => set(null)}
            aria-label={`Remove the filter ${label}`}
          />
        </Button.Group>
      </Popover.Target>
      <Popover.Dropdown p={12}>
        {options ? (
          <Choice label={label} options={options} value={value} set={set} />
        ) : (
          <Typed dimension={dimension} value={value} set={set} />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

interface EditorProps {
  value: string | undefined
  set: (value: string | null) => void
}

function Choice({ label, options, value, set }: EditorProps & { label: string; options: readonly Option[] }) {
  const isStranger = value !== undefined && !options.some((one) => one.value === value)
  return (
    <Select
      label={label}
      data-autofocus
      searchable
      comboboxProps={{ withinPortal: false }}
      data={isStranger ? [...options, { value, label: value }] : [...options]}
      value={value ?? null}
      onChange={set}
      nothingFoundMessage="Nothing is called that"
    />
  )
}

function Typed({
  dimension: { label, hint },
  value = '',
  set,
}: Omit<EditorProps, 'value'> & { value?: string | undefined; dimension: Dimension }) {
  const [text, setText] = useState(value)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set(text.trim() || null)
  }
  return (
    <form onSubmit={submit}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput
          label={label}
          description={hint}
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
      </Group>
    </form>
  )
}
