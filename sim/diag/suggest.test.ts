import { describe, expect, it } from 'vitest'
import { closest, editDistance, unknown } from './suggest.ts'

describe('suggestions', () => {
  it('counts edits, case ignored, a swap as one', () => {
    expect(editDistance('window', 'Window')).toBe(0)
    expect(editDistance('widnow', 'window')).toBe(1)
    expect(editDistance('', 'abc')).toBe(3)
  })

  it('offers near names, best first', () => {
    expect(closest('WindowComand', ['WindowStatus', 'WindowCommand', 'MirrorCommand'])[0]).toBe('WindowCommand')
    expect(closest('xyz', ['WindowStatus'])).toEqual([])
  })

  it('lists a short choice when nothing is near', () => {
    expect(unknown('action', 'explode', ['up', 'down'])).toBe('unknown action "explode": it is one of up, down')
    expect(unknown('action', 'dwon', ['up', 'down'])).toBe('unknown action "dwon": did you mean down?')
  })
})
