'use client'

import { Button, Table, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useMemo } from 'react'
import { plural } from '../format.ts'
import { meaningOf } from '../keys/scope-groups.ts'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { HOLDERS, holdersOf, type Role, scopesBySearch } from './matrix.ts'
import styles from './roles.module.css'

/** Every scope: what it opens, which keys may hold it, and which roles do as settings stand. */
export function ScopeTable({ roles }: { roles: readonly Role[] }) {
  const [said, setSaid] = useUrlState('q')
  const groups = useMemo(() => scopesBySearch(said ?? ''), [said])
  const count = groups.reduce((sum, { scopes }) => sum + scopes.length, 0)
  return (
    <>
      <div className={styles.search}>
        <TextInput
          type="search"
          value={said ?? ''}
          onChange={(event) => setSaid(event.currentTarget.value)}
          placeholder="Search scopes: configs, rotate, list …"
          aria-label="Search scopes"
          leftSection={<Search size={14} />}
        />
        <span role="status" className={styles.dim}>
          {plural(count, 'scope')}
        </span>
      </div>
      {count === 0 && (
        <div className={styles.frame}>
          <EmptyState
            title="No scope matches"
            action={
              <Button variant="default" onClick={() => setSaid(null)}>
                Clear search
              </Button>
            }
          >
            No scope is called “{said}” or opens it.
          </EmptyState>
        </div>
      )}
      {groups.map(({ group, scopes }) => (
        <section key={group} aria-label={group} className={styles.group}>
          <h2>{group}</h2>
          <div className={styles.frame}>
            <Table className={styles.scopes} aria-label={`Scopes: ${group}`}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Scope</Table.Th>
                  <Table.Th scope="col">Lets its holder</Table.Th>
                  <Table.Th scope="col">Keys that may hold it</Table.Th>
                  <Table.Th scope="col">Roles that hold it</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {scopes.map((scope) => (
                  <Table.Tr key={scope.id}>
                    <Table.Th scope="row">
                      <Copyable value={scope.id} label={scope.id} />
                    </Table.Th>
                    <Table.Td>{meaningOf(scope)}</Table.Td>
                    <Table.Td>{scope.holders.map((letter) => HOLDERS[letter]).join(', ')}</Table.Td>
                    <Table.Td>{holdersOf(roles, scope.id)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </section>
      ))}
    </>
  )
}
