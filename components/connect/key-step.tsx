'use client'

import { Anchor, Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { Download, Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useCan, useWorkspaceId } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { describeError } from '../ui/notify.tsx'
import { saveFile } from '../ui/save-file.ts'
import styles from './connect.module.css'
import { type NewKey, useCreateKey } from './create-key.ts'
import { type ApiKey, secretProblem } from './secret.ts'
import { KEY_VARIABLE } from './snippets.ts'

interface Props {
  /** Those that may call models; undefined while they load. */
  keys: readonly ApiKey[] | undefined
  error: unknown
  chosen: ApiKey | undefined
  choose: (id: string | null) => void
  made: NewKey | null
  onMade: (key: NewKey) => void
  /** What was pasted; never leaves this page. */
  pasted: string
  setPasted: (text: string) => void
  defaultName: string
}

/** A key to call with: one made here, whose secret is filled in, or one that exists, whose secret can be pasted. */
export function KeyStep(props: Props) {
  const { keys, error, chosen, choose, made } = props
  const [isMaking, setMaking] = useState(false)
  const canMake = useCanMake()
  const isNone = keys?.length === 0
  if (isMaking || (isNone && canMake.length > 0))
    return (
      <MakeKey
        kinds={canMake}
        defaultName={props.defaultName}
        onMade={(key) => {
          props.onMade(key)
          setMaking(false)
        }}
        onCancel={isNone ? undefined : () => setMaking(false)}
      />
    )
  return (
    <Stack gap={10}>
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Select
          className={styles.grow}
          aria-label="Key"
          placeholder={keys ? 'Choose a key' : 'Loading keys'}
          data={keys?.map(({ id, name, key }) => ({ value: id, label: `${name} · ${key}` })) ?? []}
          value={chosen?.id ?? null}
          onChange={choose}
          searchable
          allowDeselect={false}
          nothingFoundMessage="No key is called that"
          disabled={!keys || isNone}
          error={error ? `Keys could not be loaded: ${describeError(error).message}` : undefined}
        />
        {canMake.length > 0 && (
          <Button variant="default" leftSection={<Plus size={14} />} onClick={() => setMaking(true)}>
            New key
          </Button>
        )}
      </Group>
      {isNone && canMake.length === 0 && (
        <Text size="sm" c="dimmed">
          There is no key that may call models here, and your role cannot make one. Ask an admin of the
          workspace.
        </Text>
      )}
      {chosen && made?.id === chosen.id ? (
        <Made made={made} />
      ) : (
        chosen && <Paste {...props} chosen={chosen} />
      )}
    </Stack>
  )
}

function useCanMake(): ('user' | 'service')[] {
  const user = useCan('workspace_user_api_keys.create')
  const service = useCan('workspace_service_api_keys.create')
  return [...(user ? (['user'] as const) : []), ...(service ? (['service'] as const) : [])]
}

function MakeKey({
  kinds,
  defaultName,
  onMade,
  onCancel,
}: {
  kinds: readonly ('user' | 'service')[]
  defaultName: string
  onMade: (key: NewKey) => void
  onCancel: (() => void) | undefined
}) {
  const create = useCreateKey(useWorkspaceId())
  const [name, setName] = useState(defaultName)
  const [kind, setKind] = useState(kinds[0] ?? 'user')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ kind, name: name.trim() }, { onSuccess: onMade })
  }
  return (
    <form onSubmit={submit} className={styles.make}>
      <TextInput
        label="Name of the new key"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
        error={create.error ? describeError(create.error).message : undefined}
        data-autofocus
      />
      {kinds.length > 1 && (
        <div>
          <SegmentedControl
            size="xs"
            aria-label="Whose key"
            value={kind}
            onChange={(value) => setKind(value as typeof kind)}
            data={[
              { value: 'user', label: 'Mine' },
              { value: 'service', label: 'A service’s' },
            ]}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {kind === 'user'
              ? 'Ends with your membership; calls count as yours.'
              : 'Belongs to the workspace, for backends and agents.'}{' '}
            It may call models and nothing else.
          </Text>
        </div>
      )}
      <Group gap={8}>
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
          Create key
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </Group>
    </form>
  )
}

function Made({ made }: { made: NewKey }) {
  return (
    <div className={styles.made}>
      <Text size="sm">
        Filled in on this page. It is shown only now: once you leave, nobody can see it again.
      </Text>
      <Group gap={12} mt={6}>
        <Copyable
          value={made.secret}
          label="key"
          shown={`${made.secret.slice(0, 6)}…${made.secret.slice(-4)}`}
        />
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => saveFile('tollgate.env', `${KEY_VARIABLE}=${made.secret}\n`)}
          className={styles.download}
        >
          <Download size={13} aria-hidden /> Download .env
        </Anchor>
      </Group>
    </div>
  )
}

function Paste({ chosen, pasted, setPasted }: Props & { chosen: ApiKey }) {
  const text = pasted.trim()
  const problem = text === '' ? null : secretProblem(text, chosen)
  return (
    <TextInput
      label="Its secret, if you have it"
      description={
        text !== '' && problem === null
          ? 'Filled in. It stays in this page’s memory: not sent, not stored.'
          : `Nobody can show it again. Until you paste it here, the lines read it from $${KEY_VARIABLE}. It stays in this page: not sent, not stored.`
      }
      placeholder={chosen.key}
      value={pasted}
      onChange={(event) => setPasted(event.currentTarget.value)}
      error={problem}
      className={styles.secret}
      autoComplete="off"
      spellCheck={false}
      name="not-a-password"
      data-1p-ignore
      data-lpignore="true"
    />
  )
}
