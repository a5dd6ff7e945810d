import { describe, expect, it } from 'vitest'
import { diffLines, folded } from './diff.ts'

const marks = (left: string, right: string) =>
  diffLines(left, right).map(({ left: a, right: b, isSame }) => `${a ?? ''}${isSame ? '=' : '|'}${b ?? ''}`)

describe('two bodies beside each other', () => {
  it('faces what changed and keeps the rest level', () => {
    expect(marks('a\nb\nc', 'a\nx\nc')).toEqual(['a=a', 'b|x', 'c=c'])
    expect(marks('a\nc', 'a\nb\nc')).toEqual(['a=a', '|b', 'c=c'])
    expect(marks('a\nb\nc\nd', 'a\nc\nd')).toEqual(['a=a', 'b|', 'c=c', 'd=d'])
    expect(marks('same', 'same')).toEqual(['same=same'])
  })

  it('loses no line of either side', () => {
    const left = 'a b c a b b a d e'.replaceAll(' ', '\n')
    const right = 'c b a b a c d f e'.replaceAll(' ', '\n')
    const lines = diffLines(left, right)
    expect(lines.flatMap((line) => line.left ?? []).join('\n')).toBe(left)
    expect(lines.flatMap((line) => line.right ?? []).join('\n')).toBe(right)
  })

  it('leaves long equal stretches out and says how long they were', () => {
    const many = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n')
    const shown = folded(diffLines(`x\n${many}\nend`, `y\n${many}\nend`))
    expect(shown[0]).toMatchObject({ left: 'x', right: 'y' })
    expect(shown.at(-1)).toEqual({ skipped: 18 })
    expect(shown).toHaveLength(5)
  })
})
