import { Badge } from '@mantine/core'
import { pricePerMillion } from '../format.ts'
import styles from './catalog.module.css'
import type { ModelSetting } from './data.ts'

/** Dollars per million tokens; a model nobody can price says so, for that is not free. */
export function PriceOf({
  prices,
  kind,
}: {
  prices: ModelSetting['prices']
  kind: 'input' | 'output' | 'cache_read' | 'cache_write'
}) {
  if (!prices) return <span className={styles.dim}>unpriced</span>
  return <>{pricePerMillion(prices[kind])}</>
}

/** What sets a model apart from the catalogue's. */
export function ModelMarks({ model }: { model: ModelSetting }) {
  return (
    <>
      {model.is_custom && (
        <Badge size="sm" color="gray" ml={6}>
          Custom
        </Badge>
      )}
      {model.pricing_config && (
        <Badge size="sm" ml={6}>
          Own price
        </Badge>
      )}
    </>
  )
}
