import { expect } from 'vitest'
import { paged } from './pages.ts'
import type { Row } from './rows.ts'

const gone = () => undefined
const WORDS = { id: 'default.wordCount', parameters: { minWords: 1, maxWords: 50 }, is_enabled: true }
const ENDING = { id: 'default.endsWith', parameters: { suffix: '.' } }
const feedback = (value: number) => ({ feedback: { value, weight: 1, metadata: 'by words' } })
const ACTIONS = { deny: true, async: false, on_success: feedback(5), on_fail: feedback(-5) }

export const guardrails: Row = {
  objects: 'guardrails',
  parts: ['guardrails'],
  python: 'guardrails.py',

  node: async ({ guardrails: part }, given) => {
    const here = { workspace_id: given.workspace_id }
    await part.list(here)
    const { id: guardrail_id, slug } = await part.create({
      name: 'Short',
      checks: [WORDS],
      actions: ACTIONS,
      workspace_id: given.workspace_slug,
    })
    const { id: ours } = await part.create({
      name: 'For everybody',
      checks: [ENDING],
      actions: ACTIONS,
      organisation_id: given.organisation_id,
    })
    await part
      .create({ name: 'Wrong', checks: [{ id: 'default.nothing' }], actions: ACTIONS, ...here })
      .catch(gone)
    await part.retrieve({ guardrail_id })
    await part.retrieve({ guardrail_id: slug })
    let page = 0
    while ((await part.list({ page_size: 2, current_page: page, ...here })).data.length) page++
    await part.list({ organisation_id: given.organisation_id })
    await part.update({ guardrail_id, name: 'Renamed' })
    await part.update({ guardrail_id: slug, checks: [WORDS, ENDING], actions: { ...ACTIONS, deny: false } })
    await part.retrieve({ guardrail_id })
    for (const each of [guardrail_id, ours]) {
      await part.delete({ guardrail_id: each })
      await part.retrieve({ guardrail_id: each }).catch(gone)
    }
    await part.list(here)
  },

  expects: (told, { given, kind }) => {
    const [made, ours] = told.replies('guardrails.create')
    const ids = { id: expect.any(String), slug: expect.any(String), version_id: expect.any(String) }
    expect([made, ours]).toMatchObject([ids, ids])
    const [first, bySlug, changed] = told.replies('guardrails.retrieve')
    expect(first).toMatchObject({
      id: made.id,
      slug: made.slug,
      name: 'Short',
      organisation_id: given.organisation_id,
      workspace_id: given.workspace_id,
      status: 'active',
      checks: [WORDS],
      actions: ACTIONS,
    })
    expect(bySlug).toEqual(first)
    const { before, rows, total, rest } = paged(told.replies('guardrails.list'))
    const [organisations, after] = rest
    expect(before.total).toBe(kind === 'empty' ? 0 : 3)
    expect(total).toBe(before.total + 1)
    expect(rows.map(({ id }) => id)).toContain(made.id)
    expect(organisations?.data).toMatchObject([{ id: ours.id, workspace_id: null }])

    const [renamed, remade] = told.replies('guardrails.update')
    // A new name alone makes no new version.
    expect(renamed).toMatchObject(made)
    expect(remade).toMatchObject({ id: made.id, slug: made.slug })
    expect(remade.version_id).not.toBe(made.version_id)
    expect(changed).toMatchObject({
      name: 'Renamed',
      checks: [WORDS, ENDING],
      actions: { ...ACTIONS, deny: false },
    })
    expect(told.refusals('guardrails.create')).toEqual([400])
    expect(told.refusals('guardrails.retrieve')).toEqual([404, 404])
    expect(after?.total).toBe(before.total)
  },
}
