/**
 * Of some workspaces, only the calls that certain keys made: what a person sees there whom the organisation does not
 * let see those of others. Source: admin-contract §5.2, "Data visibility".
 */
export interface OwnCalls {
  workspaceIds: readonly string[]
  keyIds: readonly string[]
}

/** As conditions over `workspace_id` and `api_key_id` of a table; none without a restriction. */
export function ownConditions(
  own: OwnCalls | undefined,
  table: string,
  bind: (value: unknown) => string,
): string[] {
  if (!own || own.workspaceIds.length === 0) return []
  const [workspaces, keys] = [bind([...own.workspaceIds]), bind([...own.keyIds])]
  return [
    `(${table}.workspace_id <> ALL(${workspaces}::uuid[]) OR ${table}.api_key_id = ANY(${keys}::uuid[]))`,
  ]
}
