import { expect, it } from 'vitest'
import { slugStem, workspaceSlugStem } from './slugs.ts'

it('a slug begins with what of a name can stand in it', () => {
  expect(slugStem('Ärzte & Söhne', 200)).toBe('arzte-sohne')
  expect(slugStem(' ‒ 東京 ', 200)).toBe('')
  expect(slugStem('one two', 4)).toBe('one')
})

it('a workspace’s is short and says what it is', () => {
  expect(workspaceSlugStem('Search & Rank')).toBe('ws-search-rank-')
  expect(workspaceSlugStem('')).toBe('ws-')
  expect(workspaceSlugStem('A very long name of a workspace')).toBe('ws-a-very-long-name-of-a-wo-')
})
