'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Pencil, Power, RotateCw, Trash2 } from 'lucide-react'
import { memo } from 'react'
import { setUrlState } from '../ui/url-state.ts'
import { useKeyActs } from './key-acts.tsx'
import type { ApiKey } from './key-draft.ts'
import { useMayChange } from './key-words.tsx'
import { useRotateKey } from './rotate-key.tsx'

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
  const { setStatus, remove } = useKeyActs()
  const rotateKey = useRotateKey()
  const may = useMayChange()
  const isOff = key.status === 'disabled'
  return (
    <>
      <Menu.Item
        leftSection={<Pencil size={14} />}
        disabled={!may(key, 'update')}
        onClick={() => setUrlState({ open: key.id, pane: 'edit' }, { push: true })}
      >
        Edit key
      </Menu.Item>
      <Menu.Item
        leftSection={<RotateCw size={14} />}
        disabled={!may(key, 'rotate')}
        onClick={() => rotateKey(key)}
      >
        Rotate key
      </Menu.Item>
      <Menu.Item
        leftSection={<Power size={14} />}
        disabled={!may(key, 'update')}
        onClick={() => setStatus(key, isOff ? 'active' : 'disabled')}
      >
        {isOff ? 'Enable key' : 'Disable key'}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        color="red"
        leftSection={<Trash2 size={14} />}
        disabled={!may(key, 'delete')}
        onClick={() => remove(key)}
      >
        Delete key
      </Menu.Item>
    </>
  )
}
