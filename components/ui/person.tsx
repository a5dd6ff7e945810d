import type { ReactNode } from 'react'
import { initials } from './initials.ts'
import styles from './person.module.css'

interface Props {
  /** Empty where nobody has told it yet: the address stands in. */
  name: string
  email?: string
  /** Beside the name: "you", "invited". */
  note?: ReactNode
  /** Instead of initials, for what is no person: a key, the system. */
  icon?: ReactNode
}

/** Somebody in a list: initials, name, and the address below. */
export function Person({ name, email = '', note, icon }: Props) {
  const shown = name.trim() || email
  return (
    <span className={styles.person} title={email && email !== shown ? `${shown} <${email}>` : shown}>
      <Avatar name={name.trim() || email.replace(/@.*/, '')} icon={icon} />
      <span className={styles.words}>
        <span className={styles.name}>
          <span className={styles.clip}>{shown}</span>
          {note && <span className={styles.note}>{note}</span>}
        </span>
        {email && email !== shown && <span className={styles.email}>{email}</span>}
      </span>
    </span>
  )
}

/** Initials in a circle; decorative, the name stands beside it. */
export function Avatar({ name, icon, size = 24 }: { name: string; icon?: ReactNode; size?: number }) {
  return (
    <span
      className={styles.avatar}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.42) }}
      aria-hidden
    >
      {icon ?? initials(name).toUpperCase()}
    </span>
  )
}
