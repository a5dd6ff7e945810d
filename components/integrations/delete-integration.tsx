'use client'

import { Button, Checkbox, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { integrations, providers } from '@/lib/contract/catalog.ts'
import { ApiError, apiFetch, queries } from '@/lib/queries.ts'
import type { Integration } from '../catalog/data.ts'
import { count, plural } from '../format.ts'
import { describeError, notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, ofOrganisation, ROWS_MAX } from './data.ts'
import styles from './integrations.module.css'

/** Asks for the name, says which providers end with it, and which configs would break; those only when told to. */
export function askDelete(integration: Integration): void {
  const id = modals.open({
    title: 'Delete integration',
    children: <Deleting integration={integration} close={() => modals.close(id)} />,
  })
}

const SHOWN = 8

function Deleting({ integration, close }: { integration: Integration; close: () => void }) {
  const { slug, name } = integration
  const served = useQuery(queries(providers, null).list({ integration_id: slug, page_size: ROWS_MAX }))
  const { mutationKey, onSuccess } = ofOrganisation.remove(ALSO)
  const drop = useMutation({
    mutationKey,
    onSuccess: (reply, _: boolean, kept, context) => onSuccess?.(reply, slug, kept, context),
    mutationFn: (force: boolean) =>
      apiFetch<object>(`${integrations.path}/${encodeURIComponent(slug)}`, {
        method: 'DELETE',
        query: force ? { force: true } : {},
      }),
  })
  const [typed, setTyped] = useState('')
  const [isForced, setForced] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [configs, setConfigs] = useState<readonly string[]>([])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setProblem(null)
    // The drawer goes first: what is deleted must not be asked for again.
    const open = new URLSearchParams(window.location.search).get('open')
    setUrlState({ open: null, pane: null, model: null })
    try {
      await drop.mutateAsync(isForced)
      close()
      notifyDone(`${name} is deleted`)
    } catch (error) {
      setUrlState({ open })
      const hindering = configsOf(error)
      setConfigs(hindering)
      if (hindering.length === 0) setProblem(describeError(error).message)
    }
  }

  const rows = served.data?.data ?? []
  return (
    <form onSubmit={submit}>
      <Stack gap={16}>
        <Text>
          Its credentials are forgotten, and calls through its providers are refused from then on. What was
          logged stays. This cannot be undone.
        </Text>
        {served.isPending ? (
          <Skeleton height={20} />
        ) : rows.length > 0 ? (
          <div>
            <Text size="sm" fw={550}>
              {plural(served.data?.total ?? rows.length, 'provider')} end with it
            </Text>
            <ul className={styles.ends} aria-label="Providers that end">
              {rows.slice(0, SHOWN).map((row) => (
                <li key={row.id}>
                  <code>@{row.slug}</code> <span className={styles.dim}>{row.name}</span>
                </li>
              ))}
              {(served.data?.total ?? 0) > SHOWN && (
                <li className={styles.dim}>and {count((served.data?.total ?? 0) - SHOWN)} more</li>
              )}
            </ul>
          </div>
        ) : (
          !served.error && (
            <Text size="sm" c="dimmed">
              No provider uses it.
            </Text>
          )
        )}
        {configs.length > 0 && (
          <div role="alert">
            <Text size="sm" fw={550} c="var(--tg-bad)">
              {plural(configs.length, 'config')} still {configs.length === 1 ? 'names' : 'name'} its providers
            </Text>
            <ul className={styles.ends} aria-label="Configs that would break">
              {configs.map((config) => (
                <li key={config}>
                  <code>{config}</code>
                </li>
              ))}
            </ul>
            <Checkbox
              mt={8}
              label="Delete it all the same"
              description="Calls that reach such a provider through these configs then fail, or fall back where the config says so."
              checked={isForced}
              onChange={(event) => setForced(event.currentTarget.checked)}
            />
          </div>
        )}
        <TextInput
          data-autofocus
          label={
            <>
              Type <code>{name}</code> to go on
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={problem}
          autoComplete="off"
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="red"
            disabled={typed.trim() !== name.trim() || (configs.length > 0 && !isForced)}
            loading={drop.isPending}
          >
            Delete integration
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Slugs of the configs a refusal names. */
function configsOf(error: unknown): string[] {
  if (!(error instanceof ApiError) || error.status !== 409) return []
  return error.details.filter(({ path }) => path === 'configs').map(({ message }) => message)
}
