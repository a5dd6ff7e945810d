import { expect, it } from 'vitest'
import { initials } from './initials.ts'

it('two letters stand for a name, whatever it is made of', () => {
  const said = ['Ann Lee', 'ann', 'Zoë van der Berg', 'ann.lee@example.test', '机器人', '', '(unknown)']
  expect(said.map(initials)).toEqual(['AL', 'an', 'ZV', 'AL', '机器', '?', '?'])
})
