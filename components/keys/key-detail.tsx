'use client'

import { Alert, Anchor, Button, Group, Skeleton, Stack, Tabs } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Pencil, Power, RotateCw, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { type FormEvent, useMemo, useRef } from 'react'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { canCall } from '../connect/secret.ts'
import { absoluteTime } from '../format.ts'
import { limitWords } from '../limits/words.tsx'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { Problem } from '../resource/problem.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts } from '../ui/facts.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { byWhom, useKeyQueries, usePeople } from './data.ts'
import { useKeyActs } from './key-acts.tsx'
import { KeyAsCode } from './key-code.tsx'
import {
  type ApiKey,
  asNew,
  DETAIL_PATHS,
  draftOf,
  keyProblems,
  TYPE_WORDS,
  updateBody,
} from './key-draft.ts'
import { KeyFields } from './key-fields.tsx'
import { Expiry, KeyStatus, useMayChange } from './key-words.tsx'
import styles from './keys.module.css'
import { useRotateKey } from './rotate-key.tsx'
import { meaningOf } from './scope-groups.ts'
import { ScopesPicker } from './scopes-picker.tsx'

/** One key, in the drawer: what it is and may do, and changing that. `listed` paints at once. */
export function KeyDetail({ id, listed }: { id: string; listed: ApiKey | undefined }) {
  const keys = useKeyQueries()
  const one = useQuery({ ...keys.one(id), ...(listed ? { placeholderData: listed } : {}) })
  const [said, setPane] = useUrlState('pane')
  const may = useMayChange()
  const key = one.data
  if (one.error && !key) return <Problem error={one.error} label="The key" retry={() => one.refetch()} />
  if (!key) {
    return (
      <Stack gap={14} aria-hidden>
        {[40, 70, 55, 62].map((width) => (
          <Skeleton key={width} height={12} width={`${width}%`} />
        ))}
      </Stack>
    )
  }
  const pane = said === 'edit' && may(key, 'update') ? 'edit' : said === 'api' ? 'api' : 'overview'
  return (
    <Tabs value={pane} onChange={(value) => setPane(value === 'overview' ? null : value)} keepMounted={false}>
      <Tabs.List mb={20}>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        {may(key, 'update') && <Tabs.Tab value="edit">Edit</Tabs.Tab>}
        <Tabs.Tab value="api">API</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview apiKey={key} />
      </Tabs.Panel>
      <Tabs.Panel value="edit">
        <Edit key={key.last_updated_at} apiKey={key} />
      </Tabs.Panel>
      <Tabs.Panel value="api">
        <KeyAsCode draft={asNew(draftOf(key))} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Overview({ apiKey: key }: { apiKey: ApiKey }) {
  const { nameOf } = usePeople()
  const { setStatus, remove } = useKeyActs()
  const rotateKey = useRotateKey()
  const may = useMayChange()
  const isOff = key.status === 'disabled'
  const until = key.key_transition_expires_at
  const metadata = Object.entries(key.defaults.metadata)
  const limits = limitWords({ ...key, usage_limits: key.usage_limits_all })
  const meanings = new Map(SCOPES.map((scope) => [scope.id, meaningOf(scope)]))
  return (
    <>
      {until && Date.parse(until) > Date.now() && (
        <Alert color="gray" p="sm" mb={16}>
          Rotated <Time at={key.last_rotated_at} />. The secret before this one works until{' '}
          {absoluteTime(until).replace(/:\d\d\.\d{3}/, '')}.
        </Alert>
      )}
      <section className={styles.section}>
        <Facts
          rows={[
            ['Key', <Copyable key="key" value={key.key} label="masked key" shown={key.key} />],
            ['Id', <Copyable key="id" value={key.id} />],
            ['Status', <KeyStatus key="status" of={key} />],
            ['Type', TYPE_WORDS[key.type].label],
            ...(key.user_id ? [['Owner', nameOf(key.user_id)] as const] : []),
            ['Description', key.description ?? '–'],
            [
              'Created',
              <span key="created">
                <Time at={key.created_at} /> by {byWhom(nameOf, key.created_by)}
              </span>,
            ],
            ['Last used', key.last_used_at ? <Time key="used" at={key.last_used_at} /> : 'Never'],
            ['Rotated', key.last_rotated_at ? <Time key="rotated" at={key.last_rotated_at} /> : 'Never'],
            ['Expires', <Expiry key="expires" at={key.expires_at} />],
            [
              'Limits',
              limits.length === 0 ? (
                '–'
              ) : (
                <span key="limits">
                  {limits.join(' · ')} <span className={styles.dim}>(stored, not enforced yet)</span>
                </span>
              ),
            ],
            ...(key.alert_emails.length > 0 ? [['Alert e-mails', key.alert_emails.join(', ')] as const] : []),
            ['Default config', key.defaults.config_slug ?? '–'],
            ['Another config', key.defaults.allow_config_override === false ? 'Refused' : 'Allowed'],
            [
              'Metadata',
              metadata.length === 0 ? (
                '–'
              ) : (
                <span key="metadata" className={styles.chips}>
                  {metadata.map(([name, value]) => (
                    <span key={name} className={styles.chip}>
                      {name}: {value}
                    </span>
                  ))}
                </span>
              ),
            ],
          ]}
        />
        <Group gap={8} mt={16}>
          <Button
            variant="default"
            leftSection={<Pencil size={14} />}
            disabled={!may(key, 'update')}
            onClick={() => setUrlState({ pane: 'edit' })}
          >
            Edit
          </Button>
          <Button
            variant="default"
            leftSection={<RotateCw size={14} />}
            disabled={!may(key, 'rotate')}
            onClick={() => rotateKey(key)}
          >
            Rotate
          </Button>
          <Button
            variant="default"
            leftSection={<Power size={14} />}
            disabled={!may(key, 'update')}
            onClick={() => setStatus(key, isOff ? 'active' : 'disabled')}
          >
            {isOff ? 'Enable' : 'Disable'}
          </Button>
          <Button
            variant="default"
            c="var(--tg-bad)"
            leftSection={<Trash2 size={14} />}
            disabled={!may(key, 'delete')}
            onClick={() => remove(key)}
          >
            Delete
          </Button>
        </Group>
        <Group gap={16} mt={12}>
          <Anchor component={Link} size="sm" href={`/logs?api_key_ids=${key.id}&range=7d`}>
            See its calls
          </Anchor>
          {canCall(key) && (
            <Anchor component={Link} size="sm" href={`/connect?key=${key.id}`}>
              Connect a client with it
            </Anchor>
          )}
        </Group>
      </section>
      <section className={styles.section}>
        <h3>Permissions</h3>
        {key.scopes.length === 0 ? (
          <span className={styles.dim}>None: it can sign in and do nothing.</span>
        ) : (
          <span className={styles.chips}>
            {key.scopes.map((scope) => (
              <span key={scope} className={styles.chip} title={meanings.get(scope)}>
                {scope}
              </span>
            ))}
          </span>
        )}
      </section>
    </>
  )
}

function Edit({ apiKey: key }: { apiKey: ApiKey }) {
  const keys = useKeyQueries()
  const update = useMutation(keys.update())
  const initial = useMemo(() => draftOf(key), [key])
  const form = useFormState({ draft: `key.${key.id}`, initial })
  const body = useRef<HTMLFormElement>(null)
  const change = updateBody(initial, form.values)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = keyProblems(form.values, Date.now(), initial.expiresAt)
    if (form.refuse(found)) return focusFirst(body.current, found)
    const done = await form.run(
      'The key was not saved',
      () => update.mutateAsync({ id: key.id, input: change }),
      (path) => path === 'scopes' || DETAIL_PATHS.some((one) => path === one || path.startsWith(`${one}.`)),
    )
    if (!done) return
    notifyDone(`${form.values.name.trim()} is saved`)
    setUrlState({ pane: null })
  }
  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      footer={
        <>
          <Button
            variant="default"
            onClick={() => {
              form.discard()
              setUrlState({ pane: null })
            }}
          >
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={Object.keys(change).length === 0}>
            Save key
          </Button>
        </>
      }
    >
      <KeyFields form={form} isNew={false} />
      <section className={styles.section}>
        <h3>Permissions</h3>
        <ScopesPicker
          type={key.type}
          value={form.values.scopes}
          error={form.problem('scopes')}
          set={(scopes) => {
            form.set({ scopes })
            form.judge(['scopes'], {})
          }}
        />
      </section>
    </DrawerForm>
  )
}
