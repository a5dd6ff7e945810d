'use client'

import { Menu, Text, UnstyledButton } from '@mantine/core'
import { Check, ChevronDown } from 'lucide-react'
import { useCan } from '../shell/workspace.tsx'
import { useOwnRole, useSetRole } from './data.ts'
import styles from './members.module.css'
import {
  callOf,
  comesFrom,
  effectiveRole,
  labelOf,
  type Member,
  ROLES,
  whyFixed,
  whyNotGive,
} from './roles.ts'

/** The role in a row: in words where it is fixed, else a menu that says what each is for. */
export function RoleMenu({ member }: { member: Member }) {
  const own = useOwnRole()
  const canUpdate = useCan('workspace_users.update')
  const setRole = useSetRole()
  const fixed = whyFixed(own, member)
  const label = labelOf(effectiveRole(member))
  if (!canUpdate || fixed) {
    return (
      <span title={fixed ?? undefined}>
        {label} <span className={styles.dim}>{comesFrom(member)}</span>
      </span>
    )
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps the row from opening
    // biome-ignore lint/a11y/useKeyWithClickEvents: it only keeps the row from opening
    <span onClick={(event) => event.stopPropagation()}>
      <Menu position="bottom-start" width={340}>
        <Menu.Target>
          <UnstyledButton className={styles.role} aria-label={`Role of ${callOf(member)}: ${label}`}>
            {label} <ChevronDown size={13} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {ROLES.map(({ value, label: name, meaning }) => {
            const why = whyNotGive(own, value)
            return (
              <Menu.Item
                key={value}
                disabled={why !== null}
                onClick={() => setRole(member, value)}
                rightSection={value === member.role ? <Check size={14} aria-label="now" /> : <i />}
              >
                {name}
                <Text size="xs" c="dimmed">
                  {why ?? meaning}
                </Text>
              </Menu.Item>
            )
          })}
        </Menu.Dropdown>
      </Menu>
    </span>
  )
}
