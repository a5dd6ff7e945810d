'use client'

import { Button, Switch } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { ArrowUp, FileClock } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useMemo, useState } from 'react'
import { plural } from '../format.ts'
import chips from '../logs/logs.module.css'
import { ResourceList } from '../resource/list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Dot } from '../ui/status.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './audit.module.css'
import { columnsOf } from './columns.tsx'
import { useAuditLog, useOptions, useWorkspaceNames } from './data.ts'
import { Entry, EntryTitle } from './entry.tsx'
import { ExportMenu } from './export.tsx'
import { FilterBar } from './filter-bar.tsx'
import { cleared, type Filter, filterOf, isOpen, rangeOf } from './filters.ts'

/** Who did what on the admin plane, newest first and live; what is filtered and what is open stand in the address. */
export function AuditScreen() {
  const params = useSearchParams()
  const filter = useMemo(() => filterOf(new URLSearchParams(params)), [params])
  const [live, setLive] = useUrlState('live')
  const [openId] = useUrlState('open')
  const [page] = useUrlState('page')
  const [isPointing, setPointing] = useState(false)
  const isPhone = useMediaQuery('(max-width: 40em)') ?? false
  const canLive = filter.end_time === undefined
  const isLive = canLive && live !== 'off'
  const isHeld = isPointing || openId !== null || page !== null
  const { list, paging, waiting, admit, isStale, window } = useAuditLog(filter, { isLive, isHeld })
  const workspaceName = useWorkspaceNames()
  const options = useOptions(list.data?.data)
  const columns = useMemo(() => columnsOf(workspaceName, isPhone), [workspaceName, isPhone])

  return (
    <>
      <PageHeader
        title="Audit log"
        why="Who changed what, when and from where. Entries are never changed or removed, and hold no secrets."
        action={
          <>
            <Switch
              className={chips.live}
              checked={isLive}
              disabled={!canLive}
              onChange={(event) => setLive(event.currentTarget.checked ? null : 'off')}
              label={
                <span className={chips.liveLabel}>
                  <Dot tone={!isLive ? 'idle' : isStale ? 'warn' : 'ok'} />
                  {isStale ? 'Live: no answer' : 'Live'}
                </span>
              }
              labelPosition="left"
              aria-label="Live: new entries appear by themselves"
            />
            <ExportMenu query={window} total={list.data?.total} />
          </>
        }
      />
      <div
        className={styles.list}
        onPointerEnter={(event) => setPointing(event.pointerType === 'mouse')}
        onPointerLeave={() => setPointing(false)}
      >
        {waiting > 0 && isHeld && (
          <Button
            className={styles.pill}
            size="compact-sm"
            radius={999}
            leftSection={<ArrowUp size={13} />}
            onClick={() => {
              setUrlState({ page: null })
              admit()
            }}
          >
            {plural(waiting, 'new entry', 'new entries')}
          </Button>
        )}
        <ResourceList
          label="Audit log"
          list={list}
          columns={columns}
          rowId={({ id }) => id}
          paging={paging}
          toolbar={<FilterBar filter={filter} options={options} />}
          drawer={{
            title: (row, id) => <EntryTitle key={id} id={id} listed={row} />,
            render: (row, id) => <Entry key={id} id={id} listed={row} />,
            size: 820,
          }}
          empty={<Nothing filter={filter} />}
        />
      </div>
    </>
  )
}

function Nothing({ filter }: { filter: Filter }) {
  const isWide = rangeOf(filter) === 'all'
  const isUnfiltered = isOpen(filter)
  return (
    <EmptyState
      icon={<FileClock size={28} />}
      title={isUnfiltered && isWide ? 'Nothing was done yet' : 'No entries match'}
      action={
        !isWide || !isUnfiltered ? (
          <>
            {!isWide && (
              <Button
                variant="default"
                onClick={() => setUrlState({ range: 'all', start_time: null, end_time: null, page: null })}
              >
                Look at any time
              </Button>
            )}
            {!isUnfiltered && (
              <Button variant="default" onClick={() => setUrlState(cleared(filter))}>
                Clear the filters
              </Button>
            )}
          </>
        ) : undefined
      }
    >
      Every change made in this console or over the API stands here, and so do sign-ins, exports and whatever
      was refused for want of rights: who, what, from where, and the values before and after.
    </EmptyState>
  )
}
