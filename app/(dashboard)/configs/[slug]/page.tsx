import type { Metadata } from 'next'
import { ConfigScreen } from '@/components/configs/config-screen.tsx'

export const metadata: Metadata = { title: 'Config' }

export default async function ConfigPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  return <ConfigScreen key={slug} slug={decodeURIComponent(slug)} />
}
