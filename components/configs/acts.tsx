'use client'

import { Button, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { List } from '@/lib/contract/resource.ts'
import { plural } from '../format.ts'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { type Config, type Dependent, ROWS_MAX, useConfigQueries } from './data.ts'
import { Dependents } from './dependents.tsx'

type Target = Pick<Config, 'id' | 'slug' | 'name'>

/** Asks who uses it first: a used config stays, and says why; an unused one goes when its name is typed. */
export function useDeleteConfig(): (config: Target) => Promise<void> {
  const client = useQueryClient()
  const router = useRouter()
  const of = useConfigQueries()
  const drop = useMutation(of.remove())
  return async ({ slug, name }) => {
    let users: readonly Dependent[]
    try {
      const asked = of.read<List<Dependent>>('dependents', {}, slug)
      users = (await client.fetchQuery({ ...asked, staleTime: 0 })).data
    } catch (error) {
      return notifyError(error, 'Who uses the config is not known')
    }
    if (users.length > 0) return refuse(name, users)
    confirmByTyping({
      title: 'Delete config',
      name,
      verb: 'Delete config',
      consequence: `No key or workspace uses ${slug}. Calls that name it themselves will be refused. Its versions are kept under Archived.`,
      run: async () => {
        await drop.mutateAsync(slug)
        router.push('/configs')
        notifyDone(`${name} is deleted`)
      },
    })
  }
}

function refuse(name: string, users: readonly Dependent[]): void {
  const close = () => modals.close(id)
  const id = modals.open({
    title: 'This config is in use',
    children: (
      <Stack gap={16}>
        <Text>
          {name} cannot be deleted while {plural(users.length, 'holder carries', 'holders carry')} it. Give
          each another config first.
        </Text>
        <Dependents of={users} leave={close} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    ),
  })
}

/** Marks it as the default of the workspace, or takes the mark away; either can be taken back. */
export function useMakeDefault(): (config: Target, isDefault: boolean) => Promise<void> {
  const client = useQueryClient()
  const of = useConfigQueries()
  const update = useMutation(of.update())
  const mark = (id: string, is_default: boolean) => update.mutateAsync({ id, input: { is_default } })
  return async ({ slug, name }, isDefault) => {
    try {
      const { data } = await client.fetchQuery({ ...of.list({ page_size: ROWS_MAX }), staleTime: 0 })
      const before = data.find((row) => row.is_default === 1)
      await mark(slug, isDefault)
      notifyUndo(isDefault ? `${name} is the default` : `${name} is no longer the default`, () =>
        isDefault && before ? mark(before.slug, true) : mark(slug, !isDefault),
      )
    } catch (error) {
      notifyError(error, 'The default was not changed')
    }
  }
}

/** Brings an archived config back. */
export function useBringBack(): (config: Target) => Promise<void> {
  const of = useConfigQueries()
  const update = useMutation(of.update())
  return async ({ id, name }) => {
    try {
      await update.mutateAsync({ id, input: { status: 'active' } })
      notifyUndo(`${name} is back`, () => update.mutateAsync({ id, input: { status: 'archived' } }))
    } catch (error) {
      notifyError(error, 'The config was not brought back')
    }
  }
}
