import { Check } from 'lucide-react'
import styles from './steps.module.css'

/** Where one is in a form of several steps. */
export function Steps({ names, at }: { names: readonly string[]; at: number }) {
  return (
    <ol className={styles.steps}>
      {names.map((name, index) => (
        <li key={name} aria-current={index === at ? 'step' : undefined} data-done={index < at || undefined}>
          <span className={styles.number}>
            {index < at ? <Check size={12} aria-label="done" /> : index + 1}
          </span>
          {name}
        </li>
      ))}
    </ol>
  )
}
