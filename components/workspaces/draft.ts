/** What a workspace is called and stamped with: what a form holds of it, what is wrong, and how it becomes calls. Pure. */
import { isEmoji } from '@/lib/contract/emoji.ts'
import type { MetadataSchema } from '@/lib/contract/metadata-schema.ts'
import type { workspaces } from '@/lib/contract/people.ts'
import type { CreateOf, UpdateOf } from '@/lib/contract/resource.ts'
import { type MetadataDraft, metadataBody, metadataOf, metadataProblems } from '../metadata/draft.ts'
import type { Problems } from '../resource/form-state.ts'
import type { Workspace } from './data.ts'

export interface WorkspaceDraft extends MetadataDraft {
  name: string
  /** One emoji; '' for none. */
  icon: string
  description: string
}

export const NEW_WORKSPACE: WorkspaceDraft = { name: '', icon: '', description: '', metadata: [] }

export function draftOf(row: Pick<Workspace, 'name' | 'icon' | 'description' | 'defaults'>): WorkspaceDraft {
  return {
    name: row.name,
    icon: row.icon ?? '',
    description: row.description ?? '',
    metadata: metadataOf(metadataIn(row)),
  }
}

/** Metadata that is stamped on the calls of a workspace. */
export function metadataIn({ defaults }: Pick<Workspace, 'defaults'>): Record<string, string> {
  return (defaults.metadata ?? {}) as Record<string, string>
}

/** By wire path. */
export function workspaceProblems(draft: WorkspaceDraft, schema?: MetadataSchema | null): Problems {
  const { name, icon, description } = draft
  return {
    ...(name.trim() === '' || name.trim().length > 255 ? { name: 'Must have 1-255 characters' } : {}),
    ...(icon.trim() !== '' && !isEmoji(icon.trim()) ? { icon: 'Must be one emoji' } : {}),
    ...(description.trim().length > 500 ? { description: 'Must have at most 500 characters' } : {}),
    ...metadataProblems(draft, schema),
  }
}

/** Paths a refusal can name that a form shows. */
export const isShownPath = (path: string) => /^(name|icon|description|defaults\.metadata)/.test(path)

export function createBody(draft: WorkspaceDraft): CreateOf<typeof workspaces> {
  const metadata = metadataBody(draft)
  const description = draft.description.trim()
  const icon = draft.icon.trim()
  return {
    name: draft.name.trim(),
    ...(description ? { description } : {}),
    ...(icon ? { icon } : {}),
    ...(metadata ? { defaults: { metadata } } : {}),
  }
}

/** Only what changed; a cleared field is null. */
export function updateBody(before: WorkspaceDraft, now: WorkspaceDraft): UpdateOf<typeof workspaces> {
  const text = (field: 'description' | 'icon') =>
    before[field].trim() === now[field].trim() ? {} : { [field]: now[field].trim() || null }
  const metadata = metadataBody(now)
  return {
    ...(before.name.trim() === now.name.trim() ? {} : { name: now.name.trim() }),
    ...text('description'),
    ...text('icon'),
    ...(JSON.stringify(metadataBody(before)) === JSON.stringify(metadata)
      ? {}
      : { defaults: { metadata: metadata ?? null } }),
  }
}
