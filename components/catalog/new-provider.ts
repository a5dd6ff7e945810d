/** A provider in the making: what the steps of Add provider hold, and how it becomes calls. Pure. */

import type { integrations } from '@/lib/contract/catalog.ts'
import type { CreateOf, UpdateOf } from '@/lib/contract/resource.ts'
import type { Problems } from '../resource/form-state.ts'
import type { EnvValue } from '../ui/act-code.ts'
import type { Service } from './data.ts'

export interface ProviderDraft {
  /** Slug of the integration whose credentials are used; '' makes new ones. */
  integration: string
  /** What stands in the fields of the service, by field name; `key` among them. */
  fields: Readonly<Record<string, string>>
  headers: readonly { name: string; value: string }[]
  /** Who may use new credentials. */
  scope: 'workspace' | 'organisation'
  name: string
  slug: string
  /** The slug no longer follows the name. */
  isSlugTyped: boolean
  note: string
  /** Models a test found that are not to be offered, where the catalogue knows none. */
  leftOut: readonly string[]
}

export function newDraft(service: Service): ProviderDraft {
  return {
    integration: '',
    fields: {},
    headers: [],
    scope: 'workspace',
    name: service.name.replace(/ *\(.*\)/, ''),
    slug: slugOf(service.name.replace(/ *\(.*\)/, '')),
    isSlugTyped: false,
    note: '',
    leftOut: [],
  }
}

/** What may be kept of a draft in the browser: everything but secrets. */
export function withoutSecrets(service: Service) {
  const secret = new Set(service.fields.filter((field) => field.is_secret).map((field) => field.name))
  return (draft: ProviderDraft): ProviderDraft => ({
    ...draft,
    fields: Object.fromEntries(Object.entries(draft.fields).filter(([name]) => !secret.has(name))),
    headers: draft.headers.map(({ name }) => ({ name, value: '' })),
  })
}

const SLUG = /^[a-zA-Z0-9_-]{1,255}$/

/** A name as a slug: `Together AI` → `together-ai`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
}

/** The first of `stem`, `stem-2`, `stem-3`… that is not taken; case does not matter. */
export function freeSlug(stem: string, taken: readonly string[]): string {
  const known = new Set(taken.map((slug) => slug.toLowerCase()))
  if (!known.has(stem.toLowerCase())) return stem
  let at = 2
  while (known.has(`${stem}-${at}`.toLowerCase())) at += 1
  return `${stem}-${at}`
}

/** What is wrong with the credentials, by wire path. Existing ones are never wrong here. */
export function credentialProblems(service: Service, draft: ProviderDraft): Problems {
  const found: Record<string, string> = {}
  if (draft.integration !== '') return found
  for (const field of service.fields) {
    const value = draft.fields[field.name]?.trim() ?? ''
    const path = pathOf(field.name)
    if (field.is_required && value === '') found[path] = `${field.label} is required`
    else if (field.name === 'custom_host' && value !== '' && !isHttpUrl(value))
      found[path] = 'Must be an address such as https://llm.example.com/v1'
  }
  const names = draft.headers.map(({ name }) => name.trim().toLowerCase())
  for (const [index, { name, value }] of draft.headers.entries()) {
    const path = `configurations.custom_headers.${index}`
    if (name.trim() === '' && value.trim() === '') continue
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/i.test(name.trim())) found[path] = 'Must be a header name'
    else if (names.indexOf(names[index]!) !== index) found[path] = 'Stands here twice'
  }
  return found
}

/** What is wrong with the name and the slug. */
export function nameProblems({ name, slug }: ProviderDraft): Problems {
  return {
    ...(name.trim() === '' ? { name: 'Must have 1-255 characters' } : {}),
    ...(name.trim().length > 255 ? { name: 'Must have 1-255 characters' } : {}),
    ...(SLUG.test(slug) ? {} : { slug: 'May hold letters, digits, - and _ only, 1-255 of them' }),
  }
}

/** Where a field of a service stands on the wire. */
export function pathOf(field: string): string {
  return field === 'key' ? 'key' : `configurations.${field}`
}

type Body = CreateOf<typeof integrations>

/** New credentials, with the provider that comes with them. */
export function integrationBody(service: Service, draft: ProviderDraft): Body {
  return {
    name: draft.name.trim(),
    ...credentialsBody(service, draft),
    ...(draft.scope === 'organisation' ? { global_workspace_access: { enabled: true } } : {}),
    create_default_provider: true,
    default_provider_slug: draft.slug,
  }
}

/** What a test sends: credentials alone, or the slug of stored ones. */
export function testBody(service: Service, draft: ProviderDraft): Partial<Body> {
  return draft.integration === '' ? credentialsBody(service, draft) : { slug: draft.integration }
}

/** Stored credentials as the form shows them: what may be read stands in its field, secrets stand masked behind it. */
export function storedDraft(
  service: Service,
  { configurations = {} }: { configurations?: Readonly<Record<string, unknown>> | undefined },
): ProviderDraft {
  const open = service.fields.filter((field) => !field.is_secret)
  const headers = Object.entries((configurations.custom_headers ?? {}) as Record<string, string>)
  return {
    ...newDraft(service),
    fields: Object.fromEntries(open.map(({ name }) => [name, String(configurations[name] ?? '')])),
    headers: headers.map(([name, value]) => ({ name, value })),
  }
}

/** What changed of stored credentials: an untouched field stays, an emptied one is cleared, an empty secret stays. */
export function credentialsChange(
  service: Service,
  before: ProviderDraft,
  now: ProviderDraft,
): UpdateOf<typeof integrations> {
  const configurations: Record<string, unknown> = {}
  let key: string | undefined
  for (const { name, is_secret } of service.fields) {
    const value = now.fields[name]?.trim() ?? ''
    if (is_secret ? value === '' : value === (before.fields[name] ?? '')) continue
    if (name === 'key') key = value
    else configurations[name] = value === '' ? null : value
  }
  if (JSON.stringify(now.headers) !== JSON.stringify(before.headers))
    configurations.custom_headers = headersOf(now) ?? null
  return {
    ...(key === undefined ? {} : { key }),
    ...(Object.keys(configurations).length > 0 ? { configurations } : {}),
  }
}

/** The same bodies with every secret named instead of printed, for the API tab. */
export function bodyForCode(service: Service, draft: ProviderDraft): Record<string, unknown> {
  const body = integrationBody(service, draft) as Record<string, unknown>
  const configurations = { ...(body.configurations as Record<string, unknown> | undefined) }
  let key: EnvValue | undefined
  for (const field of service.fields.filter((field) => field.is_secret)) {
    const value = { env: envName(service, field.name) }
    if (field.name === 'key') key = field.is_required || draft.fields.key ? value : undefined
    else if (draft.fields[field.name]) configurations[field.name] = value
  }
  return {
    ...body,
    key,
    configurations: Object.keys(configurations).length > 0 ? configurations : undefined,
  }
}

function credentialsBody(service: Service, draft: ProviderDraft) {
  const said = Object.entries(draft.fields)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([name, value]) => value !== '' && service.fields.some((field) => field.name === name))
  const configurations: Record<string, unknown> = Object.fromEntries(said.filter(([name]) => name !== 'key'))
  const headers = headersOf(draft)
  if (headers) configurations.custom_headers = headers
  const key = said.find(([name]) => name === 'key')?.[1]
  return {
    ai_provider_id: service.id,
    ...(key ? { key } : {}),
    ...(Object.keys(configurations).length > 0 ? { configurations } : {}),
  }
}

function headersOf({ headers }: ProviderDraft): Record<string, string> | undefined {
  const named = headers.filter(({ name }) => name.trim() !== '')
  if (named.length === 0) return undefined
  return Object.fromEntries(named.map(({ name, value }) => [name.trim(), value.trim()]))
}

function envName(service: Service, field: string): string {
  return `${service.id}_${field === 'key' ? 'api_key' : field}`
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
}

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol)
  } catch {
    return false
  }
}
