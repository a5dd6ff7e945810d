import {
  Bell,
  Boxes,
  Braces,
  Building2,
  Cable,
  FileClock,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Plug,
  ScrollText,
  Settings,
  ShieldQuestion,
  UserRound,
  Users,
  UsersRound,
  Workflow,
} from 'lucide-react'

/** A page: what it is called, and what else people call it in the search. */
export interface Page {
  href: string
  label: string
  icon: LucideIcon
  keywords: readonly string[]
}

export interface NavItem extends Page {
  /** Pressed after `g`; unique. */
  key: string
  /** Any one of them shows the row; without them everybody has it. */
  scopes?: readonly string[]
}

export interface NavGroup {
  group: string
  /** Its pages are about the organisation: they show for a person who is in no workspace. */
  isOrganisation?: boolean
  items: readonly NavItem[]
}

/**
 * Every page with a row, in the order of the navigation. A new page is a row here and nothing else: the sheet on phones,
 * the search, its shortcut and what links to it (`hasPage`) follow.
 */
export const NAV: readonly NavGroup[] = [
  {
    group: 'Observe',
    items: [
      {
        href: '/',
        label: 'Overview',
        icon: LayoutDashboard,
        key: 'o',
        keywords: ['home', 'dashboard', 'analytics', 'cost'],
      },
      {
        href: '/logs',
        label: 'Logs',
        icon: ScrollText,
        key: 'l',
        keywords: ['requests', 'calls', 'history', 'traces'],
        scopes: ['logs.list', 'logs.view'],
      },
    ],
  },
  {
    group: 'Gateway',
    items: [
      {
        href: '/catalog',
        label: 'Model Catalog',
        icon: Boxes,
        key: 'm',
        keywords: ['providers', 'models', 'integrations', 'prices'],
        scopes: ['providers.list', 'virtual_keys.list'],
      },
      {
        href: '/configs',
        label: 'Configs',
        icon: Workflow,
        key: 'f',
        keywords: ['routing', 'fallback', 'load balance', 'cache', 'retry'],
        scopes: ['configs.list'],
      },
      {
        href: '/connect',
        label: 'Connect',
        icon: Plug,
        key: 'c',
        keywords: ['hermes', 'sdk', 'snippet', 'curl', 'base url'],
      },
    ],
  },
  {
    group: 'Govern',
    items: [
      {
        href: '/api-keys',
        label: 'API keys',
        icon: KeyRound,
        key: 'k',
        keywords: ['tokens', 'secrets', 'access', 'scopes'],
        scopes: ['workspace_service_api_keys.list', 'workspace_user_api_keys.list'],
      },
      {
        href: '/members',
        label: 'Members',
        icon: Users,
        key: 'p',
        keywords: ['people', 'users', 'colleagues', 'team', 'roles', 'access'],
        scopes: ['workspace_users.list'],
      },
    ],
  },
  {
    group: 'Organisation',
    isOrganisation: true,
    items: [
      {
        href: '/workspaces',
        label: 'Workspaces',
        icon: Building2,
        key: 'd',
        keywords: ['teams', 'projects', 'departments', 'tenants', 'add workspace', 'delete workspace'],
        scopes: ['workspaces.create', 'workspaces.delete'],
      },
      {
        href: '/integrations',
        label: 'Integrations',
        icon: Cable,
        key: 'i',
        keywords: ['credentials', 'services', 'openai', 'model access', 'provisioning', 'allow list'],
        scopes: ['organisation_integrations.read'],
      },
      {
        href: '/team',
        label: 'Team',
        icon: UsersRound,
        key: 't',
        keywords: ['people', 'users', 'members', 'invite', 'invites', 'roles', 'who'],
        scopes: ['organisation_users.list'],
      },
      {
        href: '/audit',
        label: 'Audit log',
        icon: FileClock,
        key: 'a',
        keywords: ['history', 'changes', 'trail', 'who', 'sign-ins', 'evidence'],
        scopes: ['audit_logs.list'],
      },
      {
        href: '/notifications',
        label: 'Notifications',
        icon: Bell,
        key: 'n',
        keywords: ['webhooks', 'mail', 'smtp', 'alerts', 'slack', 'outbox', 'deliveries', 'events'],
        scopes: ['organisation_settings.read', 'workspaces.update'],
      },
      {
        href: '/settings',
        label: 'Settings',
        icon: Settings,
        key: 's',
        keywords: [
          'organisation',
          'security',
          'toggles',
          'metadata schema',
          'saved-only',
          'inline config',
          'retention',
        ],
        scopes: ['organisation_settings.read'],
      },
      {
        href: '/roles',
        label: 'Roles',
        icon: ShieldQuestion,
        key: 'e',
        keywords: ['permissions', 'scopes', 'rights', 'rbac', 'who may'],
      },
      {
        href: '/reference',
        label: 'API reference',
        icon: Braces,
        key: 'r',
        keywords: ['rest', 'openapi', 'swagger', 'routes', 'endpoints', 'docs'],
      },
    ],
  },
]

/** Pages that no row leads to, about the person or the organisation: the account menu and the search know them. */
export const UNLISTED: readonly Page[] = [
  {
    href: '/profile',
    label: 'Profile',
    icon: UserRound,
    keywords: ['account', 'name', 'password', 'sessions', 'sign out everywhere', 'me'],
  },
]

/** Something to do from anywhere, as an address that opens the right dialog. */
export interface QuickAction {
  href: string
  label: string
  description: string
  keywords: readonly string[]
  /** Any one of them offers it. */
  scopes?: readonly string[]
}

export const ACTIONS: readonly QuickAction[] = [
  {
    href: '/catalog?add=1',
    label: 'Add provider',
    description: 'Connect an upstream with its credentials',
    keywords: ['new', 'integration'],
    scopes: ['providers.create'],
  },
  {
    href: '/api-keys?create=1',
    label: 'Create key',
    description: 'A scoped key for a person or a service',
    keywords: ['new', 'token'],
    scopes: ['workspace_service_api_keys.create', 'workspace_user_api_keys.create'],
  },
  {
    href: '/configs?create=1',
    label: 'Create config',
    description: 'Fallback, load balance, conditions, cache and retry',
    keywords: ['new', 'routing'],
    scopes: ['configs.create'],
  },
  {
    href: '/members?add=1',
    label: 'Add people',
    description: 'Give somebody of the organisation a role in this workspace',
    keywords: ['new', 'member', 'user', 'invite'],
    scopes: ['workspace_users.create'],
  },
  {
    href: '/workspaces?create=1',
    label: 'Add workspace',
    description: 'A team, a product or a stage of its own',
    keywords: ['new', 'team', 'project'],
    scopes: ['workspaces.create'],
  },
  {
    href: '/team?invite=1',
    label: 'Invite somebody',
    description: 'A link by mail, with a role and workspaces',
    keywords: ['new', 'user', 'person', 'team', 'member'],
    scopes: ['organisation_users.create'],
  },
  {
    href: '/notifications?tab=webhooks&create=1',
    label: 'Add webhook',
    description: 'Posts what happens here to an address or to Slack',
    keywords: ['new', 'endpoint', 'slack', 'alert'],
    scopes: ['organisation_settings.update', 'workspaces.update'],
  },
  {
    href: '/connect',
    label: 'Connect a client',
    description: 'Lines to paste for Hermes, SDKs and curl',
    keywords: ['hermes', 'setup'],
  },
]

type Holds = (scope: string) => boolean

/** What of a list somebody may see: whatever asks for no scope, or for one they hold. */
export function allowed<T extends { scopes?: readonly string[] }>(all: readonly T[], holds: Holds): T[] {
  return all.filter(({ scopes }) => !scopes || scopes.some(holds))
}

/** The navigation of somebody, groups without a row left out. */
export function navFor(groups: readonly NavGroup[], holds: Holds): NavGroup[] {
  return groups
    .map((group) => ({ ...group, items: allowed(group.items, holds) }))
    .filter(({ items }) => items.length > 0)
}

/**
 * The navigation while nobody has said yet what the person holds: all of it, but for a member the organisation's rows
 * that need a scope. So hardly anything moves once it is known.
 */
export function navBeforeKnown(groups: readonly NavGroup[], role: string): NavGroup[] {
  return groups.flatMap((group) =>
    navFor([group], () => role === 'owner' || role === 'admin' || !group.isOrganisation),
  )
}

/** Whether a page is there to link to. */
export function hasPage(href: string): boolean {
  return [...NAV.flatMap(({ items }) => items), ...UNLISTED].some((page) => page.href === href)
}

/** Whether a page shows one workspace, so that it has to wait for one. */
export function needsWorkspace(path: string): boolean {
  const active = activeItem(path)
  const isOrganisation = NAV.some(
    (group) => group.isOrganisation && group.items.some((one) => one === active),
  )
  return !isOrganisation && !UNLISTED.some(({ href }) => href === path)
}

/** The item a path belongs to: the longest address it starts with. */
export function activeItem(path: string): NavItem | undefined {
  return NAV.flatMap((group) => group.items)
    .filter(({ href }) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)))
    .sort((a, b) => b.href.length - a.href.length)[0]
}
