import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { senderStart } from './sender-start.ts'

let states: string

beforeEach(() => {
  states = mkdtempSync(path.join(tmpdir(), 'spine-states-'))
  vi.stubEnv('XDG_STATE_HOME', states)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(states, { recursive: true })
})

it('counts from run to run: each of sixteen has a sequence of its own, in the same millisecond too', () => {
  const starts = Array.from({ length: 16 }, () => senderStart(1000))
  expect(new Set(starts.map(({ sequence }) => sequence)).size).toBe(16)
  for (let i = 1; i < starts.length; i++) {
    // Up to six frames of the run before, the last of which its hub remembers.
    const ahead = (starts[i]!.counter! - starts[i - 1]!.counter! + 15) % 15
    expect(ahead).toBeGreaterThan(5)
  }
  expect(readdirSync(path.join(states, 'spine', 'runs'))).toEqual(['16'])
})

it('takes what somebody left there that is no number of a run for nothing', () => {
  senderStart(0)
  writeFileSync(path.join(states, 'spine', 'runs', 'notes.txt'), '')
  expect(senderStart(0)).toEqual({ counter: 14, sequence: 2 })
})

it('counts by the clock where no file can be kept', () => {
  writeFileSync(path.join(states, 'spine'), 'no folder')
  expect([senderStart(0), senderStart(170), senderStart(339)].map(({ sequence }) => sequence)).toEqual([0, 1, 1])
})
