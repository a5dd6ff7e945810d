import { initials } from '../ui/initials.ts'
import styles from './catalog.module.css'

/** A service drawn from its colour and initials: a logo that needs no licence. Decorative; its name stands beside it. */
export function Monogram({
  name,
  colour,
  size = 28,
}: {
  name: string
  colour: string | undefined
  size?: number
}) {
  const ground = colour ?? '#6b7280'
  return (
    <span
      aria-hidden
      className={styles.monogram}
      style={{
        width: size,
        height: size,
        borderRadius: Math.round(size / 4),
        fontSize: Math.round(size * (size < 24 ? 0.55 : 0.4)),
        background: ground,
        color: inkOn(ground),
      }}
    >
      {size < 24 ? initials(name).charAt(0) : initials(name)}
    </span>
  )
}

/** White where it reads well (4.5:1) on a `#rrggbb` ground, else black, which then does. */
export function inkOn(ground: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(ground.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return 1.05 / (luminance + 0.05) >= 4.5 ? '#ffffff' : '#000000'
}
