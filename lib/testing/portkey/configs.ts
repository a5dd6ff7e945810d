import { expect } from 'vitest'
import type { Row } from './rows.ts'

const gone = () => undefined
const slugs = ({ data }: { data: { slug: string }[] }) => data.map(({ slug }) => slug)

export const configs: Row = {
  objects: 'configs',
  parts: ['configs'],
  python: 'configs.py',

  node: async (portkey, given) => {
    const { configs: part } = portkey
    await part.list()
    await part.list({ workspace_id: given.workspace_id })
    const { id = '', slug = '' } = await part.create({
      name: 'Routing',
      config: { provider: 'openai', api_key: given.secret, retry: { attempts: 3 } },
      isDefault: 1,
      workspace_id: given.workspace_slug,
    })
    await part
      .create({ name: 'Wrong', config: { retry: { attempts: 'many' } }, workspace_id: given.workspace_id })
      .catch(gone)
    await part.retrieve({ slug })
    await part.list({ workspace_id: given.workspace_slug })
    await part.update({ slug, name: 'Renamed' })
    await part.update({ slug, config: { retry: { attempts: 5 }, cache: { mode: 'simple' } } })
    await part.retrieve({ slug: id })
    await portkey.get(`/configs/${slug}/versions`)
    await part.update({ slug, status: 'archived' })
    await part.retrieve({ slug }).catch(gone)
    await part.update({ slug: id, status: 'active' })
    await part.delete({ slug })
    await part.retrieve({ slug }).catch(gone)
    await part.delete({ slug: 'pc-nobody-000000' }).catch(gone)
    await part.list()
  },

  expects: (told, { given, kind }) => {
    const [made] = told.replies('configs.create')
    const { id, slug, version_id: first } = made
    const same = { id, slug, version_id: first, object: 'config' }
    expect(made).toMatchObject({ success: true, data: same, ...same })
    expect(slug).toMatch(/^pc-routin-[0-9a-f]{6}$/)
    const [everywhere, before, during, after] = told.replies('configs.list')
    expect(before).toMatchObject({ object: 'list', total: kind === 'empty' ? 0 : 3 })
    expect(everywhere.total).toBe(kind === 'empty' ? 0 : 4)
    expect(slugs(during).sort()).toEqual([slug, ...slugs(before)].sort())
    expect(slugs(after)).toEqual(slugs(everywhere))

    const [read, changed] = told.replies('configs.retrieve')
    expect(read).toMatchObject({
      id,
      slug,
      name: 'Routing',
      workspace_id: given.workspace_id,
      organisation_id: given.organisation_id,
      is_default: 1,
      status: 'active',
      format: 'json',
      type: 'ORG_CONFIG',
      version_id: first,
    })
    expect(JSON.parse(read.config)).toMatchObject({ provider: 'openai', retry: { attempts: 3 } })
    const updates = told.replies('configs.update')
    const second = updates[1].version_id
    // A new name alone makes no new version.
    expect(updates.map(({ version_id }) => version_id)).toEqual([first, second, second, second])
    expect(second).not.toBe(first)
    expect(changed).toMatchObject({ id, name: 'Renamed', version_id: second })
    expect(JSON.parse(changed.config)).toEqual({ retry: { attempts: 5 }, cache: { mode: 'simple' } })
    expect(told.replies('get')).toMatchObject([
      { object: 'list', total: 2, data: [{ version_id: second }, { version_id: first }] },
    ])
    expect(told.refusals('configs.create')).toEqual([400])
    // Archived, then deleted.
    expect(told.refusals('configs.retrieve')).toEqual([404, 404])
    expect(told.replies('configs.delete')).toHaveLength(1)
    expect(told.refusals('configs.delete')).toEqual([404])
    expect(JSON.stringify(told.calls)).not.toContain(given.secret)
  },
}
