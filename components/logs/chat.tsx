'use client'

import { Button, UnstyledButton } from '@mantine/core'
import { Bot, ChevronRight, Settings2, User, Wrench } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { compact, plural } from '../format.ts'
import { Json } from '../ui/json.tsx'
import type { Conversation, Log, Message } from './detail.ts'
import styles from './logs.module.css'

const CHARACTERS_SHOWN = 1_600
const SYSTEM_CHARACTERS_SHOWN = 240
/** An agent's history is long; its end is what the call was about. */
const MESSAGES_SHOWN = 8

/** The exchange as people talk: who said what, tools folded, an agent's long history behind a button. */
export function Chat({ conversation, log }: { conversation: Conversation; log: Log }) {
  const { messages, finishReason } = conversation
  const [isWhole, setWhole] = useState(false)
  const systems = messages.filter(({ role }) => role === 'system')
  const turns = messages.filter(({ role }) => role !== 'system')
  const hidden = isWhole ? 0 : Math.max(0, turns.length - MESSAGES_SHOWN)
  const names = new Map(messages.flatMap(({ toolCalls }) => toolCalls.map(({ id, name }) => [id, name])))

  return (
    <ol className={styles.chat}>
      {systems.map((message, index) => (
        <Bubble key={`system-${index.toString()}`} message={message} names={names} />
      ))}
      {hidden > 0 && (
        <li className={styles.earlier}>
          <Button variant="default" size="compact-sm" onClick={() => setWhole(true)}>
            Show {plural(hidden, 'earlier message')}
          </Button>
        </li>
      )}
      {turns.slice(hidden).map((message, index) => (
        <Bubble key={`turn-${(hidden + index).toString()}`} message={message} names={names} />
      ))}
      {(finishReason !== null || log.is_partial) && (
        <li className={styles.finish}>
          {log.is_partial ? 'Cut off here' : 'Finished'}
          {finishReason !== null && (
            <>
              : <code>{finishReason}</code>
            </>
          )}
        </li>
      )}
    </ol>
  )
}

const WHO = {
  system: { label: 'System', icon: Settings2 },
  user: { label: 'User', icon: User },
  assistant: { label: 'Assistant', icon: Bot },
  tool: { label: 'Tool result', icon: Wrench },
} as const

function Bubble({ message, names }: { message: Message; names: ReadonlyMap<string | null, string> }) {
  const { role, text, reasoning, toolCalls, toolResultOf, images } = message
  const { label, icon: Icon } = WHO[role]
  const tool = toolResultOf === null ? null : (names.get(toolResultOf) ?? toolResultOf)
  return (
    <li className={styles.bubble} data-role={role}>
      <div className={styles.who}>
        <Icon size={14} aria-hidden />
        {label}
        {tool && <code>{tool}</code>}
      </div>
      {reasoning !== null && (
        <Fold label={`Thinking (${compact(reasoning.length)} characters)`}>
          <div className={styles.prose}>{reasoning}</div>
        </Fold>
      )}
      {role === 'tool' && text !== '' ? (
        <Fold label={firstLine(text)}>
          <Json value={text} label="tool result" />
        </Fold>
      ) : (
        text !== '' && (
          <Prose text={text} shown={role === 'system' ? SYSTEM_CHARACTERS_SHOWN : CHARACTERS_SHOWN} />
        )
      )}
      {images.map((url, index) => (
        <Picture key={`${index.toString()}-${url.slice(0, 64)}`} url={url} />
      ))}
      {toolCalls.map((call, index) => (
        <Fold
          key={call.id ?? index}
          icon={<Wrench size={13} aria-hidden />}
          label={
            <>
              <b>{call.name || 'tool'}</b> <span className={styles.dim}>{firstLine(call.arguments)}</span>
            </>
          }
        >
          <Json value={call.arguments} label={`arguments of ${call.name}`} />
        </Fold>
      ))}
      {text === '' && reasoning === null && toolCalls.length === 0 && images.length === 0 && (
        <div className={styles.dim}>(nothing)</div>
      )}
    </li>
  )
}

function Prose({ text, shown }: { text: string; shown: number }) {
  const [isWhole, setWhole] = useState(false)
  // A few characters more are not worth a button.
  const isLong = text.length > shown * 1.25
  return (
    <>
      <div className={styles.prose}>{isLong && !isWhole ? `${text.slice(0, shown)}…` : text}</div>
      {isLong && (
        <UnstyledButton className={styles.more} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${compact(text.length)} characters`}
        </UnstyledButton>
      )}
    </>
  )
}

/** Only what the call itself carried is drawn; a picture elsewhere would tell its host who reads the log. */
function Picture({ url }: { url: string }) {
  if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(url)) {
    // biome-ignore lint/performance/noImgElement: bytes of the log itself, nothing to optimise
    return <img src={url} alt="Sent with the message" className={styles.picture} />
  }
  return (
    <div className={styles.dim}>
      Image: <code className={styles.url}>{url.slice(0, 200)}</code>
    </div>
  )
}

function Fold({ label, icon, children }: { label: ReactNode; icon?: ReactNode; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={styles.fold}>
      <UnstyledButton className={styles.foldHead} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        <ChevronRight size={13} aria-hidden className={styles.chevron} data-open={isOpen || undefined} />
        {icon}
        <span className={styles.foldLabel}>{label}</span>
      </UnstyledButton>
      {isOpen && <div className={styles.foldBody}>{children}</div>}
    </div>
  )
}

function firstLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 160)
}
