import type { ReactNode } from 'react'
import { Logo } from '@/components/shell/logo.tsx'
import styles from './layout.module.css'

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo />
        {children}
      </div>
    </main>
  )
}
