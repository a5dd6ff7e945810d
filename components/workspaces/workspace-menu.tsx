'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { ArrowRight, Ellipsis, SlidersHorizontal, Trash2, Users } from 'lucide-react'
import { memo } from 'react'
import { hasPage } from '../shell/nav.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import type { Workspace } from './data.ts'
import { undeletable, useDeleteWorkspace } from './delete-workspace.tsx'
import { useEnter } from './enter.ts'

/** What can be done to a workspace, at the end of its row. */
export const WorkspaceMenu = memo(function WorkspaceMenu({ workspace }: { workspace: Workspace }) {
  const { id } = useWorkspaces()
  const enter = useEnter()
  const askDelete = useDeleteWorkspace()
  const canDelete = useCan('workspaces.delete')
  const why = undeletable(workspace)
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${workspace.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<ArrowRight size={14} />}
          disabled={workspace.id === id}
          onClick={() => enter(workspace)}
        >
          Switch to it
        </Menu.Item>
        {hasPage('/members') && (
          <Menu.Item leftSection={<Users size={14} />} onClick={() => enter(workspace, '/members')}>
            Members
          </Menu.Item>
        )}
        {hasPage('/workspace') && (
          <Menu.Item
            leftSection={<SlidersHorizontal size={14} />}
            onClick={() => enter(workspace, '/workspace')}
          >
            Workspace control
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 size={14} />}
          disabled={!canDelete || why !== null}
          title={why ?? undefined}
          onClick={() => askDelete(workspace)}
        >
          Delete workspace
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
