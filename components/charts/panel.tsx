'use client'

import { ActionIcon, Menu, Skeleton, Table } from '@mantine/core'
import { ChartNoAxesColumn, Download, Ellipsis, Table2 } from 'lucide-react'
import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'
import { saveFile } from '../ui/save-file.ts'
import styles from './chart.module.css'
import { type Prepared, toCsv } from './prepare.ts'

const HEIGHT = 200
const Chart = dynamic(() => import('./chart.tsx'), {
  ssr: false,
  loading: () => <Skeleton height={HEIGHT} />,
})

interface Props {
  title: string
  /** The figure the chart comes to. */
  headline: ReactNode
  /** Undefined while it loads. */
  prepared: Prepared | undefined
  /** What stands there when all is zero: "No calls in this span." */
  empty: string
  group?: string
  onPick?: (atMs: number) => void
}

/** A chart with its name, its figure, its span, and the same numbers as a table or a file. */
export function ChartPanel({ title, headline, prepared, empty, group, onPick }: Props) {
  const [isTable, setTable] = useState(false)
  return (
    <section className={styles.panel} aria-label={title}>
      <header className={styles.head}>
        <div>
          <h2 className={styles.title}>{title}</h2>
          <div className={styles.headline}>
            {prepared ? headline : <Skeleton height={20} width={80} my={4} />}
          </div>
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`${title}: more`} disabled={!prepared}>
              <Ellipsis size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={isTable ? <ChartNoAxesColumn size={14} /> : <Table2 size={14} />}
              onClick={() => setTable(!isTable)}
            >
              {isTable ? 'Show as chart' : 'Show as table'}
            </Menu.Item>
            <Menu.Item
              leftSection={<Download size={14} />}
              onClick={() =>
                prepared &&
                saveFile(`${title.toLowerCase().replace(/\W+/g, '-')}.csv`, toCsv(prepared), 'text/csv')
              }
            >
              Download CSV
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      {!prepared ? (
        <Skeleton height={HEIGHT} />
      ) : prepared.isEmpty ? (
        <div className={styles.nothing} style={{ height: HEIGHT }}>
          {empty}
        </div>
      ) : isTable ? (
        <Numbers prepared={prepared} title={title} />
      ) : (
        <Chart
          prepared={prepared}
          label={`${title}, ${prepared.caption}`}
          height={HEIGHT}
          {...(group ? { group } : {})}
          {...(onPick ? { onPick } : {})}
        />
      )}
      <footer className={styles.foot}>
        <span>{prepared?.caption ?? '\u00a0'}</span>
        {prepared && prepared.series.length > 1 && (
          <span className={styles.legend}>
            {prepared.series.map(({ key, label, colour }) => (
              <span key={key} className={styles.line}>
                <span className={styles.swatch} style={{ background: colour }} />
                {label}
              </span>
            ))}
          </span>
        )}
      </footer>
    </section>
  )
}

function Numbers({ prepared, title }: { prepared: Prepared; title: string }) {
  return (
    <div className={styles.numbers} style={{ height: HEIGHT }}>
      <Table aria-label={title} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>From – to</Table.Th>
            {prepared.series.map(({ key, label }) => (
              <Table.Th key={key} ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {prepared.rows.map((row) => (
            <Table.Tr key={row.at}>
              <Table.Td>{prepared.formatSpan(row.at)}</Table.Td>
              {prepared.series.map(({ key }) => (
                <Table.Td key={key} ta="right" className="figures">
                  {prepared.formatValue(row[key] ?? null)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
