'use client'

import { Button, Select, Skeleton, Text } from '@mantine/core'
import Link from 'next/link'
import { compact, pricePerMillion } from '../format.ts'
import { describeError } from '../ui/notify.tsx'
import styles from './connect.module.css'
import type { Model, useCallableModels } from './models.ts'

/** Rows the picker draws at once; typing narrows them. */
const SHOWN_MAX = 60

/** A model to call, found by typing; with its window and its prices, so nobody picks blindly. */
export function ModelStep({
  list,
  chosen,
  choose,
}: {
  list: ReturnType<typeof useCallableModels>
  chosen: Model | undefined
  choose: (id: string | null) => void
}) {
  const { models, isPending, error, refetch } = list
  if (isPending && models.length === 0) return <Skeleton height={36} aria-hidden />
  if (error && models.length === 0) {
    return (
      <Text size="sm" c="red" role="alert">
        The models could not be loaded: {describeError(error).message}{' '}
        <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
          Try again
        </Button>
      </Text>
    )
  }
  if (models.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No model can be called here yet. <Link href="/catalog?add=1">Add a provider</Link>, or enable its
        models.
      </Text>
    )
  }
  const byId = new Map(models.map((model) => [model.id, model]))
  return (
    <>
      <Select
        aria-label="Model"
        placeholder="Choose a model"
        data={models.map(({ id }) => id)}
        value={chosen?.id ?? null}
        onChange={choose}
        searchable
        limit={SHOWN_MAX}
        allowDeselect={false}
        selectFirstOptionOnChange
        nothingFoundMessage="No model is called that"
        maxDropdownHeight={320}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
        renderOption={({ option }) => <Option model={byId.get(option.value)} />}
      />
      {chosen && (
        <Text size="xs" c="dimmed" mt={4} className="figures">
          {wordsOf(chosen)}
        </Text>
      )}
    </>
  )
}

function Option({ model }: { model: Model | undefined }) {
  if (!model) return null
  return (
    <div className={styles.option}>
      <span className={styles.optionName}>{model.id}</span>
      <span className={styles.optionNote}>{wordsOf(model)}</span>
    </div>
  )
}

function wordsOf({ window, prices }: Model): string {
  const price =
    prices?.input == null
      ? 'unpriced'
      : `${pricePerMillion(prices.input)} in, ${pricePerMillion(prices.output)} out per 1M`
  return window === null ? price : `${compact(window)} window · ${price}`
}
