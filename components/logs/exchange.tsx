'use client'

import { SegmentedControl, Table, Text } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import { bytes, plural } from '../format.ts'
import { Copyable } from '../ui/copyable.tsx'
import { Json } from '../ui/json.tsx'
import { prettyOf } from '../ui/json-text.ts'
import { SideBySide } from '../ui/side-by-side.tsx'
import { eventsOf, readable } from './bodies.ts'
import { isBytes } from './curl.ts'
import type { LogDetail } from './detail.ts'
import styles from './logs.module.css'

type Part = LogDetail['request'] & { status?: number | undefined }
type View = 'pretty' | 'events' | 'raw'

/** One side of the exchange: its line, its headers, its body in the ways it can be read. */
export function ExchangePart({
  name,
  part,
  absent,
  bytes: size,
}: {
  name: 'Request' | 'Response'
  part: Part
  absent: LogDetail['bodies_absent']
  bytes: number
}) {
  const events = useMemo(() => eventsOf(part.body), [part.body])
  const [view, setView] = useState<View>(events ? 'events' : 'pretty')
  const hasBody = part.body !== undefined && part.body !== null && part.body !== ''
  return (
    <>
      {part.url && <Line method={part.method} url={part.url} />}
      <Headers headers={part.headers} absent={absent} />
      <div className={styles.partHead}>
        <h3>
          Body <span className={styles.dim}>{size > 0 && bytes(size)}</span>
        </h3>
        {hasBody && !isBytes(part.body) && (
          <SegmentedControl
            size="xs"
            aria-label={`How to show the ${name.toLowerCase()} body`}
            value={view}
            onChange={(value) => setView(value as View)}
            data={[
              ...(events ? [{ value: 'events', label: plural(events.length, 'event') }] : []),
              ...(events ? [] : [{ value: 'pretty', label: 'Pretty' }]),
              { value: 'raw', label: 'Raw' },
            ]}
          />
        )}
      </div>
      {hasBody ? (
        view === 'events' && events ? (
          <Events events={events} />
        ) : (
          <>
            {isBytes(part.body) && <p className={styles.dim}>Not text; here as base64.</p>}
            <Json value={readable(part.body)} label={`${name.toLowerCase()} body`} isRaw={view === 'raw'} />
          </>
        )
      ) : (
        <Text c="dimmed">
          {absent ? WHY[absent] : size > 0 ? 'It was not kept: it passed through as it came.' : 'None.'}
        </Text>
      )}
    </>
  )
}

const WHY = {
  off: 'Not kept: only the figures of this call were logged.',
  expired: 'Gone: it has outlived its retention.',
  hidden: 'Not shown to your role.',
} as const

/** What the provider was really sent, beside what the caller asked for. */
export function Sent({
  detail,
  sent,
}: {
  detail: LogDetail
  sent: NonNullable<LogDetail['transformedRequest']>
}) {
  const [asked, became] = useMemo(
    () => [prettyOf(readable(detail.request.body)), prettyOf(readable(sent.body))],
    [detail.request.body, sent.body],
  )
  const isChanged = asked !== became && sent.body !== undefined
  const { originalResponse } = detail
  return (
    <>
      <Line method={sent.method} url={sent.url ?? ''} />
      <Headers headers={sent.headers} absent={detail.bodies_absent} />
      <div className={styles.partHead}>
        <h3>Body</h3>
      </div>
      {isChanged ? (
        <SideBySide
          label="The caller’s body and the one sent, side by side"
          headings={['From the caller', 'To the provider']}
          left={asked}
          right={became}
        />
      ) : (
        <Text c="dimmed">The provider was sent the caller’s own body, unchanged.</Text>
      )}
      {originalResponse?.body !== undefined && (
        <>
          <div className={styles.partHead}>
            <h3>What the provider answered, before it was translated</h3>
          </div>
          <Json value={readable(originalResponse.body)} label="the provider’s own answer" />
        </>
      )}
    </>
  )
}

function Events({ events }: { events: NonNullable<ReturnType<typeof eventsOf>> }) {
  const [shown, setShown] = useState(100)
  return (
    <ol className={styles.events} aria-label="Stream events">
      {events.slice(0, shown).map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events of one unchanging stream
        <li key={index}>
          <span className={styles.eventNumber}>{index + 1}</span>
          {event.name && <span className={styles.eventName}>{event.name}</span>}
          <code>{event.data}</code>
        </li>
      ))}
      {events.length > shown && (
        <li>
          <button type="button" className={styles.more} onClick={() => setShown(shown + 1_000)}>
            Show {plural(Math.min(1_000, events.length - shown), 'more event')}
          </button>
        </li>
      )}
    </ol>
  )
}

function Line({ method, url }: { method: string | undefined; url: string }) {
  return (
    <div className={styles.requestLine}>
      {method && <b>{method}</b>} <Copyable value={url} label="address" />
    </div>
  )
}

function Headers({
  headers,
  absent,
}: {
  headers: Record<string, string> | undefined
  absent: LogDetail['bodies_absent']
}): ReactNode {
  const entries = Object.entries(headers ?? {})
  if (entries.length === 0) return absent ? null : <p className={styles.dim}>No headers were kept.</p>
  return (
    <details className={styles.headers}>
      <summary>
        Headers <span className={styles.dim}>{entries.length}</span>
      </summary>
      <Table>
        <Table.Tbody>
          {entries.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  )
}
