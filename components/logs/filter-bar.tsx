'use client'

import {
  Button,
  CloseButton,
  Group,
  Menu,
  MultiSelect,
  NumberInput,
  Popover,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { CalendarClock, Check, ListFilter, Search, X } from 'lucide-react'
import { useState } from 'react'
import { absoluteTime } from '../format.ts'
import { setUrlState } from '../ui/url-state.ts'
import {
  cleared,
  DIMENSIONS,
  type Dimension,
  type Filter,
  isEmpty,
  listOf,
  metadataText,
  pairsOf,
  RANGES,
  wordsOf,
} from './filters.ts'
import styles from './logs.module.css'
import { useSuggestions } from './suggestions.ts'

const SEARCH_AFTER_MS = 300

/** Search, time and every other filter, each a chip that edits itself; all of it is in the address. */
export function FilterBar({ filter }: { filter: Filter }) {
  const [editing, setEditing] = useState<string | null>(null)
  const { names, optionsOf } = useSuggestions()
  const shown = DIMENSIONS.filter(
    (dimension) => wordsOf(dimension, filter) !== null || editing === dimension.id,
  )

  return (
    <Group gap={8} wrap="wrap" className={styles.filters}>
      <SearchBox filter={filter} />
      <TimeMenu filter={filter} />
      {shown.map((dimension) => (
        <Chip
          key={dimension.id}
          dimension={dimension}
          filter={filter}
          words={wordsOf(dimension, filter, names)}
          options={optionsOf(dimension.id)}
          isOpen={editing === dimension.id}
          setOpen={(isOpen) => setEditing(isOpen ? dimension.id : null)}
        />
      ))}
      <Menu position="bottom-start" width={220} returnFocus={false}>
        <Menu.Target>
          <Button variant="default" leftSection={<ListFilter size={14} />}>
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {DIMENSIONS.map((dimension) => {
            const isOn = wordsOf(dimension, filter) !== null
            return (
              <Menu.Item
                key={dimension.id}
                rightSection={isOn && <Check size={14} aria-label="set" />}
                onClick={() => {
                  if (dimension.kind !== 'failed') setTimeout(() => setEditing(dimension.id))
                  else setUrlState({ is_success: isOn ? null : 'false' })
                }}
              >
                {dimension.label}
              </Menu.Item>
            )
          })}
        </Menu.Dropdown>
      </Menu>
      {!isEmpty(filter) && (
        <Button variant="subtle" color="gray" onClick={() => setUrlState(cleared(filter))}>
          Clear
        </Button>
      )}
    </Group>
  )
}

function SearchBox({ filter }: { filter: Filter }) {
  const asked = filter.search ?? ''
  const [typed, setTyped] = useState({ text: asked, asked })
  // The address changed under us (Clear, Back, a link): it wins over what stands in the box.
  if (typed.asked !== asked) setTyped({ text: asked, asked })
  const search = useDebouncedCallback((text: string) => {
    setTyped((now) => ({ ...now, asked: text.trim() }))
    setUrlState({ search: text.trim() })
  }, SEARCH_AFTER_MS)
  return (
    <TextInput
      type="search"
      className={styles.search}
      leftSection={<Search size={14} />}
      placeholder="Log, trace or session id, user, model"
      aria-label="Search calls"
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
  const { range, time_of_generation_min: from, time_of_generation_max: to } = filter
  const isSet = range !== undefined || from !== undefined || to !== undefined
  const pick = (value: string | null) => {
    setUrlState({ range: value, time_of_generation_min: null, time_of_generation_max: null })
    setOpen(false)
  }
  const bound = (name: string) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setUrlState({ [name]: value === '' ? null : new Date(value).toISOString(), range: null })
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={260} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={styles.chip}
          data-on={isSet || undefined}
          leftSection={<CalendarClock size={14} />}
          onClick={() => setOpen(!isOpen)}
          aria-label={`Time: ${timeWords(filter)}`}
        >
          {timeWords(filter)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <Stack gap={2}>
          {[{ value: null, label: 'Any time' }, ...RANGES].map(({ value, label }) => (
            <Button
              key={label}
              variant="subtle"
              color="gray"
              justify="space-between"
              fullWidth
              className={styles.plain}
              rightSection={
                (value === null ? !isSet : range === value) && <Check size={14} aria-label="chosen" />
              }
              onClick={() => pick(value)}
            >
              {label}
            </Button>
          ))}
          <Stack gap={8} p={8} mt={4} className={styles.custom}>
            <TextInput
              type="datetime-local"
              step={1}
              size="xs"
              label="From (your time)"
              value={local(from)}
              onChange={bound('time_of_generation_min')}
            />
            <TextInput
              type="datetime-local"
              step={1}
              size="xs"
              label="To"
              value={local(to)}
              onChange={bound('time_of_generation_max')}
            />
          </Stack>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

interface ChipProps {
  dimension: Dimension
  filter: Filter
  words: string | null
  options: readonly { value: string; label: string }[]
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
}

function Chip({ dimension, filter, words, options, isOpen, setOpen }: ChipProps) {
  const { label, kind, params } = dimension
  const remove = () => {
    setUrlState(Object.fromEntries(params.map((name) => [name, null])))
    setOpen(false)
  }
  return (
    <Popover
      opened={isOpen && kind !== 'failed'}
      onChange={setOpen}
      position="bottom-start"
      width={300}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Button.Group className={styles.chipGroup}>
          <Button
            variant="default"
            className={styles.chip}
            data-on
            onClick={() => (kind === 'failed' ? remove() : setOpen(!isOpen))}
            title={words ?? undefined}
          >
            {label}
            {words && <span className={styles.chipWords}>{words}</span>}
          </Button>
          <CloseButton
            className={styles.chipClose}
            size={32}
            icon={<X size={14} />}
            onClick={remove}
            aria-label={`Remove the filter ${label}`}
          />
        </Button.Group>
      </Popover.Target>
      <Popover.Dropdown p={12}>
        <Editor dimension={dimension} filter={filter} options={options} done={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Editor({
  dimension,
  filter,
  options,
  done,
}: Pick<ChipProps, 'dimension' | 'filter' | 'options'> & { done: () => void }) {
  const { id, label, kind, params, hint, unit } = dimension
  const [first, second] = params
  if (kind === 'span') {
    const scale = unit === 'dollars' ? 100 : 1
    const bound = (name: string) => (value: number | string) =>
      setUrlState({ [name]: value === '' ? null : String(Number((Number(value) * scale).toPrecision(12))) })
    const value = (name: string) => (filter[name] === undefined ? '' : Number(filter[name]) / scale)
    const common = {
      size: 'xs',
      hideControls: true,
      min: 0,
      allowNegative: false,
      ...(unit === 'dollars'
        ? { prefix: '$', decimalScale: 9 }
        : { allowDecimal: false, thousandSeparator: ',' }),
    } as const
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault()
          done()
        }}
      >
        <Group gap={8} wrap="nowrap">
          <NumberInput
            {...common}
            label="At least"
            data-autofocus
            value={value(first)}
            onChange={bound(first)}
          />
          <NumberInput {...common} label="At most" value={value(second!)} onChange={bound(second!)} />
        </Group>
        <Text size="xs" c="dimmed" mt={8}>
          {hint}
        </Text>
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    )
  }
  const common = {
    label,
    description: hint,
    comboboxProps: { withinPortal: false },
    'data-autofocus': true,
    clearable: true,
  }
  if (id === 'key' || id === 'endpoint') {
    const chosen = listOf(filter[first])
    const strangers = chosen.filter((each) => !options.some(({ value }) => value === each))
    return (
      <MultiSelect
        {...common}
        data={[...options, ...strangers.map((value) => ({ value, label: value }))]}
        searchable
        value={chosen}
        onChange={(values) => setUrlState({ [first]: values.join(',') })}
        nothingFoundMessage={`No ${label.toLowerCase()} is called that`}
      />
    )
  }
  return (
    <TagsInput
      {...common}
      data={options.map(({ value }) => value)}
      value={kind === 'pairs' ? pairsOf(filter[first]) : listOf(filter[first])}
      onChange={(values) =>
        setUrlState({ [first]: kind === 'pairs' ? metadataText(values) : values.join(',') })
      }
      acceptValueOnBlur
      placeholder={kind === 'pairs' ? 'team=shop' : ''}
    />
  )
}

function timeWords({ range, time_of_generation_min: from, time_of_generation_max: to }: Filter): string {
  const short = (text: string) => absoluteTime(text).replace(/^(\d+ \w+) \d+, (\d+:\d+).*$/, '$1 $2')
  if (from && to) return `${short(from)} – ${short(to)}`
  if (from) return `Since ${short(from)}`
  if (to) return `Until ${short(to)}`
  return RANGES.find(({ value }) => value === range)?.label ?? 'Any time'
}

/** An ISO moment as `datetime-local` wants it: the reader's wall clock. */
function local(text: string | undefined): string {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  if (Number.isNaN(ms)) return ''
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
