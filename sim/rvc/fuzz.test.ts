import fc from 'fast-check'
import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { encodeMessage, FrameDecoder } from '#protocol/messages/index.ts'
import { pgnOf, sourceOf, TOOL_ADDRESSES } from '#protocol/index.ts'
import { createLinkFrame, type LinkFrame } from '../gateway/index.ts'
import { MemoryLink } from '../gateway/testing/index.ts'
import { RvcBridge } from './index.ts'
import { LAYOUTS } from './layouts.ts'

/** A step of a random run: a frame of one of the buses, how long it waited before it was read, and time that passes. */
interface Step { readonly at: 'ours' | 'rvc', readonly frame: LinkFrame, readonly waited_ms: number, readonly then_ms: number }

const COMMANDS = [LAYOUTS.WINDOW_SHADE_CONTROL_COMMAND, LAYOUTS.LOCK_COMMAND, LAYOUTS.DC_DIMMER_COMMAND_2]
const groupId = (dgn: number): number => 0x1800_0044 + dgn * 256
const CLAIM_AND_REQUEST = [0x18ee_ff80, 0x18ee_ff44, 0x18ea_ff44, 0x18ea_8044]

const anyId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...COMMANDS.map(({ dgn }) => groupId(dgn))) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.values(LAYOUTS).map(({ dgn }) => groupId(dgn)), ...CLAIM_AND_REQUEST) },
  { weight: 2, arbitrary: fc.nat(0x1fff_ffff) },
)
/** Nearly what a command of lamps and shades is: instance, group, level, command, duration. */
const anyMove = fc.tuple(
  fc.constantFrom(1, 2, 5, 50), fc.constantFrom(0xff, 0xff, 0xff, 1), fc.constantFrom(0, 100, 200, 255),
  fc.constantFrom(0, 4, 5, 0x41, 0x81, 3),
  fc.oneof(fc.constantFrom(0xff, 3, 20), fc.nat(255)),
).map(bytes => Uint8Array.of(...bytes, 0, 0xff, 0xff))
const anyLock = fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(0xfc, 0xfd, 0xff))
  .map(([instance, lock]) => Uint8Array.of(instance, lock, 255, 255, 255, 255, 255, 255))
const anyData = fc.oneof(
  { weight: 4, arbitrary: anyMove }, { weight: 2, arbitrary: anyLock }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
)
const rarely = fc.nat(19).map(n => n === 0)
const [SHADE, LOCK, DIMMER] = COMMANDS.map(({ dgn }) => groupId(dgn)) as [number, number, number]
/** Commands that are done. */
const anyGood = fc.constantFrom<readonly [number, string]>(
  [SHADE, '01ffc8810300ffff'], [SHADE, '01ffc8410300ffff'], [SHADE, '01ffff04ffffffff'], [LOCK, '01fdffffffffffff'], [DIMMER, '32ff6400ff00ffff'],
).map(([id, bytes]) => ({ id, data: Uint8Array.from(Buffer.from(bytes, 'hex')) }))
const anyFrame = fc.tuple(
  fc.oneof(anyGood, fc.record({ id: anyId, data: anyData })), fc.record({ extended: rarely.map(no => !no), remote: rarely, error: rarely }),
).map(([{ id, data }, rest]) => {
  const frame = Object.assign(createLinkFrame(), rest, { id, length: data.length })
  frame.data.set(data)
  return frame
})
const anyStatus = fc.nat(200)
  .map(half_pct => Object.assign(createLinkFrame(), encodeMessage('WindowStatus@FL', { position_pct: half_pct / 2 })))
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at: fc.constant('rvc' as const), frame: anyFrame, waited_ms: fc.constantFrom(0, 0, 0, 499, 501, 60_000), then_ms: fc.nat(900) }),
  fc.record({ at: fc.constant('ours' as const), frame: fc.oneof(anyStatus, anyFrame), waited_ms: fc.constant(0), then_ms: fc.nat(900) }),
)

interface Outcome { readonly ours: LinkFrame[], readonly rvc: LinkFrame[], readonly late: number, readonly bridge: RvcBridge }

/** Longer than anything may be held, ms. */
const LONGEST_ms = 300_000

async function play(steps: readonly Step[], actuate: boolean): Promise<Outcome> {
  const clock = new VirtualTimeScheduler()
  const [ours, rvc] = [new MemoryLink('memory:ours', { actuate: true }), new MemoryLink('memory:rvc')]
  await Promise.all([ours.open(), rvc.open()])
  let waited_ms = 0
  const bridge = new RvcBridge(ours, rvc, { actuate, clock, serial: 5, waited_ms: () => waited_ms })
  const pass = async (time_ms: number, step_ms: number): Promise<void> => {
    for (const end_ms = clock.frame + time_ms; clock.frame < end_ms;) {
      const until_ms = Math.min(end_ms, clock.frame + step_ms)
      clock.maxFrames = until_ms
      clock.flush()
      clock.frame = until_ms
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  await pass(500, 250)
  for (const step of steps) {
    waited_ms = step.waited_ms
    ;(step.at === 'ours' ? ours : rvc).arrive(step.frame)
    waited_ms = 0
    await pass(step.then_ms, 100)
  }
  await pass(LONGEST_ms, 5000)
  const before = ours.sent.length
  await pass(20_000, 5000)
  const late = ours.sent.length - before
  bridge.close()
  await Promise.all([ours.close(), rvc.close()])
  return { ours: ours.sent, rvc: rvc.sent, late, bridge }
}

const TOLD = new Set([0xee00, LAYOUTS.WINDOW_SHADE_CONTROL_STATUS.dgn, LAYOUTS.LOCK_STATUS.dgn, LAYOUTS.DC_DIMMER_STATUS_3.dgn])

describe('random frames on both buses', () => {
  it('never command anything without leave', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      const { ours, rvc, bridge } = await play(steps, false)
      expect(ours).toEqual([])
      expect(bridge.counts.accepted).toBe(0)
      expect(rvc.every(frame => TOLD.has(pgnOf(frame.id)) && frame.length === 8)).toBe(true)
    }), { seed: 31, numRuns: 60 })
  })

  it('command, with leave, only what is a command of ours, and nothing for ever', async () => {
    const decoder = new FrameDecoder()
    const commanded = new Set<string>()
    await fc.assert(fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      const { ours, rvc, late } = await play(steps, true)
      for (const frame of ours) {
        const decoded = decoder.decode(frame)
        expect(['WindowCommand', 'LatchCommand', 'LightCommand']).toContain(decoded?.name)
        expect(sourceOf(frame.id)).toBe(TOOL_ADDRESSES[0])
        commanded.add(decoded!.name)
      }
      expect(late).toBe(0)
      expect(rvc.every(frame => TOLD.has(pgnOf(frame.id)) && frame.length === 8)).toBe(true)
    }), { seed: 32, numRuns: 60 })
    expect([...commanded].sort()).toEqual(['LatchCommand', 'LightCommand', 'WindowCommand'])
  })

  it('do nothing when all they command is old', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      const { ours } = await play(steps.map(step => ({ ...step, waited_ms: 501 })), true)
      expect(ours).toEqual([])
    }), { seed: 33, numRuns: 40 })
  })
})
