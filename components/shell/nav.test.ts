import { Plug } from 'lucide-react'
import { describe, expect, it } from 'vitest'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { ACTIONS, activeItem, NAV, type NavGroup, navBeforeKnown, navFor, needsWorkspace } from './nav.ts'

const rows = NAV.flatMap(({ items }) => items)
const row = (href: string, scopes?: string[]) => ({
  href,
  label: href,
  icon: Plug,
  key: href,
  keywords: [],
  ...(scopes ? { scopes } : {}),
})
const groups: readonly NavGroup[] = [
  { group: 'Gateway', items: [row('/a'), row('/b', ['b.list', 'b.read'])] },
  { group: 'Organisation', isOrganisation: true, items: [row('/audit', ['audit_logs.list'])] },
  { group: 'Nothing yet', items: [] },
]
const shown = (nav: readonly NavGroup[]) =>
  nav.map(({ group, items }) => [group, ...items.map(({ href }) => href)].join(' '))

describe('the navigation', () => {
  it('has one address and one shortcut for each page, and asks for scopes that exist', () => {
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
    expect(new Set(rows.map(({ href }) => href)).size).toBe(rows.length)
    for (const { key } of rows) expect(key).toMatch(/^[a-z]$/)
    const known = new Set(SCOPES.map(({ id }) => id))
    for (const { scopes = [] } of [...rows, ...ACTIONS])
      for (const scope of scopes) expect(known).toContain(scope)
  })

  it('shows what somebody holds a scope of, and no empty group', () => {
    expect(shown(navFor(groups, (scope) => scope === 'b.read'))).toEqual(['Gateway /a /b'])
    expect(shown(navFor(groups, () => false))).toEqual(['Gateway /a'])
    expect(shown(navFor(groups, () => true))).toEqual(['Gateway /a /b', 'Organisation /audit'])
  })

  it('stands in full before anybody knows, but spares a member the rows of the organisation', () => {
    expect(shown(navBeforeKnown(groups, 'member'))).toEqual(['Gateway /a /b'])
    expect(shown(navBeforeKnown(groups, 'owner'))).toEqual(['Gateway /a /b', 'Organisation /audit'])
  })

  it('knows the page of an address by its longest beginning', () => {
    expect(activeItem('/logs/x')?.href).toBe('/logs')
    expect(activeItem('/logsx')).toBeUndefined()
    expect(activeItem('/')?.href).toBe('/')
    expect(needsWorkspace('/logs')).toBe(true)
  })
})
