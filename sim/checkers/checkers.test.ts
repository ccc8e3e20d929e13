import { describe, expect, it, vi } from 'vitest'

import { createFrame } from '#protocol/index.ts'
import type { Topic } from '../trace/index.ts'
import { compareRuns, Digest } from './digest.ts'
import { BLIND, describeVerdict, Judges } from './judges.ts'
import { CHECKERS } from './registry.ts'
import { Fabricated, STORIES, STORY_FACTS } from './testing/index.ts'

// What people are told must not matter to a judge.
vi.mock('../trace/text.ts', () => ({ eventText: () => 'colourless green ideas' }))

describe.each(CHECKERS)('checker $name', ({ name, needs, asks }) => {
  const topics = [...new Set<Topic>([...needs, ...asks])]
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

  it.each(topics)('is reported blind, by name, where nothing tells %s', (missing) => {
    const told = new Set(CHECKERS.flatMap(entry => [...entry.needs, ...entry.asks]).filter(topic => topic !== missing))
    const blind = new Judges(STORY_FACTS, [], told).finish(0)
    expect(blind.map(verdict => verdict.checker)).toEqual(blind.map(() => BLIND))
    expect(blind.map(verdict => verdict.what)).toContain(`${name} is blind: nothing tells ${missing}`)
  })

  it.each(Object.keys(guilty))('says that it needs what moves it to object: %s', (title) => {
    const whole = new Fabricated()
    guilty[title]!(whole)
    for (const topic of whole.told) {
      const trace = new Fabricated(topic)
      guilty[title]!(trace)
      if (trace.verdicts().every(verdict => verdict.checker !== name)) expect(topics, `silent without ${topic}`).toContain(topic)
    }
  })

  it.each(Object.keys(innocent))('says that it needs what excuses: %s', (title) => {
    const whole = new Fabricated()
    innocent[title]!(whole)
    for (const topic of whole.told) {
      const trace = new Fabricated(topic)
      innocent[title]!(trace)
      if (trace.verdicts().some(verdict => verdict.checker === name)) expect(topics, `objects without ${topic}`).toContain(topic)
    }
  })

  it.each(Object.keys(innocent))('does not object: %s', (title) => {
    const trace = new Fabricated()
    innocent[title]!(trace)
    expect(trace.verdicts().map(describeVerdict)).toEqual([])
  })
})

describe('checkers', () => {
  it('are not blind where everything they need is told', () => {
    const told = new Set(CHECKERS.flatMap(({ needs, asks }) => [...needs, ...asks]))
    expect(new Judges(STORY_FACTS, [], told).finish(0)).toEqual([])
  })

  it('say the same thing once', () => {
    const trace = new Fabricated().boot().live(5000)
    for (let i = 0; i < 100; i++) trace.send('FL', { ...createFrame(8), id: 0x7654321, length: 8 })
    expect(trace.verdicts().length).toBe(20)
  })
})

describe('the digest', () => {
  it('is that of the fields of events, whatever firmware says in words', () => {
    const of = (rate: number, text: string): string => {
      const digest = new Digest()
      digest.event({ t_ns: 1, kind: 'bitErrors', source: 'FL', rate })
      digest.event({ t_ns: 2, kind: 'log', source: 'FL', text })
      return digest.value
    }
    expect(of(0.5, 'sleeps')).toBe(of(0.5, 'naps'))
    expect(of(0.5, 'sleeps')).not.toBe(of(0.25, 'sleeps'))
  })

  const run = (lastByte: number): Digest => {
    const digest = new Digest()
    for (let i = 0; i < 50; i++) {
      const frame = { ...createFrame(8), id: i, length: 8 }
      if (i === 25) frame.data[7] = lastByte
      digest.frame({ frame, end_ns: i * 20e6, sender: 'FL', half: 0 })
    }
    digest.event({ t_ns: 1e9, kind: 'signal', source: 'FL', name: 'supply_V', value: 13.5 })
    return digest
  }

  it('is equal for equal runs, and names where others begin to differ', () => {
    expect(compareRuns(run(0), run(0))).toBeUndefined()
    expect(compareRuns(run(0), run(1))).toMatchObject({ checker: 'determinism', t_ns: 500e6 })
  })
})
