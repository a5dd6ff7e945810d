'use client'

import { Skeleton, TextInput, UnstyledButton } from '@mantine/core'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import styles from './catalog.module.css'
import { type Service, useServices } from './data.ts'
import { Monogram } from './monogram.tsx'

/** As many as stand above "More": the services most people come for. */
const FIRST = 12

interface Props {
  choose: (service: Service) => void
  /** Said of a service in place of its usual note: "2 connected". */
  noteOn?: (service: Service) => string | undefined
}

/** Every service there is, found by typing. Enter takes the first, arrows walk the grid. */
export function ChooseService({ choose, noteOn }: Props) {
  const { list } = useServices()
  const [search, setSearch] = useState('')
  const grid = useRef<HTMLDivElement>(null)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = list.data?.data.filter((service) => {
    const text = `${service.name} ${service.id} ${noteOf(service)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const own = found?.filter(isOwnServer) ?? []
  const hosted = found?.filter((service) => !isOwnServer(service)) ?? []
  const popular = hosted.filter(({ model_count }) => model_count > 0).slice(0, FIRST)
  const groups =
    words.length > 0
      ? [{ title: null, services: found ?? [] }]
      : [
          { title: 'Popular', services: popular },
          { title: 'Your own server', services: own },
          { title: 'More services', services: hosted.filter((service) => !popular.includes(service)) },
        ]

  const onKeyDown = (event: KeyboardEvent) => {
    const tiles = [...(grid.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = tiles.indexOf(document.activeElement as HTMLElement)
    const to = at === -1 ? (event.key === 'ArrowDown' ? 0 : null) : nextTile(tiles, at, event.key)
    if (to === null) return
    event.preventDefault()
    event.stopPropagation()
    tiles[to]?.focus()
  }

  if (list.error && !list.data)
    return <Problem error={list.error} label="The services" retry={() => list.refetch()} />
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the buttons inside
    <div onKeyDown={onKeyDown}>
      <TextInput
        data-autofocus
        type="search"
        placeholder="Search services: OpenAI, Anthropic, Ollama…"
        aria-label="Search services"
        leftSection={<Search size={14} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found?.[0] && words.length > 0) choose(found[0])
        }}
      />
      <div ref={grid}>
        {found ? (
          groups
            .filter(({ services }) => services.length > 0)
            .map(({ title, services }) => (
              <section key={title ?? 'found'} aria-label={title ?? 'Services found'}>
                <h3 className={styles.heading}>{title ?? plural(services.length, 'service')}</h3>
                <ul className={styles.services}>
                  {services.map((service) => (
                    <li key={service.id}>
                      <UnstyledButton className={styles.service} onClick={() => choose(service)}>
                        <Monogram name={service.name} colour={service.colour} size={32} />
                        <span className={styles.serviceText}>
                          <span className={styles.serviceName} style={{ display: 'block' }}>
                            {service.name}
                          </span>
                          <span className={styles.serviceNote} style={{ display: 'block' }}>
                            {noteOn?.(service) ?? noteOf(service)}
                          </span>
                        </span>
                      </UnstyledButton>
                    </li>
                  ))}
                </ul>
              </section>
            ))
        ) : (
          <div className={styles.services} style={{ marginTop: 44 }} aria-hidden>
            {'123456789012'.split('').map((_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
              <Skeleton key={index} height={60} />
            ))}
          </div>
        )}
        {found?.length === 0 && (
          <p className={styles.dim}>
            No service is called “{search}”. Anything that speaks the OpenAI API can be added as{' '}
            <b>Custom (OpenAI-compatible)</b> with its address.
          </p>
        )}
      </div>
    </div>
  )
}

/** Somebody runs it themselves: it needs an address and no key. */
function isOwnServer({ is_local, fields }: Service): boolean {
  const needs = (field: string) => fields.some(({ name, is_required }) => name === field && is_required)
  return is_local || (needs('custom_host') && !needs('key'))
}

function noteOf(service: Service): string {
  if (service.is_local) return 'Practice, built in'
  if (service.model_count > 0) return plural(service.model_count, 'known model')
  return service.base_url ? new URL(service.base_url).host : 'At your address'
}

/** The tile an arrow leads to, by where the tiles stand; null when the key is not an arrow or nothing is there. */
function nextTile(tiles: readonly HTMLElement[], at: number, key: string): number | null {
  if (key === 'ArrowRight') return Math.min(at + 1, tiles.length - 1)
  if (key === 'ArrowLeft') return Math.max(at - 1, 0)
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null
  const here = tiles[at]!.getBoundingClientRect()
  const sign = key === 'ArrowDown' ? 1 : -1
  const ahead = tiles
    .map((tile, index) => ({ index, box: tile.getBoundingClientRect() }))
    .filter(({ box }) => sign * (box.top - here.top) > 4)
    .sort(
      (a, b) =>
        sign * (a.box.top - b.box.top) || Math.abs(a.box.left - here.left) - Math.abs(b.box.left - here.left),
    )
  return ahead[0]?.index ?? null
}
