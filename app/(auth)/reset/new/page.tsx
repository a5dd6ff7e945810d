import type { Metadata } from 'next'
import { ChooseForm } from '../choose-form.tsx'

export const metadata: Metadata = { title: 'New password' }

export default function NewPasswordPage() {
  return <ChooseForm />
}
