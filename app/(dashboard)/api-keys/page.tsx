import type { Metadata } from 'next'
import { KeysScreen } from '@/components/keys/keys.tsx'

export const metadata: Metadata = { title: 'API keys' }

export default function ApiKeysPage() {
  return <KeysScreen />
}
