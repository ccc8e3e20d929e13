import { describe, expect, it } from 'vitest'
import { UseLimit } from './use-limit.ts'

describe('the use of a motor', () => {
  it('fills while it runs, drains slower while it rests, and locks in between', () => {
    const use = new UseLimit(10000, 6000, 0.5)
    expect(use.update(9000, true)).toBe(false)
    expect(use.update(11000, false)).toBe(false)
    expect(use.update(13000, true)).toBe(true)
    expect(use.update(20000, false)).toBe(true)
    expect(use.update(21100, false)).toBe(false)
    expect(use.update(100000, false)).toBe(false)
    expect(use.update(109000, true)).toBe(false)
  })
})
