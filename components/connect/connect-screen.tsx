'use client'

import { SegmentedControl, Skeleton, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState, useSyncExternalStore } from 'react'
import { apiKeys } from '@/lib/contract/access.ts'
import { queries } from '@/lib/queries.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { CodeBlock, Copyable } from '../ui/copyable.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './connect.module.css'
import type { NewKey } from './create-key.ts'
import { FirstCall } from './first-call.tsx'
import { KeyStep } from './key-step.tsx'
import { ModelStep } from './model-step.tsx'
import { type Model, useCallableModels } from './models.ts'
import { type ApiKey, canCall, secretProblem } from './secret.ts'
import { CLIENTS, clientOf, KEY_VARIABLE, originFor } from './snippets.ts'

/** From a client, a key and a model to lines that work as pasted, and on to the first call as it lands. */
export function ConnectScreen({ publicUrl }: { publicUrl: string }) {
  const workspaceId = useWorkspaceId()
  // A key made or a secret pasted belongs to one workspace and ends with it.
  return <Screen key={workspaceId} publicUrl={publicUrl} workspaceId={workspaceId} />
}

function Screen({ publicUrl, workspaceId }: { publicUrl: string; workspaceId: string }) {
  const [clientId] = useUrlState('client')
  const [keyId, setKeyId] = useUrlState('key')
  const [modelId, setModelId] = useUrlState('model')
  const [wayTitle, setWay] = useUrlState('way')
  const [made, setMade] = useState<NewKey | null>(null)
  const [pasted, setPasted] = useState('')
  const client = clientOf(clientId)

  const keyList = useQuery(queries(apiKeys, workspaceId).list({ page_size: 100 }))
  const keys = keyList.data?.data.filter((key) => key.workspace_id === workspaceId && canCall(key))
  const chosenKey = keys?.find(({ id }) => id === (keyId ?? made?.id)) ?? keys?.[0]
  const models = useCallableModels()
  const chosenModel = models.models.find(({ id }) => id === modelId) ?? likely(models.models)

  const setup = {
    origin: useOrigin(publicUrl),
    model: chosenModel?.id ?? '@provider/model',
    secret: secretOf(chosenKey, made, pasted.trim()),
  }
  const ways = client.ways(setup)
  const way = ways.find(({ title }) => title === wayTitle) ?? ways[0]!

  return (
    <>
      <PageHeader
        title="Connect"
        why={
          <>
            Choose a client, a key and a model; paste the lines; watch the first call arrive. The gateway is
            at <Copyable value={`${setup.origin}/api/v1`} label="base URL" />
          </>
        }
      />
      <div className={styles.columns}>
        <div className={styles.steps}>
          <Step number={1} title="Client">
            <ClientPicker chosen={client.id} />
          </Step>
          <Step number={2} title="Key">
            <KeyStep
              keys={keys}
              error={keyList.error}
              chosen={chosenKey}
              choose={(id) => {
                setKeyId(id)
                setPasted('')
              }}
              made={made}
              onMade={(key) => {
                setMade(key)
                setKeyId(key.id)
                setPasted('')
              }}
              pasted={pasted}
              setPasted={setPasted}
              defaultName={client.id.includes('-') ? `${client.name} ${client.kind}` : client.name}
            />
          </Step>
          <Step number={3} title="Model">
            <ModelStep list={models} chosen={chosenModel} choose={setModelId} />
          </Step>
        </div>
        <div className={styles.lines}>
          <Step number={4} title="Paste">
            {setup.secret === null && chosenKey && (
              <p className={styles.needsKey}>
                The lines read the key from <code>${KEY_VARIABLE}</code>: set it in your shell first, or paste
                the secret in step 2.
              </p>
            )}
            {ways.length > 1 && (
              <SegmentedControl
                className={styles.ways}
                size="xs"
                value={way.title}
                onChange={setWay}
                data={ways.map(({ title }) => title)}
                aria-label="Way to set it up"
              />
            )}
            {way.blocks.map(({ title, hint, code }) => (
              <div key={title} className={styles.block}>
                <h3>{title}</h3>
                {hint && <p className={styles.dim}>{hint}</p>}
                {models.isPending && !chosenModel ? (
                  <Skeleton height={24 + 20 * code.split('\n').length} radius={8} />
                ) : (
                  <CodeBlock code={code} label={title} maxHeight={420} />
                )}
              </div>
            ))}
            {client.id === 'hermes' && <HermesWarning />}
          </Step>
        </div>
        <div className={styles.first}>
          <Step number={5} title="First request">
            <FirstCall key={chosenKey?.id} apiKey={chosenKey} />
          </Step>
        </div>
      </div>
    </>
  )
}

function HermesWarning() {
  return (
    <div className={styles.warning} role="note">
      <TriangleAlert size={16} aria-hidden />
      <div>
        A bare <code>OPENAI_API_KEY</code> never reaches a host of your own: Hermes sends{' '}
        <code>no-key-required</code> instead, and the gateway answers 401. Use one of the forms above. When
        two named providers share this address, a bare <code>/model @slug/model</code> is ambiguous: add{' '}
        <code>--provider</code>.
      </div>
    </div>
  )
}

function ClientPicker({ chosen }: { chosen: string }) {
  const choose = (id: string) => setUrlState({ client: id === CLIENTS[0]!.id ? null : id, way: null })
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const at = CLIENTS.findIndex(({ id }) => id === chosen)
    const next = CLIENTS[(at + step + CLIENTS.length) % CLIENTS.length]!
    choose(next.id)
    event.currentTarget.querySelector<HTMLElement>(`[data-client="${next.id}"]`)?.focus()
  }
  return (
    <div className={styles.clients} role="radiogroup" aria-label="Client" onKeyDown={onKeyDown}>
      {CLIENTS.map(({ id, name, kind }) => (
        <UnstyledButton
          key={id}
          className={styles.client}
          role="radio"
          aria-checked={id === chosen}
          tabIndex={id === chosen ? 0 : -1}
          data-client={id}
          onClick={() => choose(id)}
        >
          <span>{name}</span>
          <span className={styles.dim}>{kind}</span>
        </UnstyledButton>
      ))}
    </div>
  )
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className={styles.step} aria-labelledby={`step-${number}`}>
      <h2 id={`step-${number}`}>
        <span className={styles.number} aria-hidden>
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** The secret to write into the lines: of the key made here, or pasted and plausible; null reads `$TOLLGATE_API_KEY`. */
function secretOf(key: ApiKey | undefined, made: NewKey | null, pasted: string): string | null {
  if (made && key?.id === made.id) return made.secret
  return pasted !== '' && secretProblem(pasted, key) === null ? pasted : null
}

/** What somebody would try first: a real model rather than the sandbox's, where there is one. */
function likely(models: readonly Model[]): Model | undefined {
  return models.find(({ service }) => service !== 'sandbox') ?? models[0]
}

/** The browser's own origin is known only once the page lives there. */
function useOrigin(publicUrl: string): string {
  const browser = useSyncExternalStore(
    () => () => {},
    () => window.location.origin,
    () => null,
  )
  return originFor(publicUrl, browser)
}
