import type { Metadata } from 'next'
import { currentUser } from '@/app/session.ts'
import { Invitation } from './invitation.tsx'

export const metadata: Metadata = { title: 'Invitation' }

export default async function InvitePage() {
  const signedIn = await currentUser()
  return <Invitation signedInAs={signedIn?.user.email ?? null} />
}
