import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { currentUser } from '@/app/session.ts'
import { localPath } from '@/lib/auth/user.ts'
import { SignInForm } from '../sign-in-form.tsx'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[]; email?: string | string[] }>
}) {
  const { next, email } = await searchParams
  const destination = localPath(String(next ?? '/'))
  if (await currentUser()) redirect(destination)
  return <SignInForm destination={destination} email={String(email ?? '')} />
}
