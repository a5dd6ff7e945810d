import { Bot, CircleHelp, Cpu, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Column } from '../resource/columns.ts'
import { Person } from '../ui/person.tsx'
import { Status, type Tone } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import styles from './audit.module.css'
import { type AuditRow, type Doer, deedOf, doerOf } from './words.ts'

const ICONS: Readonly<Partial<Record<Doer['kind'], ReactNode>>> = {
  key: <Bot size={13} />,
  system: <Cpu size={13} />,
  scim: <Users size={13} />,
  stranger: <CircleHelp size={13} />,
}

/** Who did it: a person by initials, a key and the system by a sign of their own. */
export function Who({ row }: { row: AuditRow }) {
  const { name, kind, note } = doerOf(row)
  return <Person name={name} note={note} icon={ICONS[kind]} />
}

/** What was done: "Changed key **checkout-bot**". */
export function Deed({ row }: { row: AuditRow }) {
  const { words, name } = deedOf(row)
  return (
    <span className={styles.deed} title={name === null ? words : `${words} ${name}`}>
      {words}
      {name !== null && <b> {name}</b>}
    </span>
  )
}

/** The answer's status; 401 and 403 are what the log is read for. */
export function Outcome({ status }: { status: number }) {
  const tone: Tone = status < 400 ? 'ok' : status < 500 ? 'warn' : 'bad'
  return (
    <Status tone={tone}>
      <span className="figures">{status}</span>
    </Status>
  )
}

const NONE = <span className={styles.dim}>–</span>

/** Columns of the list; on a phone each card is headed by what was done. */
export function columnsOf(
  workspaceName: (id: string | null) => string | null,
  isPhone: boolean,
): Column<AuditRow>[] {
  const when: Column<AuditRow> = {
    key: 'time',
    title: 'Time',
    width: 96,
    render: ({ timestamp }) => (
      <span className={styles.still}>
        <Time at={timestamp} />
      </span>
    ),
  }
  const what: Column<AuditRow> = { key: 'action', title: 'Action', render: (row) => <Deed row={row} /> }
  const rest: Column<AuditRow>[] = [
    {
      key: 'workspace',
      title: 'Workspace',
      render: ({ workspace_id: id }) =>
        id === null ? (
          NONE
        ) : (
          <span className={styles.clip} title={workspaceName(id) ?? id}>
            {workspaceName(id)}
          </span>
        ),
    },
    {
      key: 'resource',
      title: 'Resource',
      isWideOnly: true,
      render: ({ resource_type: type }) => <code className={styles.code}>{type}</code>,
    },
    {
      key: 'status',
      title: 'Status',
      width: 76,
      render: ({ response_status_code: status }) => <Outcome status={status} />,
    },
    {
      key: 'ip',
      title: 'IP address',
      isWideOnly: true,
      render: ({ client_ip: ip }) => (ip === null ? NONE : <code className={styles.code}>{ip}</code>),
    },
    {
      key: 'country',
      title: 'Country',
      width: 76,
      isWideOnly: true,
      render: ({ country }) => country ?? NONE,
    },
  ]
  const who: Column<AuditRow> = { key: 'who', title: 'Who', render: (row) => <Who row={row} /> }
  return isPhone ? [what, who, when, ...rest] : [when, who, what, ...rest]
}
