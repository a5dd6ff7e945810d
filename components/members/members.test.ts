import { describe, expect, it } from 'vitest'
import { comesFrom, effectiveRole, ROLES, whyFixed, whyNotGive, whyNotTouch } from './roles.ts'

const manager = { org_role: 'member', role: 'manager' } as const
const owner = { org_role: 'owner', role: 'member' } as const

describe('roles in a workspace', () => {
  it('each says in a line what it is for', () => {
    expect(ROLES.map(({ label }) => label)).toEqual(['Member', 'Manager', 'Admin'])
    for (const { meaning } of ROLES) expect(meaning).toMatch(/\.$/)
  })

  it('owners and admins of the organisation are admins, whatever was given here', () => {
    expect(effectiveRole(owner)).toBe('admin')
    expect(comesFrom(owner)).toBe('as organisation owner')
    expect(comesFrom(manager)).toBeNull()
    expect(whyFixed('admin', owner)).toContain('as organisation owner')
  })

  it('nobody gives a role above their own, or touches who has one', () => {
    expect(whyNotGive('manager', 'manager')).toBeNull()
    expect(whyNotGive('manager', 'admin')).toContain('Above your own role, manager')
    expect(whyNotTouch('manager', manager)).toBeNull()
    expect(whyNotTouch('member', manager)).toContain('They are manager')
    expect(whyNotTouch('manager', owner)).toContain('They are admin')
    expect(whyFixed('manager', manager)).toBeNull()
  })
})
