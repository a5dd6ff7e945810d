'use client'

import { Button, Group, SegmentedControl } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { z } from 'zod'
import type { apiKeySecretRow } from '@/lib/contract/access.ts'
import type { KeyType } from '@/lib/contract/scopes.ts'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { type Problems, problemAt, problemsOf, useFormState } from '../resource/form-state.ts'
import { useHolds, useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Steps } from '../ui/steps.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { ALSO, FORGOTTEN, useKeyQueries, useKeyRules } from './data.ts'
import { KeyAsCode } from './key-code.tsx'
import { createBody, DETAIL_PATHS, keyProblems, newKeyDraft } from './key-draft.ts'
import { KeyFields, type Kind } from './key-fields.tsx'
import { TABS, tabOf } from './key-filters.ts'
import { scopeOf } from './key-words.tsx'
import { ScopesPicker } from './scopes-picker.tsx'
import { showKeyOnce } from './show-key.tsx'

/** Create key, at `?create=1` and `&step=permissions`. */
export function CreateKey() {
  return (
    <UrlDrawer param="create" title="Create key">
      {() => <Making />}
    </UrlDrawer>
  )
}

export function openCreateKey(): void {
  setUrlState({ create: '1', step: null, open: null }, { push: true })
}

/** Kinds of key there are for the signed-in person here, each with why they may not make one. */
export function useKinds(): Kind[] {
  const holds = useHolds()
  const { workspace } = useWorkspaces()
  return useMemo(() => {
    const types: KeyType[] = ['workspace-service', 'workspace-user', 'organisation-service']
    return types.flatMap((type): Kind[] => {
      const scope = scopeOf(type, 'create')
      if (holds(scope)) return [{ type, refusal: null }]
      // Admin keys are no business of who runs no organisation.
      if (type === 'organisation-service') return []
      const role = workspace ? `Not with your role here, ${workspace.role}` : 'Not with your role here'
      return [{ type, refusal: `${role}: it takes ${scope}.` }]
    })
  }, [holds, workspace])
}

/** Whether they may make any. */
export function useCanCreate(): boolean {
  return useKinds().some(({ refusal }) => refusal === null)
}

function Making() {
  const kinds = useKinds()
  if (kinds.every(({ refusal }) => refusal !== null)) {
    return (
      <EmptyState title="You cannot make keys here">
        That needs the permission <code>{scopeOf('workspace-user', 'create')}</code>. An admin of the
        workspace can give it.
      </EmptyState>
    )
  }
  return <Form kinds={kinds} />
}

function Form({ kinds }: { kinds: readonly Kind[] }) {
  const workspaceId = useWorkspaceId()
  const rules = useKeyRules()
  const [tab] = useUrlState('tab')
  const initial = useMemo(() => {
    const open = kinds.filter(({ refusal }) => refusal === null).map(({ type }) => type)
    const wanted = TABS[tabOf(tab, true)].type
    return newKeyDraft(wanted && open.includes(wanted) ? wanted : open[0])
  }, [kinds, tab])
  const form = useFormState({ draft: 'key.new', initial })
  const { values } = form
  const keys = useKeyQueries(values.type)
  const create = useMutation({ ...keys.create<z.output<typeof apiKeySecretRow>>(ALSO), ...FORGOTTEN })
  const [step, setStep] = useUrlState('step')
  const [isCode, setCode] = useState(false)
  const isLast = step === 'permissions'
  const body = useRef<HTMLFormElement>(null)

  // Where the cursor goes once the other step is drawn.
  const wanted = useRef<Problems | null>(null)
  const goTo = (next: 'permissions' | null, focus: Problems) => {
    wanted.current = focus
    setStep(next, { push: next !== null })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it acts once the step has changed
  useEffect(() => {
    if (wanted.current) focusFirst(body.current, wanted.current)
    wanted.current = null
  }, [isLast])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = keyProblems(values, { nowMs: Date.now(), rules })
    const details = detailsOf(found)
    if (!isLast) {
      if (form.refuse(details)) focusFirst(body.current, details)
      else goTo('permissions', { scopes: '' })
      return
    }
    if (form.refuse(found)) {
      if (Object.keys(details).length > 0) goTo(null, details)
      else focusFirst(body.current, found)
      return
    }
    const made = await form.run(
      'The key was not created',
      () =>
        create.mutateAsync(createBody(values, workspaceId, rules)).catch((error: unknown) => {
          const refused = detailsOf(problemsOf(error))
          if (Object.keys(refused).length > 0) goTo(null, refused)
          throw error
        }),
      (path) => path === 'scopes' || DETAIL_PATHS.some((one) => path === one || path.startsWith(`${one}.`)),
    )
    if (!made) return
    setUrlState({ create: null, step: null })
    showKeyOnce({ id: made.id, name: values.name.trim(), secret: made.key })
  }

  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      head={
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap={8}>
          <Steps names={['Details', 'Permissions']} at={isLast ? 1 : 0} />
          <SegmentedControl
            size="xs"
            mt={-4}
            value={isCode ? 'api' : 'form'}
            onChange={(value) => setCode(value === 'api')}
            aria-label="Form or code"
            data={[
              { value: 'form', label: 'Form' },
              { value: 'api', label: 'API' },
            ]}
          />
        </Group>
      }
      footer={
        <>
          {isLast ? (
            <Button
              variant="default"
              leftSection={<ArrowLeft size={14} />}
              onClick={() => goTo(null, { name: '' })}
            >
              Details
            </Button>
          ) : (
            <Button variant="default" onClick={() => setUrlState({ create: null, step: null })}>
              Cancel
            </Button>
          )}
          <Button
            key={isLast ? 'create' : 'continue'}
            type="submit"
            loading={form.isBusy}
            // The second half of a double click on Continue lands here.
            onClick={(event) => event.detail > 1 && event.preventDefault()}
          >
            {isLast ? 'Create key' : 'Continue'}
          </Button>
        </>
      }
    >
      {isCode ? (
        <KeyAsCode draft={values} />
      ) : isLast ? (
        <ScopesPicker
          of={values}
          value={values.scopes}
          error={form.problem('scopes')}
          set={(scopes) => {
            form.set({ scopes })
            form.judge(['scopes'], {})
          }}
        />
      ) : (
        <KeyFields form={form} rules={rules} kinds={kinds} />
      )}
    </DrawerForm>
  )
}

function detailsOf(found: Problems): Problems {
  return Object.fromEntries(
    Object.entries(found).filter(([path]) => DETAIL_PATHS.some((one) => problemAt({ [path]: path }, one))),
  )
}
