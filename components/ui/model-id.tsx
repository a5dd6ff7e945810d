import styles from './model-id.module.css'

/** `@slug/model` in as much room as there is: the slug gives way first, since the model is what people look for. */
export function ModelId({ slug, model }: { slug: string; model: string }) {
  return (
    <span className={styles.id}>
      <span className={styles.slug}>@{slug}</span>
      <span className={styles.model}>
        <span className={styles.dim}>/</span>
        {model}
      </span>
    </span>
  )
}
