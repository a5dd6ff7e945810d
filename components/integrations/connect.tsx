'use client'

import { Button, Group, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react'
import { ChooseService } from '../catalog/choose-service.tsx'
import { ConnectionTest, useConnectionTest } from '../catalog/connection-test.tsx'
import { type Service, useServices } from '../catalog/data.ts'
import { freeSlug, slugOf, testBody } from '../catalog/new-provider.ts'
import { ServiceName } from '../catalog/service-name.tsx'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { Problem } from '../resource/problem.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Steps } from '../ui/steps.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { type Standing, setEnabled, setRule, UNCHANGED } from './access.ts'
import { ConnectAsCode } from './code.tsx'
import { connectBody, integrationProblems, keepable, newIntegration } from './connect-draft.ts'
import { ALSO, ofOrganisation, ROWS_MAX, useStanding } from './data.ts'
import { DetailFields } from './detail-fields.tsx'
import { ModelsPane } from './models-pane.tsx'
import { SaveBar } from './save-bar.tsx'
import { useAccess } from './use-access.ts'
import { WorkspacesPane } from './workspaces-pane.tsx'

const STEPS = ['Service', 'Details', 'Workspaces', 'Models']

/**
 * Connect, at `?connect=1` (choose a service), `?connect=<service>` (details) and, once stored, `&made=<slug>` with
 * `&step=workspaces` or `models`.
 */
export function Connect() {
  const { byId, list } = useServices()
  const [made] = useUrlState('made')
  return (
    <UrlDrawer param="connect" title="Connect a service" size={760}>
      {(id) => {
        const service = byId.get(id)
        if (made) return <Provisioning key={made} slug={made} />
        if (service) return <Details key={service.id} service={service} />
        return (
          <>
            <Steps names={STEPS} at={0} />
            {id !== '1' && list.data && (
              <Text mb={12}>“{id.slice(0, 60)}” is no service this version can call.</Text>
            )}
            <ChooseService choose={({ id }) => openConnect(id)} />
          </>
        )
      }}
    </UrlDrawer>
  )
}

/** Opens the drawer at its first step, or at a service. */
export function openConnect(service = '1'): void {
  setUrlState(
    { connect: service, made: null, step: null, model: null, open: null, pane: null },
    { push: true },
  )
}

const close = () => setUrlState({ connect: null, made: null, step: null, model: null })

function Details({ service }: { service: Service }) {
  const known = useQuery(ofOrganisation.list({ page_size: ROWS_MAX }))
  const create = useMutation(ofOrganisation.create<{ slug: string }>(ALSO))
  const initial = useMemo(() => newIntegration(service), [service])
  const form = useFormState({
    draft: `integration.${service.id}`,
    initial,
    withoutSecrets: keepable(service),
  })
  const { values, set } = form
  const test = useConnectionTest({ isShared: true })
  const [isCode, setCode] = useState(false)
  const body = useRef<HTMLFormElement>(null)

  // A slug nobody typed moves out of the way of those that exist.
  const taken = known.data?.data.map(({ slug }) => slug)
  const free = !values.isSlugTyped && taken ? freeSlug(slugOf(values.name), taken) : values.slug
  useEffect(() => {
    if (free !== values.slug && free !== '') set({ slug: free })
  }, [free, values.slug, set])

  const isWrong = () => {
    const found = integrationProblems(service, values)
    if (!form.refuse(found)) return false
    focusFirst(body.current, found)
    return true
  }
  const runTest = async () => {
    if (isWrong()) return
    const refusal = await test.run(testBody(service, values))
    if (refusal) form.judge(['key', 'configurations'], problemsOf(refusal))
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (isWrong()) return
    const made = await form.run(
      'The integration was not connected',
      () => create.mutateAsync(connectBody(service, values)),
      (path) => /^(name|slug|description|key|configurations|pricing_adjustments)/.test(path),
    )
    if (made) setUrlState({ made: made.slug, step: 'workspaces' })
  }

  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      head={<Steps names={STEPS} at={1} />}
      restoredNote="Secrets are not kept."
      footer={
        <>
          <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={() => openConnect()}>
            Services
          </Button>
          <Button type="submit" loading={form.isBusy}>
            Store and continue
          </Button>
        </>
      }
    >
      <Group justify="space-between" wrap="nowrap">
        <ServiceName of={service.id} size={32} />
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
      </Group>
      {isCode ? (
        <ConnectAsCode service={service} draft={values} />
      ) : (
        <>
          <DetailFields service={service} form={form} />
          <ConnectionTest name={service.name} state={test.state} start={runTest} cancel={test.cancel} />
        </>
      )}
    </DrawerForm>
  )
}

/** What follows once it is stored: who gets it, then which of its models are on. Both can be left and come back to. */
function Provisioning({ slug }: { slug: string }) {
  const [step] = useUrlState('step')
  const one = useQuery(ofOrganisation.one(slug))
  const { standing, error, refetch } = useStanding(slug)
  const isModels = step === 'models'
  const integration = one.data
  if ((one.error && !integration) || error)
    return (
      <Problem
        error={one.error ?? error}
        label="The integration"
        retry={() => Promise.all([one.refetch(), refetch()])}
      />
    )
  return (
    <>
      <Steps names={STEPS} at={isModels ? 3 : 2} />
      {!standing || !integration ? (
        <Skeleton height={360} />
      ) : isModels ? (
        <>
          <Text size="sm" c="dimmed" mb={16}>
            Every model that is on can be called by the workspaces chosen before. Switches take effect at
            once.
          </Text>
          <ModelsPane integration={integration} />
          <Group justify="space-between" mt={24}>
            <Button
              variant="default"
              leftSection={<ArrowLeft size={14} />}
              onClick={() => setUrlState({ step: 'workspaces', model: null })}
            >
              Workspaces
            </Button>
            <Button
              onClick={() => {
                notifyDone(`${integration.name} is connected`)
                setUrlState({ connect: null, made: null, step: null, model: null, tab: null, open: slug })
              }}
            >
              Finish
            </Button>
          </Group>
        </>
      ) : (
        <Workspaces slug={slug} name={integration.name} standing={standing} />
      )}
    </>
  )
}

/** While nobody has it, everybody is proposed. */
function proposed(standing: Standing) {
  if (standing.rule.enabled || standing.workspaces.some(({ enabled }) => enabled)) return UNCHANGED
  const all = standing.workspaces.map(({ id }) => id)
  return setRule(setEnabled(UNCHANGED, all, true), { enabled: true })
}

function Workspaces({ slug, name, standing }: { slug: string; name: string; standing: Standing }) {
  const access = useAccess(slug, standing, proposed)
  const next = () => setUrlState({ step: 'models' })
  return (
    <>
      <Text size="sm" c="dimmed" mb={16}>
        <b>{name}</b> is stored, and no workspace has it yet. Choose who gets it; each gets a provider called{' '}
        <code>@{slug}</code>.
      </Text>
      <WorkspacesPane access={access} canChange />
      {access.isDirty ? (
        <SaveBar access={access} onSaved={next} />
      ) : (
        <Group justify="space-between" mt={24}>
          <Button variant="default" onClick={close}>
            Later
          </Button>
          <Button onClick={next}>Continue to models</Button>
        </Group>
      )}
    </>
  )
}
