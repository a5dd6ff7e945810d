import Link from 'next/link'
import { EmptyState } from '@/components/ui/empty-state.tsx'

export default function NotFound() {
  return (
    <main>
      <EmptyState title="This page does not exist" action={<Link href="/">Go to the overview</Link>}>
        The address may be mistyped, or what was here has been deleted.
      </EmptyState>
    </main>
  )
}
