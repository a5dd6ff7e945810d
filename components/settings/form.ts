'use client'

import { useMutation } from '@tanstack/react-query'
import { organisation } from '@/lib/contract/organisation.ts'
import { me } from '@/lib/contract/people.ts'
import { roles } from '@/lib/contract/roles.ts'
import { queries } from '@/lib/queries.ts'
import { useFormState } from '../resource/form-state.ts'
import { useCan } from '../shell/workspace.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { bodyOf, changedPaths, draftOf, type Organisation, type Value, wrongWith } from './draft.ts'

export const ofOrganisation = queries(organisation, null)

export type SettingsForm = ReturnType<typeof useSettings>

/** All settings as one piece of work: changed on any tab, saved together. Mounted anew for each saved state. */
export function useSettings(row: Organisation) {
  const before = draftOf(row)
  // What others change meanwhile must not be undone by a draft, so it keeps the fields that differ alone.
  const form = useFormState({
    draft: 'settings',
    initial: before,
    withoutSecrets: (now) =>
      Object.fromEntries(changedPaths(now, before).map((path) => [path, now[path] ?? null])),
  })
  const save = useMutation(ofOrganisation.act<Organisation>('edit', { alsoRefresh: [me, roles] }))
  const canChange = useCan('organisation_settings.update')
  const changes = changedPaths(form.values, before)
  return {
    row,
    changes,
    canChange,
    isBusy: form.isBusy,
    isRestored: form.isRestored && changes.length > 0,
    general: form.general,
    body: bodyOf(form.values, before),
    value: (path: string): Value => form.values[path] ?? null,
    set: (path: string, value: Value) => form.set({ [path]: value }),
    problem: form.problem,
    judge: (path: string) => form.judge([path], wrongWith(form.values, before)),
    isEnforced: (path: string) => !row.not_enforced.some((one) => path === one || path.startsWith(`${one}.`)),
    forced: (path: string) => row.forced.find((one) => one.path === path)?.reason,
    discard: form.discard,
    save: async () => {
      if (form.refuse(wrongWith(form.values, before))) return
      const reply = await form.run(
        'Settings were not saved',
        () => save.mutateAsync({ input: bodyOf(form.values, before) }),
        (path) => Object.keys(before).some((one) => path === one || path.startsWith(`${one}.`)),
      )
      if (reply) notifyDone('Settings saved')
    },
  }
}
