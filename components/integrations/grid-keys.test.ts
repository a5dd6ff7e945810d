import { describe, expect, it } from 'vitest'
import { nextSpot } from './grid-keys.ts'

const size = { rows: 100, columns: 5 }
const press = (row: number, column: number, key: string, isFar = false) =>
  nextSpot({ row, column }, { key, ctrlKey: isFar, metaKey: false }, size)

describe('arrows in the grid', () => {
  it('move by one, into the heads and no further', () => {
    expect(press(0, 0, 'ArrowUp')).toEqual({ row: -1, column: 0 })
    expect(press(-1, 0, 'ArrowUp')).toEqual({ row: -1, column: 0 })
    expect(press(3, 0, 'ArrowLeft')).toEqual({ row: 3, column: -1 })
    expect(press(99, 4, 'ArrowRight')).toEqual({ row: 99, column: 4 })
  })

  it('reach the ends at once with Ctrl, Home, End and the page keys', () => {
    expect(press(3, 2, 'ArrowDown', true)).toEqual({ row: 99, column: 2 })
    expect(press(3, 2, 'Home')).toEqual({ row: 3, column: -1 })
    expect(press(3, 2, 'End', true)).toEqual({ row: 99, column: 4 })
    expect(press(50, 2, 'PageUp')).toEqual({ row: 38, column: 2 })
    expect(press(3, 2, 'PageUp')).toEqual({ row: 0, column: 2 })
  })

  it('leave every other key alone', () => {
    expect(press(3, 2, 'Tab')).toBeNull()
  })
})
