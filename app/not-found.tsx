'use client'

import { Button } from '@mantine/core'
import Link from 'next/link'
import { Logo } from '@/components/shell/logo.tsx'
import { EmptyState } from '@/components/ui/empty-state.tsx'
import styles from './bare.module.css'

export default function NotFound() {
  return (
    <main className={styles.page}>
      <Logo />
      <EmptyState
        level={1}
        title="This page does not exist"
        action={
          <Button component={Link} href="/">
            Go to the overview
          </Button>
        }
      >
        The address may be mistyped, or what was here has been deleted.
      </EmptyState>
    </main>
  )
}
