'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Grid3x3, KeyRound, Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { memo } from 'react'
import type { Integration } from '../catalog/data.ts'
import { useHolds } from '../shell/workspace.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { scopeOf } from './data.ts'
import { askDelete } from './delete-integration.tsx'

/** What can be done to an integration, at the end of its row. */
export const IntegrationMenu = memo(function IntegrationMenu({ integration }: { integration: Integration }) {
  const holds = useHolds()
  const canUpdate = holds(scopeOf(integration, 'update'))
  const go = (pane: string) => setUrlState({ open: integration.slug, pane }, { push: true })
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${integration.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {integration.type === 'organisation' && (
          <Menu.Item
            component={Link}
            href={`/integrations/${encodeURIComponent(integration.slug)}`}
            leftSection={<Grid3x3 size={14} />}
          >
            Who may call what
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Pencil size={14} />} disabled={!canUpdate} onClick={() => go('edit')}>
          Edit integration
        </Menu.Item>
        <Menu.Item
          leftSection={<KeyRound size={14} />}
          disabled={!canUpdate}
          onClick={() => go('credentials')}
        >
          Rotate credentials
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 size={14} />}
          disabled={!holds(scopeOf(integration, 'delete'))}
          onClick={() => askDelete(integration)}
        >
          Delete integration
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
