import type { Metadata } from 'next'
import { CatalogScreen } from '@/components/catalog/catalog.tsx'

export const metadata: Metadata = { title: 'Model Catalog' }

export default function CatalogPage() {
  return <CatalogScreen />
}
