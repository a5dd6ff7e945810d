'use client'

import styles from './catalog.module.css'
import { useServices } from './data.ts'
import { Monogram } from './monogram.tsx'

/** A service by its monogram and its name; `of` is its id, `children` says something else than its name. */
export function ServiceName({
  of,
  children,
  size = 20,
}: {
  of: string
  children?: React.ReactNode
  size?: number
}) {
  const { byId } = useServices()
  const service = byId.get(of)
  return (
    <span className={styles.named}>
      <Monogram name={service?.name ?? of} colour={service?.colour} size={size} />
      <span>{children ?? service?.name ?? of}</span>
    </span>
  )
}
