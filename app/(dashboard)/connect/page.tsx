import type { Metadata } from 'next'
import { connection } from 'next/server'
import { ConnectScreen } from '@/components/connect/connect-screen.tsx'
import { runtime } from '@/lib/compose.ts'

export const metadata: Metadata = { title: 'Connect' }

/** Clients are pointed at the address the server goes by, which only the server knows. */
export default async function ConnectPage() {
  // The address is the running server's; a build has none.
  await connection()
  const { settings } = await runtime()
  return <ConnectScreen publicUrl={settings.publicUrl} />
}
