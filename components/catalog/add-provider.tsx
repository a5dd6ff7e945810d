'use client'

import { Button, Radio, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { plural } from '../format.ts'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { type Problems, problemsOf, useFormState } from '../resource/form-state.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Steps } from '../ui/steps.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './catalog.module.css'
import { ChooseService } from './choose-service.tsx'
import { ConnectionTest, useConnectionTest } from './connection-test.tsx'
import { CredentialsForm } from './credentials-form.tsx'
import { type Integration, ROWS_MAX, type Service, useCatalog, useProviders, useServices } from './data.ts'
import { Monogram } from './monogram.tsx'
import { NameStep, useSlugAvailability } from './name-step.tsx'
import {
  bodyForCode,
  credentialProblems,
  freeSlug,
  nameProblems,
  newDraft,
  slugOf,
  testBody,
  withoutSecrets,
} from './new-provider.ts'
import { useSaveProvider } from './save-provider.ts'

/** Add provider, at `?add=1` (choose a service), `?add=<service>` (credentials) and `&step=name`. */
export function AddProvider() {
  const { byId, list } = useServices()
  return (
    <UrlDrawer param="add" title="Add provider">
      {(id) => {
        const service = byId.get(id)
        if (service) return <Making key={service.id} service={service} />
        return (
          <>
            <Steps names={STEPS} at={0} />
            {id !== '1' && list.data && (
              <Text mb={12}>“{id.slice(0, 60)}” is no service this version can call.</Text>
            )}
            <ChooseService choose={({ id }) => setUrlState({ add: id, step: null }, { push: true })} />
          </>
        )
      }}
    </UrlDrawer>
  )
}

/** Opens the drawer at its first step, or at a service. */
export function openAddProvider(service = '1'): void {
  setUrlState({ add: service, step: null, open: null }, { push: true })
}

const STEPS = ['Service', 'Credentials', 'Name']

function Making({ service }: { service: Service }) {
  const { workspaceId } = useCatalog()
  const [step, setStep] = useUrlState('step')
  const isNaming = step === 'name'
  const known = useProviders().data?.data
  const others = useIntegrationsOf(service)
  const initial = useMemo(() => newDraft(service), [service])
  const form = useFormState({
    draft: `provider.${service.id}`,
    initial,
    withoutSecrets: withoutSecrets(service),
  })
  const { values, set } = form
  const test = useConnectionTest()
  const [isCode, setCode] = useState(false)
  const save = useSaveProvider(service)
  const isNew = values.integration === ''
  const slug = useSlugAvailability(values.slug, form.isBusy)
  const body = useRef<HTMLFormElement>(null)

  // A slug nobody typed moves out of the way of those that exist.
  const taken = known?.map(({ slug }) => slug)
  const free = !values.isSlugTyped && taken ? freeSlug(slugOf(values.name), taken) : values.slug
  useEffect(() => {
    if (free !== values.slug && free !== '') set({ slug: free })
  }, [free, values.slug, set])

  const refuse = (found: Problems) => {
    if (!form.refuse(found)) return false
    requestAnimationFrame(() => {
      const first = Object.keys(found)[0] ?? ''
      const input = body.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(first)}"]`)
      input?.focus()
    })
    return true
  }
  const credentialsWrong = () => refuse(credentialProblems(service, values))

  const runTest = async () => {
    if (credentialsWrong()) return
    const refusal = await test.run(testBody(service, values))
    if (refusal) form.judge(['key', 'configurations'], problemsOf(refusal))
  }

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    if (!isNaming) {
      if (!credentialsWrong()) setStep('name', { push: true })
      return
    }
    const isTaken: Problems = slug === 'taken' ? { slug: 'Taken in this workspace' } : {}
    if (refuse({ ...nameProblems(values), ...isTaken })) return
    if (Object.keys(credentialProblems(service, values)).length > 0) {
      setStep(null)
      requestAnimationFrame(() => credentialsWrong())
      return
    }
    const found = test.state.is === 'answered' && test.state.reply.success ? test.state.reply.models : []
    const offered =
      service.model_count === 0 && isNew ? found.filter(({ slug }) => !values.leftOut.includes(slug)) : []
    const made = await form.run(
      'The provider was not added',
      () => save(values, offered),
      (path) => /^(name|slug|default_provider_slug|note)$/.test(path),
    )
    if (!made) return
    notifyDone(`@${made.slug} is ready`)
    setUrlState({ add: null, step: null, open: made.slug, made: '1', tab: null, q: null })
  }

  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={onSubmit}
      head={<Steps names={STEPS} at={isNaming ? 2 : 1} />}
      restoredNote="Secrets are not kept."
      footer={
        <>
          <Button
            variant="default"
            leftSection={<ArrowLeft size={14} />}
            onClick={() => setUrlState(isNaming ? { step: null } : { add: '1', step: null })}
          >
            {isNaming ? 'Credentials' : 'Services'}
          </Button>
          <Button type="submit" loading={form.isBusy}>
            {isNaming ? 'Add provider' : 'Continue'}
          </Button>
        </>
      }
    >
      <div className={styles.chosen}>
        <Monogram name={service.name} colour={service.colour} size={36} />
        <div>
          <Text fw={550} truncate>
            {service.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {service.base_url ?? (service.is_local ? 'Answers inside the gateway' : 'At an address of yours')}
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          value={isCode ? 'api' : 'form'}
          onChange={(value) => setCode(value === 'api')}
          aria-label="Form or code"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'api', label: 'API' },
          ]}
        />
      </div>
      {isCode ? (
        <AsCode service={service} draft={values} workspaceId={workspaceId} />
      ) : isNaming ? (
        <NameStep form={form} model={exampleModel(service)} slug={slug} />
      ) : (
        <>
          {others.length > 0 && (
            <Choice
              others={others}
              value={values.integration}
              choose={(integration) => {
                const other = others.find(({ slug }) => slug === integration)
                test.reset()
                form.refuse()
                set({
                  integration,
                  ...(other ? { name: other.name } : {}),
                  ...(values.isSlugTyped ? {} : { slug: slugOf(other?.name ?? service.name) }),
                })
              }}
            />
          )}
          {isNew && (
            <>
              <CredentialsForm service={service} form={form} />
              {!service.is_local && <Scope value={values.scope} set={(scope) => set({ scope })} />}
            </>
          )}
          <ConnectionTest
            name={service.name}
            state={test.state}
            start={runTest}
            cancel={test.cancel}
            {...(service.model_count === 0 && isNew
              ? { choice: { leftOut: values.leftOut, set: (leftOut: string[]) => set({ leftOut }) } }
              : {})}
          />
        </>
      )}
    </DrawerForm>
  )
}

/** Integrations of a service that may be used here, newest first. */
function useIntegrationsOf(service: Service): readonly Integration[] {
  const { integrations } = useCatalog()
  const { data } = useQuery(integrations.list({ ai_provider_id: service.id, page_size: ROWS_MAX }))
  return data?.data ?? []
}

function Choice({
  others,
  value,
  choose,
}: {
  others: readonly Integration[]
  value: string
  choose: (slug: string) => void
}) {
  return (
    <Radio.Group label="Credentials" value={value} onChange={choose}>
      <Stack gap={8} mt={8}>
        <Radio value="" label="New credentials" />
        {others.map((one) => (
          <Radio
            key={one.slug}
            value={one.slug}
            label={one.name}
            description={
              one.type === 'organisation'
                ? `Of the organisation, in ${plural(one.workspace_count, 'workspace')} · ${one.slug}`
                : `Of this workspace · ${one.slug}`
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}

function Scope({
  value,
  set,
}: {
  value: 'workspace' | 'organisation'
  set: (scope: 'workspace' | 'organisation') => void
}) {
  const { workspace, me } = useWorkspaces()
  const canShare = useCan('organisation_integrations.create')
  if (!canShare) return null
  return (
    <Labelled
      label="Who may use these credentials"
      hint={
        value === 'workspace'
          ? `Only ${workspace?.name ?? 'this workspace'}.`
          : `Every workspace of ${me?.organisation.name ?? 'the organisation'}, present and future; each gets this provider.`
      }
    >
      <SegmentedControl
        value={value}
        onChange={(scope) => set(scope as 'workspace' | 'organisation')}
        aria-label="Who may use these credentials"
        data={[
          { value: 'workspace', label: 'This workspace' },
          { value: 'organisation', label: 'Entire organisation' },
        ]}
      />
    </Labelled>
  )
}

function Labelled({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div>
      <Text fw={500} size="sm">
        {label}
      </Text>
      <Text size="xs" c="dimmed" mb={8}>
        {hint}
      </Text>
      {children}
    </div>
  )
}

function AsCode({
  service,
  draft,
  workspaceId,
}: {
  service: Service
  draft: ReturnType<typeof newDraft>
  workspaceId: string
}) {
  const origin = useOrigin()
  const isNew = draft.integration === ''
  const note = draft.note.trim()
  const body = isNew
    ? {
        ...bodyForCode(service, draft),
        ...(draft.scope === 'workspace' ? { workspace_id: workspaceId } : {}),
      }
    : {
        name: draft.name.trim(),
        slug: draft.slug,
        integration_id: draft.integration,
        workspace_id: workspaceId,
        ...(note ? { note } : {}),
      }
  const call = isNew ? 'integrations.create' : 'providers.create'
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        The same, as code. The key in <code>TOLLGATE_API_KEY</code> needs the scope{' '}
        <code>
          {isNew
            ? `${draft.scope === 'organisation' ? 'organisation' : 'workspace'}_integrations.create`
            : 'providers.create'}
        </code>
        .
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: isNew ? 'integrations' : 'providers',
          body,
          python: { call },
          node: { call },
        })}
      />
    </div>
  )
}

function exampleModel(service: Service): string {
  if (service.is_local) return 'echo'
  return service.id === 'anthropic' ? 'claude-sonnet-4-5' : service.id === 'openai' ? 'gpt-4o-mini' : 'model'
}
