import type { Metadata } from 'next'
import { WorkspacesScreen } from '@/components/workspaces/workspaces.tsx'

export const metadata: Metadata = { title: 'Workspaces' }

export default function WorkspacesPage() {
  return <WorkspacesScreen />
}
