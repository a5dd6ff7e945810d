'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Pause, Pencil, Play, RotateCw, Trash2 } from 'lucide-react'
import { setUrlState } from '../ui/url-state.ts'
import { useManages, type Webhook } from './data.ts'
import { useWebhookActs } from './webhook-acts.tsx'

/** What can be done to a webhook, at the end of its row. */
export function WebhookMenu({ webhook }: { webhook: Webhook }) {
  const canChange = useManages()(webhook.workspace_id)
  const acts = useWebhookActs()
  const isActive = webhook.status === 'active'
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${webhook.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Pencil size={14} />}
          disabled={!canChange}
          onClick={() => setUrlState({ open: webhook.id, pane: 'edit' }, { push: true })}
        >
          Edit webhook
        </Menu.Item>
        <Menu.Item
          leftSection={isActive ? <Pause size={14} /> : <Play size={14} />}
          disabled={!canChange}
          onClick={() => acts.setStatus(webhook, isActive ? 'disabled' : 'active')}
        >
          {isActive ? 'Pause webhook' : 'Resume webhook'}
        </Menu.Item>
        <Menu.Item
          leftSection={<RotateCw size={14} />}
          disabled={!canChange}
          onClick={() => acts.rotate(webhook)}
        >
          Rotate secret
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 size={14} />}
          disabled={!canChange}
          onClick={() => acts.remove(webhook)}
        >
          Delete webhook
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
