'use client'

import { Button, Group, SegmentedControl, TagsInput, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { users } from '@/lib/contract/people.ts'
import { queries } from '@/lib/queries.ts'
import { plural } from '../format.ts'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Person } from '../ui/person.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { type AddDraft, addProblems, EMAILS_MAX } from './add-draft.ts'
import { Chosen } from './chosen.tsx'
import { AddAsCode } from './code.tsx'
import { ALSO, useMemberQueries } from './data.ts'
import { RoleChoice } from './role-choice.tsx'
import { fullName } from './roles.ts'

/** Add people, at `?add=1`. */
export function AddMembers() {
  return (
    <UrlDrawer param="add" title="Add people" size={560}>
      {() => <Adding />}
    </UrlDrawer>
  )
}

export function openAddMembers(): void {
  setUrlState({ add: '1', open: null }, { push: true })
}

const close = () => setUrlState({ add: null })

function Adding() {
  const canAdd = useCan('workspace_users.create')
  const { id } = useWorkspaces()
  if (!canAdd) {
    return (
      <EmptyState title="You cannot add people here">
        That needs the permission <code>workspace_users.create</code>. Admins and managers of the workspace
        hold it.
      </EmptyState>
    )
  }
  return <Form key={id} />
}

function Form() {
  const ofMembers = useMemberQueries()
  const { id: workspaceId, workspace } = useWorkspaces()
  const create = useMutation(ofMembers.create<object>(ALSO))
  const initial: AddDraft = useMemo(() => ({ emails: [], role: 'member' }), [])
  const form = useFormState({ draft: `members.add.${workspaceId}`, initial })
  const [isCode, setCode] = useState(false)
  const body = useRef<HTMLFormElement>(null)
  const { values, set, problem, judge } = form
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = addProblems(values)
    if (form.refuse(found)) return focusFirst(body.current, found)
    const done = await form.run(
      'Nobody was added',
      () => create.mutateAsync({ users: values.emails.map((id) => ({ id, role: values.role })) }),
      (path) => path.startsWith('users'),
    )
    if (!done) return
    close()
    notifyDone(
      values.emails.length === 1
        ? `${values.emails[0]} is in ${workspace?.name ?? 'the workspace'}`
        : `${plural(values.emails.length, 'person is', 'people are')} in ${workspace?.name ?? 'the workspace'}`,
    )
  }
  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      footer={
        <>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy}>
            {values.emails.length > 1 ? `Add ${values.emails.length} people` : 'Add person'}
          </Button>
        </>
      }
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap={16}>
        <Text size="sm" c="dimmed">
          People of the organisation; somebody from outside is invited to it first.
        </Text>
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
        <AddAsCode emails={values.emails} role={values.role} />
      ) : (
        <>
          <People
            value={values.emails}
            error={problem('users')}
            set={(emails) => {
              set({ emails })
              judge(['users'], {})
            }}
          />
          <Chosen
            emails={values.emails}
            leave={(email) => set({ emails: values.emails.filter((one) => one !== email) })}
          />
          <RoleChoice label="Role here" value={values.role} set={(role) => set({ role })} />
        </>
      )}
    </DrawerForm>
  )
}

/** E-mails, typed or picked from the people of the organisation where one may see them. */
function People({
  value,
  error,
  set,
}: {
  value: readonly string[]
  error: string | undefined
  set: (emails: string[]) => void
}) {
  const canList = useCan('organisation_users.list')
  const [typed, setTyped] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [search] = useDebouncedValue(typed.trim(), 200)
  const { data } = useQuery({
    ...queries(users, null).list({ page_size: 50, ...(search ? { search } : {}) }),
    enabled: canList,
    placeholderData: keepPreviousData,
  })
  const known = new Map((data?.data ?? []).map((user) => [user.email, user]))
  return (
    <TagsInput
      label="People"
      required
      description={canList ? 'Search by name, or type e-mails.' : 'Their e-mails, as they sign in with.'}
      placeholder={value.length === 0 ? 'ann@example.com' : undefined}
      data-path="users"
      data-autofocus
      value={[...value]}
      error={error}
      maxTags={EMAILS_MAX}
      data={[...known.keys()]}
      // The server has searched already, by name too.
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const user = known.get(option.value)
        return <Person name={user ? fullName(user) : ''} email={option.value} />
      }}
      searchValue={typed}
      onSearchChange={setTyped}
      splitChars={[',', ';', ' ']}
      acceptValueOnBlur
      dropdownOpened={isOpen}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      onChange={(emails) => {
        set([...new Set(emails.map((one) => one.trim().toLowerCase()).filter(Boolean))])
        // What is said of those chosen stands beneath, and must not be covered.
        setOpen(false)
      }}
    />
  )
}
