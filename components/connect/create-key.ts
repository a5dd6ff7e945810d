'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { type apiKeySecretRow, apiKeys } from '@/lib/contract/access.ts'
import { queries } from '@/lib/queries.ts'

export interface NewKey {
  id: string
  name: string
  /** Whole, this once; it lives in the page's memory and nowhere else. */
  secret: string
}

/** Makes a key that may call models in a workspace: a person's own, or one for a service. */
export function useCreateKey(workspaceId: string) {
  const client = useQueryClient()
  const { key, create } = queries(apiKeys, workspaceId)
  const { mutationFn } = create<z.output<typeof apiKeySecretRow>>()
  return useMutation({
    mutationFn: async (
      { kind, name }: { kind: 'user' | 'service'; name: string },
      context,
    ): Promise<NewKey> => {
      const input = {
        type: 'workspace',
        sub_type: kind,
        name,
        workspace_id: workspaceId,
        scopes: ['completions.write'],
      }
      const made = await mutationFn!(input as Parameters<NonNullable<typeof mutationFn>>[0], context)
      return { id: made.id, name, secret: made.key }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    // The reply holds the secret; the cache of mutations is no place for it.
    gcTime: 0,
  })
}
