'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Eye, Pencil, Power, RotateCcw, RotateCw, Trash2 } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { setUrlState } from '../ui/url-state.ts'
import { useKeyActs } from './key-acts.tsx'
import type { ApiKey } from './key-draft.ts'
import { scopeOf, useMayChange, useMayReveal } from './key-words.tsx'

/** What can be done to a key, at the end of its row. A closed one is little more than its button. */
export const KeyMenu = memo(function KeyMenu({ apiKey }: { apiKey: ApiKey }) {
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${apiKey.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Acts apiKey={apiKey} />
      </Menu.Dropdown>
    </Menu>
  )
})

function Acts({ apiKey: key }: { apiKey: ApiKey }) {
  const { setStatus, remove, rotate, reveal, resetUsage } = useKeyActs(key)
  const may = useMayChange()
  const mayReveal = useMayReveal()
  const isOff = key.status === 'disabled'
  const item = (verb: 'update' | 'rotate' | 'delete', words: string, icon: ReactNode, act: () => void) => (
    <Menu.Item
      leftSection={icon}
      disabled={!may(key, verb)}
      title={may(key, verb) ? undefined : `Needs ${scopeOf(key.type, verb)}`}
      onClick={act}
      {...(verb === 'delete' ? { color: 'red' } : {})}
    >
      {words}
    </Menu.Item>
  )
  const edit = () => setUrlState({ open: key.id, pane: 'edit' }, { push: true })
  return (
    <>
      {key.has_unrevealed_secret && mayReveal(key) && (
        <Menu.Item leftSection={<Eye size={14} />} onClick={reveal}>
          Show new secret
        </Menu.Item>
      )}
      {item('update', 'Edit key', <Pencil size={14} />, edit)}
      {item('rotate', 'Rotate key', <RotateCw size={14} />, rotate)}
      {item('update', isOff ? 'Enable key' : 'Disable key', <Power size={14} />, () =>
        setStatus(isOff ? 'active' : 'disabled'),
      )}
      {key.usage_limits_all.length > 0 && item('update', 'Reset usage', <RotateCcw size={14} />, resetUsage)}
      <Menu.Divider />
      {item('delete', 'Delete key', <Trash2 size={14} />, remove)}
    </>
  )
}
