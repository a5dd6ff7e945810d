import type { Metadata } from 'next'
import { AccessScreen } from '@/components/integrations/access-screen.tsx'

export const metadata: Metadata = { title: 'Access' }

export default async function AccessPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  return <AccessScreen key={slug} slug={decodeURIComponent(slug)} />
}
