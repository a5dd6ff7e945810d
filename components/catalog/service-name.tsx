'use client'

import { memo, type ReactNode } from 'react'
import styles from './catalog.module.css'
import { type Service, useServices } from './data.ts'
import { Monogram } from './monogram.tsx'

/** A service by its monogram and its name; `of` is its id, `children` says something else than its name. */
export function ServiceName({
  of,
  children,
  size = 20,
}: {
  of: string
  children?: ReactNode
  size?: number
}) {
  const { byId } = useServices()
  return <ServiceLabel of={of} service={byId.get(of)} text={children} size={size} />
}

/** The same for long lists, which look the services up once for all their rows. */
export const ServiceLabel = memo(function ServiceLabel({
  of,
  service,
  text,
  size = 20,
}: {
  of: string
  service: Service | undefined
  text?: ReactNode
  size?: number
}) {
  return (
    <span className={styles.named}>
      <Monogram name={service?.name ?? of} colour={service?.colour} size={size} />
      <span>{text ?? service?.name ?? of}</span>
    </span>
  )
})
