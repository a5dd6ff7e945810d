'use client'

import { Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Braces, Download, FileJson, FileSpreadsheet } from 'lucide-react'
import { useState } from 'react'
import { auditLogs } from '@/lib/contract/audit.ts'
import { apiLink } from '@/lib/queries.ts'
import { plural } from '../format.ts'
import { notifyDone, notifyError } from '../ui/notify.tsx'
import { download } from '../ui/save-file.ts'

interface Props {
  /** The filter and span that stand on the screen. */
  query: Readonly<Record<string, string>>
  /** Entries it holds; undefined until known. */
  total: number | undefined
}

/** All that the present filter holds, as a file: every page, every column. The export is itself an entry of the log. */
export function ExportMenu({ query, total }: Props) {
  const [isBusy, setBusy] = useState(false)
  const clipboard = useClipboard()
  const save = async (format: 'csv' | 'jsonl') => {
    setBusy(true)
    try {
      await download(auditLogs.path, { ...query, format }, `audit.${format}`)
      notifyDone(total === undefined ? 'Exported' : `Exported ${plural(total, 'entry', 'entries')}`)
    } catch (error) {
      notifyError(error, 'The audit log was not exported')
    } finally {
      setBusy(false)
    }
  }
  const copyCurl = () => {
    const url = `${window.location.origin}${apiLink(auditLogs.path, { ...query, format: 'jsonl' })}`
    clipboard.copy(`curl '${url.replaceAll("'", '%27')}' \\\n  -H "Authorization: Bearer $TOLLGATE_API_KEY"`)
    notifyDone('The call is on your clipboard. Its key needs the scope audit_logs.list.')
  }
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<Download size={14} />}
          disabled={isBusy || total === 0}
          aria-busy={isBusy || undefined}
        >
          {isBusy ? `Exporting ${total === undefined ? '' : plural(total, 'entry', 'entries')}…` : 'Export'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {total === undefined ? 'What is filtered' : plural(total, 'entry', 'entries')}
        </Menu.Label>
        <Menu.Item leftSection={<FileSpreadsheet size={14} />} onClick={() => void save('csv')}>
          CSV
        </Menu.Item>
        <Menu.Item leftSection={<FileJson size={14} />} onClick={() => void save('jsonl')}>
          JSON lines
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Braces size={14} />} onClick={copyCurl}>
          Copy as curl
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
