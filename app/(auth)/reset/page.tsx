import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { currentUser } from '@/app/session.ts'
import { runtime } from '@/lib/compose.ts'
import { AskForm } from './ask-form.tsx'

export const metadata: Metadata = { title: 'Forgot password' }

export default async function ResetPage() {
  if (await currentUser()) redirect('/')
  const { settings } = await runtime()
  return <AskForm sendsMail={settings.smtpUrl !== null} />
}
