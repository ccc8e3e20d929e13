import { describe, expect, it } from 'vitest'

import { createFrame } from '#protocol/frame.ts'
import { compareRuns, Digest } from './digest.ts'
import { describeVerdict } from './judges.ts'
import { CHECKERS } from './registry.ts'
import { Fabricated } from './testing/fabricated.ts'
import { STORIES } from './testing/stories.ts'

describe.each(CHECKERS.map(entry => entry.name))('checker %s', (name) => {
  const { guilty, innocent } = STORIES[name] ?? { guilty: {}, innocent: {} }

  it('has stories', () => {
    expect(Object.keys(guilty).length).toBeGreaterThan(0)
    expect(Object.keys(innocent).length).toBeGreaterThan(0)
  })

  it.each(Object.keys(guilty))('objects: %s', (title) => {
    const trace = new Fabricated()
    guilty[title]!(trace)
    expect(trace.verdicts().map(verdict => verdict.checker)).toEqual([name])
    const [verdict] = trace.verdicts()
    expect(verdict!.t_ns).toBeGreaterThanOrEqual(0)
    expect(describeVerdict(verdict!)).toMatch(new RegExp(`^${name} at \\d+\\.\\d{3} s: .{10,}`))
  })

  it.each(Object.keys(innocent))('does not object: %s', (title) => {
    const trace = new Fabricated()
    innocent[title]!(trace)
    expect(trace.verdicts().map(describeVerdict)).toEqual([])
  })
})

describe('checkers', () => {
  it('say the same thing once', () => {
    const trace = new Fabricated().boot().live(5000)
    for (let i = 0; i < 100; i++) trace.send('FL', { ...createFrame(8), id: 0x7654321, length: 8 })
    expect(trace.verdicts().length).toBe(20)
  })
})

describe('the digest', () => {
  const run = (lastByte: number): Digest => {
    const digest = new Digest()
    for (let i = 0; i < 50; i++) {
      const frame = { ...createFrame(8), id: i, length: 8 }
      if (i === 25) frame.data[7] = lastByte
      digest.frame({ frame, end_ns: i * 20e6, sender: 'FL', half: 0 })
    }
    digest.event({ t_ns: 1e9, kind: 'signal', source: 'FL', text: 'supply_V', value: 13.5 })
    return digest
  }

  it('is equal for equal runs, and names where others begin to differ', () => {
    expect(compareRuns(run(0), run(0))).toBeUndefined()
    expect(compareRuns(run(0), run(1))).toMatchObject({ checker: 'determinism', t_ns: 500e6 })
  })
})
