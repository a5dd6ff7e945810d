'use client'

import { Button, Group, SegmentedControl, Switch, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { FORGOTTEN } from '../keys/data.ts'
import { ScopesPicker } from '../keys/scopes-picker.tsx'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { invitations, useSendsMail } from './data.ts'
import { type InviteDraft, inviteBody, inviteProblems, newInviteDraft } from './invite-draft.ts'
import { MEANINGS } from './people-words.tsx'
import { PlaceFields } from './place-fields.tsx'
import { showLinkOnce } from './show-link.tsx'

const USER_KEY = { type: 'workspace-user', boundTo: '' } as const

const NOBODY_YET = '1'

/** Invite somebody, at `?invite=1`, or at `?invite=<e-mail>` with the address filled in. */
export function InviteForm() {
  return (
    <UrlDrawer param="invite" title="Invite to the organisation">
      {(said) => <Inviting key={said} address={said === NOBODY_YET ? '' : said} />}
    </UrlDrawer>
  )
}

export function openInvite(address = ''): void {
  setUrlState({ invite: address || NOBODY_YET, open: null, pane: null, 'invites.open': null }, { push: true })
}

function Inviting({ address }: { address: string }) {
  const { me, workspace } = useWorkspaces()
  const canInvite = useCan('organisation_users.create')
  if (!me) return null
  if (!canInvite) {
    return (
      <EmptyState title="You cannot invite people">
        That needs the permission <code>organisation_users.create</code>: an owner or admin of the
        organisation has it.
      </EmptyState>
    )
  }
  return <Form address={address} workspace={workspace?.slug} />
}

function Form({ address, workspace }: { address: string; workspace: string | undefined }) {
  const create = useMutation({ ...invitations.create<{ id: string; invite_link: string }>(), ...FORGOTTEN })
  const sendsMail = useSendsMail()
  const [isCode, setCode] = useState(false)
  const initial = useMemo(() => newInviteDraft(address, workspace), [address, workspace])
  const form = useFormState<InviteDraft>({ draft: `invite.${address}`, initial })
  const { values, set, problem, judge } = form
  const body = useRef<HTMLFormElement>(null)
  const check = (path: string) => judge([path], inviteProblems(values))

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = inviteProblems(values)
    if (form.refuse(found)) {
      setCode(false)
      return focusFirst(body.current, found)
    }
    const made = await form.run(
      'The invite was not made',
      () => create.mutateAsync(inviteBody(values)),
      (path) =>
        ['email', 'role', 'workspaces', 'workspace_api_key_details'].some((one) => path.startsWith(one)),
    )
    if (!made) return
    setUrlState({ invite: null, tab: 'invites', 'invites.open': null })
    showLinkOnce({ email: values.email.trim().toLowerCase(), link: made.invite_link, sendsMail })
  }

  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      head={
        <Group justify="space-between" align="center" wrap="nowrap" gap={8} mb={16}>
          <Text size="sm" c="dimmed">
            {sendsMail === false
              ? 'No mail is sent here: you get a link to hand over. It works once, for 7 days.'
              : 'They get a link by mail. It works once, for 7 days.'}
          </Text>
          <SegmentedControl
            size="xs"
            value={isCode ? 'api' : 'form'}
            onChange={(value) => setCode(value === 'api')}
            aria-label="Form or code"
            style={{ flex: 'none' }}
            data={[
              { value: 'form', label: 'Form' },
              { value: 'api', label: 'API' },
            ]}
          />
        </Group>
      }
      footer={
        <>
          <Button variant="default" onClick={() => setUrlState({ invite: null })}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy}>
            {sendsMail === false ? 'Make link' : 'Send invite'}
          </Button>
        </>
      }
    >
      {isCode ? (
        <AsCode draft={values} />
      ) : (
        <>
          <TextInput
            label="E-mail"
            type="email"
            required
            data-path="email"
            data-autofocus
            value={values.email}
            error={problem('email')}
            onBlur={() => values.email !== '' && check('email')}
            onChange={(event) => {
              set({ email: event.currentTarget.value })
              judge(['email'], {})
            }}
          />
          <div data-path="role">
            <Text fw={500} size="sm" mb={4}>
              Role in the organisation
            </Text>
            <SegmentedControl
              aria-label="Role in the organisation"
              value={values.role}
              onChange={(role) => set({ role: role as InviteDraft['role'] })}
              data={[
                { value: 'member', label: 'Member' },
                { value: 'admin', label: 'Admin' },
              ]}
            />
            <Text size="xs" c="dimmed" mt={6}>
              {MEANINGS[values.role]}
            </Text>
          </div>
          <PlaceFields form={form} />
          <div>
            <Switch
              label="Make them a key in each of these workspaces"
              description="A user key of their own, which they look up once in the console after they joined."
              disabled={values.places.length === 0}
              checked={values.hasKey && values.places.length > 0}
              onChange={(event) => set({ hasKey: event.currentTarget.checked })}
            />
          </div>
          {values.hasKey && values.places.length > 0 && (
            <ScopesPicker
              of={USER_KEY}
              path="workspace_api_key_details.scopes"
              value={values.scopes}
              error={problem('workspace_api_key_details')}
              set={(scopes) => {
                set({ scopes })
                judge(['workspace_api_key_details'], {})
              }}
            />
          )}
        </>
      )}
    </DrawerForm>
  )
}

function AsCode({ draft }: { draft: InviteDraft }) {
  const origin = useOrigin()
  const body = inviteBody({ ...draft, email: draft.email.trim() || 'nia@example.com' })
  return (
    <div>
      <Text size="sm" c="dimmed" mb={8}>
        This invite, as code. The key in <code>TOLLGATE_API_KEY</code> needs{' '}
        <code>organisation_users.create</code>, and every scope it gives away. The reply alone holds the link.
      </Text>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: 'admin/users/invites',
          body,
          python: { call: 'admin.users.invites.create' },
          node: { call: 'admin.users.invites.create' },
        })}
      />
    </div>
  )
}
