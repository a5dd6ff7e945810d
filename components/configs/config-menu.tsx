'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { ArchiveRestore, Ellipsis, Star, Trash2 } from 'lucide-react'
import { memo } from 'react'
import { useCan } from '../shell/workspace.tsx'
import { useBringBack, useDeleteConfig, useMakeDefault } from './acts.tsx'
import type { Config } from './data.ts'

/** What can be done to a config, at the end of its row and on its page. */
export const ConfigMenu = memo(function ConfigMenu({ config }: { config: Config }) {
  const canUpdate = useCan('configs.update')
  const canDelete = useCan('configs.delete')
  const askDelete = useDeleteConfig()
  const makeDefault = useMakeDefault()
  const bringBack = useBringBack()
  const isDefault = config.is_default === 1
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={`${config.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {config.status === 'archived' ? (
          <Menu.Item
            leftSection={<ArchiveRestore size={14} />}
            disabled={!canUpdate}
            onClick={() => bringBack(config)}
          >
            Bring back
          </Menu.Item>
        ) : (
          <>
            <Menu.Item
              leftSection={<Star size={14} />}
              disabled={!canUpdate}
              onClick={() => makeDefault(config, !isDefault)}
            >
              {isDefault ? 'No longer the default' : 'Make default'}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              color="red"
              leftSection={<Trash2 size={14} />}
              disabled={!canDelete}
              onClick={() => askDelete(config)}
            >
              Delete config
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
})
