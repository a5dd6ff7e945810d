'use client'

import { Anchor, Popover, Select, Table, Text, UnstyledButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Check, Minus, ToggleLeft, ToggleRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment } from 'react'
import { hasPage } from '../shell/nav.ts'
import { Copyable } from '../ui/copyable.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { type Cell, type Roles, settingWords, wordOf } from './matrix.ts'
import styles from './roles.module.css'

/** Areas and what one can do there, by role; on a phone one role at a time. */
export function RoleTable({ of: { roles, areas } }: { of: Roles }) {
  const isPhone = useMediaQuery('(max-width: 62em)') ?? false
  const [said, setSaid] = useUrlState('role')
  const chosen = roles.find(({ id }) => id === said) ?? roles.at(-2)
  const shown = isPhone && chosen ? [chosen] : roles
  return (
    <>
      {isPhone && chosen && (
        <div className={styles.pick}>
          <Select
            label="Role"
            data={roles.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen.id}
            onChange={(id) => setSaid(id)}
            allowDeselect={false}
          />
          <Text size="sm" c="dimmed" mt={6}>
            {chosen.description}
          </Text>
        </div>
      )}
      <p className={styles.legend}>
        <span>
          <Mark word="Always" /> whatever the settings say
        </span>
        <span>
          <Mark word="On" /> <Mark word="Off" /> by a security setting; press it to see which
        </span>
        <span>
          <Mark word="Never" /> not with this role
        </span>
      </p>
      <div className={styles.frame}>
        <Table className={styles.table} aria-label="What each role may do">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">May …</Table.Th>
              {shown.map(({ id, name, description }) => (
                <Table.Th key={id} scope="col" title={description}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {areas.map(({ id: area, name, actions }) => (
              <Fragment key={area}>
                <Table.Tr className={styles.area}>
                  <Table.Th colSpan={shown.length + 1} scope="colgroup">
                    {name}
                  </Table.Th>
                </Table.Tr>
                {actions.map((action) => (
                  <Table.Tr key={action.name}>
                    <Table.Th scope="row" className={styles.action} title={action.needs.join(', ')}>
                      {action.name}
                    </Table.Th>
                    {shown.map((role) => {
                      const cell = action.roles[role.id]
                      return (
                        <Table.Td key={role.id}>
                          {cell && <CellMark cell={cell} what={`${role.name}: ${action.name}`} />}
                        </Table.Td>
                      )
                    })}
                  </Table.Tr>
                ))}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  )
}

function CellMark({ cell, what }: { cell: Cell; what: string }) {
  const word = wordOf(cell)
  return (
    <span className={styles.cell}>
      {cell.toggles.length === 0 ? (
        <Mark word={word} />
      ) : (
        <Popover width={320} shadow="md" position="bottom" withArrow>
          <Popover.Target>
            <UnstyledButton className={styles.setting} aria-label={`${what}: ${word}, by a setting`}>
              <Mark word={word} />
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown p={12}>
            <Settings toggles={cell.toggles} />
          </Popover.Dropdown>
        </Popover>
      )}
      {cell.note && <span className={styles.note}>{cell.note}</span>}
    </span>
  )
}

const SECURITY = '/settings?tab=security'

/** The settings behind a cell, and where they are turned. */
function Settings({ toggles }: { toggles: Cell['toggles'] }) {
  return (
    <>
      <ul className={styles.settings}>
        {toggles.map(({ key, is_on: isOn }) => (
          <li key={key}>
            <span>
              {settingWords(key)}: <b>{isOn ? 'on' : 'off'}</b>
            </span>
            <Copyable value={key} label="setting" />
          </li>
        ))}
      </ul>
      {hasPage('/settings') ? (
        <Anchor component={Link} href={SECURITY} fz={13}>
          Security settings
        </Anchor>
      ) : (
        <Text size="xs" c="dimmed">
          Owners and admins turn it under security settings.
        </Text>
      )}
    </>
  )
}

const MARKS = {
  Always: <Check size={14} aria-hidden />,
  On: <ToggleRight size={16} aria-hidden />,
  Off: <ToggleLeft size={16} aria-hidden />,
  Never: <Minus size={14} aria-hidden />,
} as const

function Mark({ word }: { word: keyof typeof MARKS }) {
  return (
    <span className={styles.mark} data-word={word}>
      {MARKS[word]}
      {word}
    </span>
  )
}
