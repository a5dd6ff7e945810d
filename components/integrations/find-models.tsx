'use client'

import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { ConnectionTest, useConnectionTest } from '../catalog/connection-test.tsx'
import { type Integration, type ModelSetting, useChangeModels, useServices } from '../catalog/data.ts'
import { plural } from '../format.ts'
import { notifyDone } from '../ui/notify.tsx'
import styles from './integrations.module.css'

/** Asks an upstream the catalogue does not know for its models, and adds those that stay ticked. */
export function FindModels({
  integration,
  known,
}: {
  integration: Integration
  known: readonly ModelSetting[]
}) {
  const { byId } = useServices()
  const test = useConnectionTest({ isShared: true })
  const change = useChangeModels({ isShared: true })
  const [leftOut, setLeftOut] = useState<readonly string[]>([])
  const { state } = test
  const have = new Set(known.map(({ slug }) => slug))
  const found = state.is === 'answered' && state.reply.success ? state.reply.models : []
  const fresh = found.filter(({ slug }) => !have.has(slug))
  const wanted = fresh.filter(({ slug }) => !leftOut.includes(slug))
  const add = async () => {
    const models = wanted.map(({ slug, name }) => ({ slug, name, enabled: true, is_custom: true }))
    const done = await change.mutateAsync({ slug: integration.slug, models }).catch(() => null)
    if (!done) return
    notifyDone(`${plural(models.length, 'model')} added`)
    test.reset()
  }
  const shown =
    state.is === 'answered' && state.reply.success
      ? { ...state, reply: { ...state.reply, models: fresh } }
      : state
  return (
    <div className={styles.find}>
      <ConnectionTest
        name={byId.get(integration.ai_provider_id)?.name ?? integration.ai_provider_id}
        state={shown}
        start={() => void test.run({ slug: integration.slug })}
        cancel={test.cancel}
        choice={{ leftOut, set: setLeftOut }}
      />
      {found.length > 0 && (
        <Group justify="flex-end" mt={8}>
          {fresh.length === 0 ? (
            <span className={styles.dim}>All of its models are here already.</span>
          ) : (
            <Button onClick={add} loading={change.isPending} disabled={wanted.length === 0}>
              Add {plural(wanted.length, 'model')}
            </Button>
          )}
        </Group>
      )}
    </div>
  )
}
