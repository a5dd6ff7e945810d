'use client'

import { Anchor, Button, Group } from '@mantine/core'
import { Eye, Pencil, Power, RotateCcw, RotateCw, Trash2 } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { canCall } from '../connect/secret.ts'
import { count, plural } from '../format.ts'
import { limitWords } from '../limits/words.tsx'
import { useCan } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts } from '../ui/facts.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { byWhom, useKeyCalls, usePeople } from './data.ts'
import { useKeyActs } from './key-acts.tsx'
import { KeyNeeds } from './key-attention.tsx'
import { type ApiKey, TYPE_WORDS } from './key-draft.ts'
import { Expiry, KeyStatus, momentWords, scopeOf, useMayChange, useMayReveal } from './key-words.tsx'
import styles from './keys.module.css'
import { cadenceWords, spanWords } from './rotation-draft.ts'
import { groupsOf, meaningOf, verbOf } from './scope-groups.ts'

/** What a key is, does and may do, and the acts on it. */
export function KeyOverview({ apiKey }: { apiKey: ApiKey }) {
  return (
    <>
      <KeyNeeds apiKey={apiKey} />
      <section className={styles.section}>
        <KeyFacts apiKey={apiKey} />
        <Acts apiKey={apiKey} />
      </section>
      <Permissions apiKey={apiKey} />
    </>
  )
}

function KeyFacts({ apiKey: key }: { apiKey: ApiKey }) {
  const { nameOf } = usePeople()
  const metadata = Object.entries(key.defaults.metadata)
  const limits = limitWords({ ...key, usage_limits: key.usage_limits_all })
  const isAdmin = key.type === 'organisation-service'
  const rows: (readonly [string, ReactNode])[] = [
    ['Key', <Copyable key="key" value={key.key} label="masked key" shown={key.key} />],
    ['Id', <Copyable key="id" value={key.id} />],
    ['Status', <KeyStatus key="status" of={key} />],
    ['Type', `${TYPE_WORDS[key.type].label}. ${TYPE_WORDS[key.type].meaning}`],
    ...(key.user_id ? [['Owner', nameOf(key.user_id)] as const] : []),
    ...(isAdmin
      ? [['Bound to', key.workspace_id ? 'This workspace alone' : 'The whole organisation'] as const]
      : []),
    ['Description', key.description ?? '–'],
    [
      'Created',
      <span key="created">
        <Time at={key.created_at} /> by {byWhom(nameOf, key)}
      </span>,
    ],
    ['Last used', key.last_used_at ? <Time key="used" at={key.last_used_at} /> : 'Never'],
    ...(key.workspace_id ? [['Calls', <Calls key="calls" apiKey={key} />] as const] : []),
    ['Expires', <Expiry key="expires" at={key.expires_at} />],
    ['Rotation', <Rotation key="rotation" apiKey={key} />],
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
  ]
  return <Facts rows={rows} />
}

/** What it did lately, with the way to the rows. */
function Calls({ apiKey: key }: { apiKey: ApiKey }) {
  const { data } = useKeyCalls(key)
  const mayList = useCan('logs.list')
  if (!mayList) return <span className={styles.dim}>Not with your role here</span>
  const { total, failed } = data ?? {}
  return (
    <>
      {total != null && `${count(total)} in 7 days${failed ? `, ${count(failed)} failed` : ''} · `}
      <Anchor component={Link} inherit href={`/logs?api_key_ids=${key.id}&range=7d`}>
        See its calls
      </Anchor>
    </>
  )
}

function Rotation({
  apiKey: { rotation_policy: policy, last_rotated_at: last, key_transition_expires_at: until },
}: {
  apiKey: ApiKey
}) {
  const isTurning = until !== null && Date.parse(until) > Date.now()
  return (
    <>
      {policy ? (
        <>
          {cadenceWords(policy)}, next <Time at={policy.next_rotation_at} />. The old secret works on for{' '}
          {spanWords(policy.key_transition_period_ms)}.
        </>
      ) : (
        'By hand.'
      )}{' '}
      {last ? (
        <>
          Last <Time at={last} />
          {isTurning ? `; both secrets work until ${momentWords(until)}.` : '.'}
        </>
      ) : (
        'Not rotated yet.'
      )}
    </>
  )
}

function Acts({ apiKey: key }: { apiKey: ApiKey }) {
  const { setStatus, remove, rotate, reveal, resetUsage } = useKeyActs(key)
  const may = useMayChange()
  const mayReveal = useMayReveal()
  const isOff = key.status === 'disabled'
  const button = (verb: 'update' | 'rotate' | 'delete', words: string, icon: ReactNode, act: () => void) => (
    <Button
      variant="default"
      leftSection={icon}
      disabled={!may(key, verb)}
      title={may(key, verb) ? undefined : `Needs ${scopeOf(key.type, verb)}`}
      onClick={act}
      {...(verb === 'delete' ? { c: 'var(--tg-bad)' } : {})}
    >
      {words}
    </Button>
  )
  return (
    <>
      <Group gap={8} mt={16}>
        {key.has_unrevealed_secret && mayReveal(key) && (
          <Button leftSection={<Eye size={14} />} onClick={reveal}>
            Show new secret
          </Button>
        )}
        {button('update', 'Edit', <Pencil size={14} />, () => setUrlState({ pane: 'edit' }))}
        {button('rotate', 'Rotate', <RotateCw size={14} />, rotate)}
        {button('update', isOff ? 'Enable' : 'Disable', <Power size={14} />, () =>
          setStatus(isOff ? 'active' : 'disabled'),
        )}
        {key.usage_limits_all.length > 0 &&
          button('update', 'Reset usage', <RotateCcw size={14} />, resetUsage)}
        {button('delete', 'Delete', <Trash2 size={14} />, remove)}
      </Group>
      {canCall(key) && key.workspace_id && (
        <Anchor component={Link} size="sm" mt={12} display="inline-block" href={`/connect?key=${key.id}`}>
          Connect a client with it
        </Anchor>
      )}
    </>
  )
}

/** By group, each scope in words. */
function Permissions({ apiKey: { scopes } }: { apiKey: ApiKey }) {
  const held = new Set(scopes)
  const groups = groupsOf(SCOPES.filter(({ id }) => held.has(id)))
  return (
    <section className={styles.section}>
      <h3>
        Permissions <span className={styles.dim}>{plural(scopes.length, 'scope')}</span>
      </h3>
      {groups.length === 0 && <span className={styles.dim}>None: it can sign in and do nothing.</span>}
      {groups.map(({ group, families }) => (
        <div key={group} className={styles.held}>
          <div className={styles.heldGroup}>{group}</div>
          <div>
            {families.map(({ prefix, meaning, scopes: ofFamily }) => (
              <div key={prefix} className={styles.heldFamily}>
                <span className={styles.chips}>
                  {ofFamily.map((scope) => (
                    <span key={scope.id} className={styles.chip} title={meaningOf(scope)}>
                      {scope.id}
                    </span>
                  ))}
                </span>
                <span className={styles.dim}>
                  {ofFamily.map(verbOf).join(', ')}: {meaning}
                </span>
              </div>
            ))}
          </div>
        </div>
      ))}
    </section>
  )
}
