'use client'

import { Input, Popover, TextInput, UnstyledButton } from '@mantine/core'
import { SmilePlus } from 'lucide-react'
import { useState } from 'react'
import styles from './workspaces.module.css'

const PROPOSED = '🔍 🛒 🤖 💬 📈 🧪 🚀 🛡️ 🎧 🏦 🩺 📦 🎓 🛠️ 🌍 ⚖️ 🎨 📰'.split(' ')

interface Props {
  value: string
  error: string | undefined
  set: (icon: string) => void
}

/** One emoji: picked from some that fit teams, or typed. */
export function IconField({ value, error, set }: Props) {
  const [isOpen, setOpen] = useState(false)
  const pick = (icon: string) => {
    set(icon)
    setOpen(false)
  }
  return (
    <Input.Wrapper label="Icon" labelElement="div" error={error} data-path="icon" maw={100}>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={252} trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton
            className={styles.iconButton}
            data-wrong={error ? true : undefined}
            aria-label={value ? `Icon: ${value}` : 'Icon: none'}
            onClick={() => setOpen(!isOpen)}
          >
            {value || <SmilePlus size={16} aria-hidden />}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p={8} aria-label="Choose an icon">
          <div className={styles.icons}>
            {PROPOSED.map((icon) => (
              <UnstyledButton
                key={icon}
                className={styles.icon}
                aria-label={icon}
                aria-pressed={icon === value}
                onClick={() => pick(icon)}
              >
                {icon}
              </UnstyledButton>
            ))}
          </div>
          <TextInput
            size="xs"
            mt={8}
            placeholder="Or type one emoji"
            aria-label="Another emoji"
            autoComplete="off"
            value={value}
            error={error}
            onChange={(event) => set(event.currentTarget.value.trim())}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              setOpen(false)
            }}
          />
          {value && (
            <UnstyledButton className={styles.noIcon} onClick={() => pick('')}>
              No icon
            </UnstyledButton>
          )}
        </Popover.Dropdown>
      </Popover>
    </Input.Wrapper>
  )
}
