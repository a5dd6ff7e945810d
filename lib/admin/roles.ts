/** What each role may do, as the security toggles stand. Source: admin-contract §5.1, §5.2. */
import type { z } from 'zod'
import { type Rights, rightsOfRole } from '../auth/scopes.ts'
import {
  ROLE_AREAS,
  ROLE_COLUMNS,
  type RoleAction,
  type RoleColumn,
  type RoleId,
  type roleCell,
  roles,
  type rolesRow,
} from '../contract/roles.ts'
import { ALL_DATA, PAYLOADS, TOGGLES, type Toggles, togglesOf } from '../contract/security.ts'
import { verbs } from './verbs.ts'

export const roleVerbs = verbs(roles, {
  actions: {
    show: async (ctx): Promise<z.output<typeof rolesRow>> => {
      const { securitySettings } = await ctx.db.organisation.findUniqueOrThrow({
        where: { id: ctx.organisation.id },
        select: { securitySettings: true },
      })
      const toggles = togglesOf(securitySettings, ctx.workspace?.securitySettings)
      return {
        object: 'roles',
        workspace_id: ctx.workspace?.id ?? null,
        roles: ROLE_COLUMNS.map((column) => {
          const { scopes, seesPayloads, seesAllData } = rightsOf(column, toggles)
          const { id, name, level, description } = column
          return {
            id,
            name,
            level,
            description,
            scopes: [...scopes],
            sees_payloads: seesPayloads,
            sees_all_data: seesAllData,
          }
        }),
        areas: ROLE_AREAS.map(({ id, name, actions }) => ({
          id,
          name,
          actions: actions.map((action) => ({
            name: action.name,
            needs: [...action.needs],
            roles: Object.fromEntries(
              ROLE_COLUMNS.map((column) => [column.id, cell(column, action, toggles)]),
            ),
          })),
        })),
      }
    },
  },
})

type Cell = z.output<typeof roleCell>

/** Always and never are what no toggle changes: they are asked with all on, and with all off. */
function cell(column: RoleColumn & { id: RoleId }, { needs, notes }: RoleAction, toggles: Toggles): Cell {
  const mayWith = (inForce: Toggles) => holds(rightsOf(column, inForce), needs)
  const canEver = mayWith(ALL_ON)
  const note = canEver ? (notes?.[column.id] ?? null) : null
  const allowed = !canEver ? 'never' : mayWith(ALL_OFF) ? 'always' : 'toggle'
  const role = column.workspaceRole ?? column.organisationRole
  const deciding = TOGGLES.filter((one) => one.role === role && one.grants.some((it) => needs.includes(it)))
  return {
    allowed,
    is_allowed: mayWith(toggles),
    toggles:
      allowed === 'toggle'
        ? deciding.map(({ key, category }) => ({ key, category, is_on: toggles[key] }))
        : [],
    note,
  }
}

const everyToggle = (isOn: boolean) =>
  Object.fromEntries(TOGGLES.map(({ key }) => [key, isOn])) as unknown as Toggles
const ALL_ON = everyToggle(true)
const ALL_OFF = everyToggle(false)

function rightsOf({ organisationRole, workspaceRole }: RoleColumn, toggles: Toggles): Rights {
  return rightsOfRole(organisationRole, workspaceRole, toggles)
}

function holds({ scopes, seesPayloads, seesAllData }: Rights, needs: readonly string[]): boolean {
  return needs.every((it) =>
    it === PAYLOADS ? seesPayloads : it === ALL_DATA ? seesAllData : scopes.has(it),
  )
}
