import { describe, expect, it } from 'vitest'
import { arranged, type Column, shownColumns, toggledColumn } from './columns.ts'

interface Row {
  name: string
  used: number | null
}
const columns: readonly Column<Row>[] = [
  { key: 'name', title: 'Name', sort: ({ name }) => name, render: ({ name }) => name },
  { key: 'used', title: 'Used', sort: ({ used }) => used, render: ({ used }) => used },
  { key: 'ip', title: 'IP', isOptional: true, render: () => null },
]
const keys = (said: string | null) => shownColumns(columns, said).map(({ key }) => key)

describe('the columns of a list', () => {
  it('are the usual ones until somebody hides or adds one, and the first always stays', () => {
    expect(keys(null)).toEqual(['name', 'used'])
    expect(keys('-used,ip')).toEqual(['name', 'ip'])
    expect(keys('-name,unknown')).toEqual(['name', 'used'])
  })

  it('go back to the usual, and out of the address, when a choice is undone', () => {
    const hidden = toggledColumn(columns[1]!, null)
    expect(hidden).toBe('-used')
    expect(toggledColumn(columns[2]!, hidden)).toBe('-used,ip')
    expect(toggledColumn(columns[1]!, hidden)).toBeNull()
  })
})

describe('the rows of a list', () => {
  const rows = [
    { name: 'Key 10', used: null },
    { name: 'key 9', used: 2 },
    { name: 'other', used: 1 },
  ]
  const names = (search: string, sort: string) =>
    arranged(rows, columns, search, ({ name }) => name, sort).map(({ name }) => name)

  it('hold every word of the search, and stand in the order asked for, what is missing last', () => {
    expect(names('KEY', 'name')).toEqual(['key 9', 'Key 10'])
    expect(names('', 'used')).toEqual(['other', 'key 9', 'Key 10'])
    expect(names('', '-used')).toEqual(['key 9', 'other', 'Key 10'])
    expect(names('key 9 x', '')).toEqual([])
  })
})
