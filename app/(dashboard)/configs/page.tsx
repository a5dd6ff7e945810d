import type { Metadata } from 'next'
import { ConfigsScreen } from '@/components/configs/configs.tsx'

export const metadata: Metadata = { title: 'Configs' }

export default function ConfigsPage() {
  return <ConfigsScreen />
}
