import { describe, expect, it } from 'vitest'
import type { Workspace } from './data.ts'
import { createBody, draftOf, NEW_WORKSPACE, updateBody, workspaceProblems } from './draft.ts'

const row = {
  name: 'Search',
  icon: '🔍',
  description: null,
  defaults: { metadata: { team: 'search' }, input_guardrails: ['pg-a'] },
} as unknown as Workspace

describe('a workspace in a form', () => {
  it('goes out as what was said, and nothing else', () => {
    expect(createBody({ ...NEW_WORKSPACE, name: ' Shop ' })).toEqual({ name: 'Shop' })
    expect(createBody(draftOf(row))).toEqual({
      name: 'Search',
      icon: '🔍',
      defaults: { metadata: { team: 'search' } },
    })
  })

  it('saves what changed; cleared is null, and guardrails are left alone', () => {
    const before = draftOf(row)
    expect(updateBody(before, before)).toEqual({})
    expect(updateBody(before, { ...before, icon: '', description: ' Ours ', metadata: [] })).toEqual({
      icon: null,
      description: 'Ours',
      defaults: { metadata: null },
    })
  })

  it('names what is wrong at its field', () => {
    expect(workspaceProblems({ name: ' ', icon: 'ab', description: 'x'.repeat(501), metadata: [] })).toEqual({
      name: 'Must have 1-255 characters',
      icon: 'Must be one emoji',
      description: 'Must have at most 500 characters',
    })
    expect(workspaceProblems({ ...NEW_WORKSPACE, name: 'Shop', icon: '🛡️' })).toEqual({})
  })
})
