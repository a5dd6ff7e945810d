'use client'

import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ApiError } from '@/lib/queries.ts'

/** What signed-in screens stand on: the query cache, confirm dialogs and toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createClient)
  return (
    <QueryClientProvider client={client}>
      <ModalsProvider>
        <Notifications position="bottom-left" limit={4} />
        {children}
      </ModalsProvider>
    </QueryClientProvider>
  )
}

function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The gateway may well be on this machine or this network, whatever the browser thinks of the Internet.
        networkMode: 'always',
        staleTime: 10_000,
        gcTime: 10 * 60_000,
        // A refusal will be the same refusal again; only a lost server is worth another try.
        retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
      },
      mutations: { networkMode: 'always' },
    },
  })
}
