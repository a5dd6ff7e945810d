import type { Metadata } from 'next'
import { apiDocument } from '@/app/openapi.ts'
import { ReferenceScreen } from '@/components/reference/reference.tsx'

export const metadata: Metadata = { title: 'API reference' }

export default async function ReferencePage() {
  return <ReferenceScreen document={await apiDocument()} />
}
