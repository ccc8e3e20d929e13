import { expect, it } from 'vitest'
import { recordOf } from './record.ts'

it('a record is what has its length and its version', () => {
  const bytes = Uint8Array.of(2, 7, 9)
  expect(recordOf(bytes, 3, 2)).toBe(bytes)
  expect(recordOf(bytes, 3, 1)).toBeUndefined()
  expect(recordOf(bytes, 4, 2)).toBeUndefined()
  expect(recordOf(undefined, 3, 2)).toBeUndefined()
  expect(recordOf(new Uint8Array(0), 0, 2)).toBeUndefined()
})
