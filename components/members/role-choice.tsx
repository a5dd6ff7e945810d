'use client'

import { Radio, Stack } from '@mantine/core'
import { useOwnRole } from './data.ts'
import { ROLES, type WorkspaceRole, whyNotGive } from './roles.ts'

interface Props {
  value: WorkspaceRole
  set: (role: WorkspaceRole) => void
  label: string
  error?: string | undefined
  /** Why none of them can be chosen. */
  fixed?: string | null
}

/** The roles, each with what it is for; those above one's own cannot be chosen. */
export function RoleChoice({ value, set, label, error, fixed = null }: Props) {
  const own = useOwnRole()
  return (
    <Radio.Group
      label={label}
      value={value}
      error={error}
      description={fixed}
      onChange={(next) => set(next as WorkspaceRole)}
    >
      <Stack gap={10} mt={8}>
        {ROLES.map((role) => {
          const why = fixed ? null : whyNotGive(own, role.value)
          return (
            <Radio
              key={role.value}
              value={role.value}
              label={role.label}
              description={why ?? role.meaning}
              disabled={why !== null || fixed !== null}
            />
          )
        })}
      </Stack>
    </Radio.Group>
  )
}
