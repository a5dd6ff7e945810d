import type { Metadata } from 'next'
import { IntegrationsScreen } from '@/components/integrations/integrations.tsx'

export const metadata: Metadata = { title: 'Integrations' }

export default function IntegrationsPage() {
  return <IntegrationsScreen />
}
