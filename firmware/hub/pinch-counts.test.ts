import { describe, expect, it } from 'vitest'
import { createCounters } from '../runtime/index.ts'
import { FakeHal } from '../testing/index.ts'
import { PinchCounts } from './pinch-counts.ts'

describe('the reversals of a hub\'s windows', () => {
  it('are counted by port up to 65,535, kept when they are saved, and counted anew when they are cleared', () => {
    const { nvm } = new FakeHal(1, 0)
    const pinches = new PinchCounts(nvm, createCounters(), 2)
    for (let i = 0; i < 65_540; i++) pinches.count(1)
    pinches.count(0)
    expect([...pinches.record]).toEqual([0, 1, 0, 1, 255, 255, 255, 255])
    expect([...new PinchCounts(nvm, createCounters(), 2).record], 'not saved').toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    pinches.clear()
    pinches.count(1)
    pinches.save()
    expect([...new PinchCounts(nvm, createCounters(), 2).record]).toEqual([0, 1, 0, 0, 255, 255, 0, 1])
  })

  it('are not written when nothing came', () => {
    const { nvm } = new FakeHal(1, 0)
    let writes = 0
    const pinches = new PinchCounts({ ...nvm, read: key => nvm.read(key), write: () => { writes++ } }, createCounters(), 1)
    pinches.save()
    pinches.count(0)
    pinches.save()
    pinches.save()
    expect(writes).toBe(1)
  })
})
