'use client'

import { useQuery } from '@tanstack/react-query'
import { apiKeys } from '@/lib/contract/access.ts'
import { providers } from '@/lib/contract/catalog.ts'
import { queries } from '@/lib/queries.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { ENDPOINTS, endpointWords } from './detail.ts'

interface Option {
  value: string
  label: string
}

const STATUSES = [
  '4xx',
  '5xx',
  '200',
  '400',
  '401',
  '402',
  '403',
  '404',
  '408',
  '429',
  '499',
  '500',
  '502',
  '503',
  '504',
]

/** What filters offer before anybody types, and the names behind key ids. Lists that may not be seen offer nothing. */
export function useSuggestions() {
  const workspaceId = useWorkspaceId()
  const patience = { staleTime: 60_000, retry: false }
  const keys = useQuery({ ...queries(apiKeys, workspaceId).list({ page_size: 100 }), ...patience })
  const providerList = useQuery({ ...queries(providers, workspaceId).list({ page_size: 100 }), ...patience })
  const keyOptions = (keys.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))
  const endpoints = ENDPOINTS.map((value) => ({ value, label: endpointWords(value) }))
  const named = new Map([...keyOptions, ...endpoints].map(({ value, label }) => [value, label]))
  const options: Readonly<Record<string, Option[]>> = {
    key: distinct(keyOptions),
    provider: (providerList.data?.data ?? []).map(({ slug }) => ({ value: slug, label: slug })),
    status: STATUSES.map((value) => ({ value, label: value })),
    endpoint: endpoints,
  }
  return {
    optionsOf: (id: string): Option[] => options[id] ?? [],
    names: (value: string) => named.get(value) ?? value,
  }
}

/** Two keys may share a name; the picker then shows the start of their ids. */
function distinct(options: Option[]): Option[] {
  return options.map((option) =>
    options.some(({ value, label }) => label === option.label && value !== option.value)
      ? { ...option, label: `${option.label} (${option.value.slice(0, 8)})` }
      : option,
  )
}
