'use client'

import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import Link from 'next/link'
import { type FormEvent, type ReactNode, useState } from 'react'
import styles from './confirm.module.css'
import { describeError } from './notify.tsx'

interface Destruction {
  /** "Delete key". */
  title: string
  /** What the person must type: the thing's own name. */
  name: string
  /** What becomes of it: "Calls with it are refused within 2 seconds, for good." */
  consequence: ReactNode
  /** What else it touches, each with where to see it: "3 keys", "2 configs". */
  touches?: readonly { what: string; href?: string }[]
  /** The button: "Delete key". */
  verb: string
  /** Its rejection is shown in the dialog, which stays open. */
  run: () => Promise<unknown>
}

/** Asks for the name before destroying something. Everything that can be undone uses `notifyUndo` instead. */
export function confirmByTyping(destruction: Destruction): void {
  const id = modals.open({
    title: destruction.title,
    children: <TypedConfirm {...destruction} close={() => modals.close(id)} />,
  })
}

function TypedConfirm({
  name,
  consequence,
  touches = [],
  verb,
  run,
  close,
}: Destruction & { close: () => void }) {
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      await run()
      close()
    } catch (error) {
      setProblem(describeError(error).message)
      setBusy(false)
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack gap={16}>
        <Text component="div">{consequence}</Text>
        {touches.length > 0 && (
          <ul className={styles.touches} aria-label="What else it touches">
            {touches.map(({ what, href }) => (
              <li key={what}>
                {href ? (
                  <Anchor component={Link} href={href} onClick={close}>
                    {what}
                  </Anchor>
                ) : (
                  what
                )}
              </li>
            ))}
          </ul>
        )}
        <TextInput
          data-autofocus
          label={
            <>
              Type <code>{name}</code> to go on
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={problem}
          autoComplete="off"
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={typed.trim() !== name.trim()} loading={isBusy}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
