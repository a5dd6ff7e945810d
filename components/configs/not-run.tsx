import { Text } from '@mantine/core'

/** Said wherever a config is made or chosen, until the gateway runs them. */
export function NotRunYet() {
  return (
    <Text size="xs" c="dimmed" component="p" m={0} role="note">
      Configs are checked and stored, and not run yet: the gateway refuses calls of a key or workspace that
      carries one.
    </Text>
  )
}
