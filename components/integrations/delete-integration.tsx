'use client'

import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { integrations } from '@/lib/contract/catalog.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'
import type { Integration } from '../catalog/data.ts'
import { plural } from '../format.ts'
import { describeError, notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, ofOrganisation } from './data.ts'
import styles from './integrations.module.css'
import { Losers } from './losers.tsx'

/** Asks for the name, says which workspaces lose it and which configs would break; with those only when told to. */
export function askDelete(integration: Integration): void {
  const id = modals.open({
    title: 'Delete integration',
    children: <Deleting integration={integration} close={() => modals.close(id)} />,
  })
}

function Deleting({ integration, close }: { integration: Integration; close: () => void }) {
  const { slug, name } = integration
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

  return (
    <form onSubmit={submit}>
      <Stack gap={16}>
        <Text>
          Its credentials are forgotten, and calls through its providers are refused from then on. What was
          logged stays. This cannot be undone.
        </Text>
        <Losers integration={integration} isGoing={drop.isPending || drop.isSuccess} />
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
