'use client'

import {
  ActionIcon,
  Button,
  Drawer,
  Kbd,
  Menu,
  SegmentedControl,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import {
  CircleHelp,
  Keyboard,
  LogOut,
  Menu as MenuIcon,
  Monitor,
  Moon,
  PanelLeft,
  Search,
  Sun,
  UserRound,
} from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { NotificationBell } from '../notifications/notification-bell.tsx'
import { sawLogsKey } from '../overview/checklist.tsx'
import { Problem } from '../resource/problem.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyError } from '../ui/notify.tsx'
import { HealthDot } from './health.tsx'
import { Logo } from './logo.tsx'
import { activeItem, hasPage, needsWorkspace } from './nav.ts'
import { GlobalSearch, openSearch } from './search.tsx'
import { signOut } from './session.ts'
import styles from './shell.module.css'
import { Shortcuts, showShortcuts } from './shortcuts.tsx'
import { useNav } from './use-nav.ts'
import { useCan, useWorkspaces, WorkspaceProvider } from './workspace.tsx'
import { WorkspaceSwitch } from './workspace-switch.tsx'

export interface Person {
  email: string
  firstName: string
  lastName: string
  role: string
  organisation: string
}

/** What surrounds every signed-in page: navigation, workspace, search, health, theme, account. */
export function Shell({
  person,
  workspaceId,
  children,
}: {
  person: Person
  workspaceId: string | null
  children: ReactNode
}) {
  const [isNarrow, setNarrow] = useLocalStorage({ key: 'tollgate.nav', defaultValue: false })
  const [isSheetOpen, setSheetOpen] = useState(false)

  return (
    <WorkspaceProvider remembered={workspaceId} role={person.role}>
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <div className={styles.shell} data-narrow={isNarrow || undefined}>
        <aside className={styles.side}>
          <div className={styles.brand}>
            <Link href="/" aria-label="Tollgate, overview">
              <Logo isMarkOnly={isNarrow} />
            </Link>
          </div>
          <Navigation isNarrow={isNarrow} />
          <div className={styles.sideEnd}>
            <Tooltip label={isNarrow ? 'Widen navigation' : 'Narrow navigation'} position="right">
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={() => setNarrow(!isNarrow)}
                aria-label={isNarrow ? 'Widen navigation' : 'Narrow navigation'}
              >
                <PanelLeft size={16} />
              </ActionIcon>
            </Tooltip>
          </div>
        </aside>
        <header className={styles.top}>
          <ActionIcon
            className={styles.burger}
            variant="subtle"
            color="gray"
            onClick={() => setSheetOpen(true)}
            aria-label="Open navigation"
          >
            <MenuIcon size={18} />
          </ActionIcon>
          <WorkspaceSwitch />
          <UnstyledButton className={styles.search} onClick={openSearch}>
            <Search size={14} aria-hidden />
            <span>Search or jump to</span>
            <Kbd size="xs" aria-hidden>
              ⌘K
            </Kbd>
          </UnstyledButton>
          <div className={styles.topEnd}>
            <HealthDot />
            <NotificationBell />
            <ThemeButton />
            <Account person={person} />
          </div>
        </header>
        <main id="content" className={styles.content} tabIndex={-1}>
          <Ready>{children}</Ready>
        </main>
      </div>
      <Drawer
        opened={isSheetOpen}
        onClose={() => setSheetOpen(false)}
        position="bottom"
        size="auto"
        title={<Logo />}
        hiddenFrom="sm"
        classNames={{ inner: styles.sheetFrame, content: styles.sheet }}
      >
        <Navigation onGo={() => setSheetOpen(false)} />
      </Drawer>
      <GlobalSearch />
      <Shortcuts />
    </WorkspaceProvider>
  )
}

/** Most screens are drawn for a workspace, so they wait for the first one to be known. */
function Ready({ children }: { children: ReactNode }) {
  const { id, error, retry, me } = useWorkspaces()
  const canAdd = useCan('workspaces.create') && hasPage('/workspaces')
  const path = usePathname()
  // The last step of the first day's checklist ticks by having been here.
  useEffect(() => {
    if (id && path.startsWith('/logs')) localStorage.setItem(sawLogsKey(id), 'true')
  }, [id, path])
  if (id !== null || (me && !needsWorkspace(path))) return children
  if (error) return <Problem error={error} label="The console" retry={retry} />
  if (!me) return null
  return (
    <EmptyState
      title="No workspace yet"
      level={1}
      action={
        canAdd && (
          <Button component={Link} href="/workspaces?create=1">
            Add workspace
          </Button>
        )
      }
    >
      {canAdd
        ? 'Keys, providers and logs live in a workspace: a team, a product, a stage.'
        : 'Ask an owner of the organisation to add you to one.'}
    </EmptyState>
  )
}

function Navigation({ isNarrow = false, onGo }: { isNarrow?: boolean; onGo?: () => void }) {
  const active = activeItem(usePathname())
  const { nav } = useNav()
  return (
    <nav aria-label="Main" className={styles.nav}>
      {nav.map(({ group, items }) => (
        <div key={group} className={styles.group}>
          <div className={styles.groupName}>{group}</div>
          {items.map(({ href, label, icon: Icon }) => {
            const link = (
              <Link
                key={href}
                href={href}
                className={styles.link}
                aria-current={href === active?.href ? 'page' : undefined}
                onClick={onGo}
              >
                <Icon size={16} aria-hidden />
                <span className={styles.linkName}>{label}</span>
              </Link>
            )
            return isNarrow ? (
              <Tooltip key={href} label={label} position="right" openDelay={0}>
                {link}
              </Tooltip>
            ) : (
              link
            )
          })}
        </div>
      ))}
    </nav>
  )
}

function ThemeButton() {
  const { toggleColorScheme } = useMantineColorScheme()
  return (
    <Tooltip label="Light or dark">
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={toggleColorScheme}
        aria-label="Switch between light and dark"
      >
        <Sun size={16} className={styles.inDark} />
        <Moon size={16} className={styles.inLight} />
      </ActionIcon>
    </Tooltip>
  )
}

function Account({ person }: { person: Person }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const name = `${person.firstName} ${person.lastName}`.trim()
  return (
    <Menu position="bottom-end" width={256}>
      <Menu.Target>
        <UnstyledButton className={styles.account} aria-label={`Account: ${person.email}`}>
          {(name || person.email).charAt(0).toUpperCase()}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.person}>
          <Text fw={550} truncate>
            {name || person.email}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {name ? `${person.email} · ` : ''}
            {person.role} of {person.organisation}
          </Text>
        </div>
        <Menu.Divider />
        <div className={styles.person}>
          <SegmentedControl
            fullWidth
            size="xs"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
            aria-label="Theme"
            data={[
              { value: 'light', label: <Choice icon={<Sun size={13} />} word="Light" /> },
              { value: 'dark', label: <Choice icon={<Moon size={13} />} word="Dark" /> },
              { value: 'auto', label: <Choice icon={<Monitor size={13} />} word="Auto" /> },
            ]}
          />
        </div>
        <Menu.Divider />
        {hasPage('/profile') && (
          <Menu.Item leftSection={<UserRound size={15} />} component={Link} href="/profile">
            Profile
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<Keyboard size={15} />}
          rightSection={<Kbd size="xs">?</Kbd>}
          onClick={showShortcuts}
        >
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<CircleHelp size={15} />} component={Link} href="/connect">
          How to connect a client
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<LogOut size={15} />}
          onClick={() => signOut().catch((error: unknown) => notifyError(error, 'You are still signed in'))}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function Choice({ icon, word }: { icon: ReactNode; word: string }) {
  return (
    <span className={styles.choice}>
      {icon}
      {word}
    </span>
  )
}
