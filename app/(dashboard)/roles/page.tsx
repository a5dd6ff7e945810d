import type { Metadata } from 'next'
import { RolesScreen } from '@/components/roles/roles.tsx'

export const metadata: Metadata = { title: 'Roles' }

export default function RolesPage() {
  return <RolesScreen />
}
