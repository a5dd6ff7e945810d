'use client'

import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import styles from './chart.module.css'
import type { Prepared } from './prepare.ts'

interface Props {
  prepared: Prepared
  /** What it shows, for those who do not see it: "Calls by outcome". */
  label: string
  height?: number
  /** Charts of one group share their crosshair. */
  group?: string
  /** A click on a bucket: when it begins, in epoch milliseconds. */
  onPick?: (atMs: number) => void
}

/** Draws what `prepare` decided, and decides nothing. */
export default function Chart({ prepared, label, height = 200, group, onPick }: Props) {
  const { rows, series, yTicks, xTicks, formatTick, formatAt } = prepared
  return (
    <div role="img" aria-label={label} style={{ height }} className={onPick ? styles.clickable : undefined}>
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart
          data={rows}
          {...(group ? { syncId: group } : {})}
          margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
          barCategoryGap={1}
          onClick={(state) => {
            const at = rows[Number(state.activeTooltipIndex)]?.at
            if (onPick && at !== undefined) onPick(at)
          }}
        >
          <CartesianGrid vertical={false} stroke="var(--tg-hairline)" />
          <XAxis
            dataKey="at"
            height={22}
            ticks={xTicks}
            tickFormatter={formatAt}
            tickLine={false}
            axisLine={{ stroke: 'var(--tg-hairline)' }}
            tick={{ fontSize: 11, fill: 'var(--tg-dim)' }}
            interval="preserveStartEnd"
            minTickGap={16}
          />
          <YAxis
            ticks={yTicks}
            domain={[0, yTicks.at(-1) ?? 1]}
            tickFormatter={formatTick}
            tickLine={false}
            axisLine={false}
            width="auto"
            tick={{ fontSize: 11, fill: 'var(--tg-dim)' }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--tg-hover)', stroke: 'var(--tg-ghost)' }}
            content={({ active, label: at }) =>
              active && typeof at === 'number' ? <Hover prepared={prepared} atMs={at} /> : null
            }
          />
          {series.map(({ key, label: name, colour, kind }) => {
            const common = { dataKey: key, name, isAnimationActive: false }
            if (kind === 'bar')
              return <Bar key={key} {...common} stackId="all" fill={colour} maxBarSize={40} />
            if (kind === 'line')
              return (
                <Line
                  key={key}
                  {...common}
                  stroke={colour}
                  strokeWidth={1.75}
                  dot={false}
                  activeDot={{ r: 3 }}
                />
              )
            return (
              <Area
                key={key}
                {...common}
                stroke={colour}
                strokeWidth={1.75}
                fill={colour}
                fillOpacity={0.12}
              />
            )
          })}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  )
}

function Hover({ prepared, atMs }: { prepared: Prepared; atMs: number }) {
  const row = prepared.rows.find((each) => each.at === atMs)
  return (
    <div className={styles.hover}>
      <div className={styles.when}>{prepared.formatSpan(atMs)}</div>
      {prepared.series.map(({ key, label, colour }) => (
        <div key={key} className={styles.line}>
          <span className={styles.swatch} style={{ background: colour }} />
          <span>{label}</span>
          <span className={styles.figure}>{prepared.formatValue(row?.[key] ?? null)}</span>
        </div>
      ))}
    </div>
  )
}
