import { sparkPaths } from './prepare.ts'

const WIDTH = 200
const HEIGHT = 28

/** A line without axes, for a figure's recent past. Its meaning is in the words beside it. */
export function Spark({ values }: { values: readonly (number | null)[] }) {
  const { line, area, dots } = sparkPaths(values, WIDTH, HEIGHT - 3)
  return (
    <svg
      viewBox={`0 -1.5 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT}
      aria-hidden="true"
      style={{ display: 'block', overflow: 'visible' }}
    >
      {area && <path d={area} fill="var(--tg-series-0)" opacity={0.1} />}
      {line && (
        <path
          d={line}
          fill="none"
          stroke="var(--tg-series-0)"
          strokeWidth={1.5}
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
      {dots && (
        <path
          d={dots}
          stroke="var(--tg-series-0)"
          strokeWidth={5}
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  )
}
