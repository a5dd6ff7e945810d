import type { Metadata } from 'next'
import { TeamScreen } from '@/components/people/team.tsx'

export const metadata: Metadata = { title: 'Team' }

export default function TeamPage() {
  return <TeamScreen />
}
