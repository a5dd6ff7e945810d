import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { Providers } from '@/app/providers.tsx'
import { currentUser } from '@/app/session.ts'
import { LeaveForSignIn } from '@/components/shell/leave.tsx'
import { Shell } from '@/components/shell/shell.tsx'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const signedIn = await currentUser()
  if (!signedIn) return <LeaveForSignIn />
  const { user, organisation } = signedIn
  const workspaceId = (await cookies()).get('tollgate.workspace')?.value ?? null
  return (
    <Providers>
      <Shell
        workspaceId={workspaceId}
        person={{
          email: user.email,
          firstName: user.firstName,
          lastName: user.lastName,
          role: user.role,
          organisation: organisation.name,
        }}
      >
        {children}
      </Shell>
    </Providers>
  )
}
