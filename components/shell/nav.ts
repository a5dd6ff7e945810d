import { Boxes, KeyRound, LayoutDashboard, type LucideIcon, Plug, ScrollText } from 'lucide-react'

export interface NavItem {
  href: string
  label: string
  icon: LucideIcon
  /** Pressed after `g`. */
  key: string
  /** For the search: other words people use for it. */
  keywords: readonly string[]
}

/** Every page that exists, in the order of the navigation. A new page is a row here and nothing else. */
export const NAV: readonly { group: string; items: readonly NavItem[] }[] = [
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
      },
    ],
  },
  { group: 'Organisation', items: [] },
]

/** Things to do from anywhere, as addresses that open the right dialog. */
export const ACTIONS: readonly {
  href: string
  label: string
  description: string
  keywords: readonly string[]
}[] = [
  {
    href: '/catalog?add=1',
    label: 'Add provider',
    description: 'Connect an upstream with its credentials',
    keywords: ['new', 'integration'],
  },
  {
    href: '/api-keys?create=1',
    label: 'Create key',
    description: 'A scoped key for a person or a service',
    keywords: ['new', 'token'],
  },
  {
    href: '/connect',
    label: 'Connect a client',
    description: 'Lines to paste for Hermes, SDKs and curl',
    keywords: ['hermes', 'setup'],
  },
]

/** The item a path belongs to: the longest address it starts with. */
export function activeItem(path: string): NavItem | undefined {
  return NAV.flatMap((group) => group.items)
    .filter(({ href }) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)))
    .sort((a, b) => b.href.length - a.href.length)[0]
}
