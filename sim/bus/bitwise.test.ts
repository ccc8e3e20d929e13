import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CanFrame, createFrame, FD_DATA_BYTES, FD_LENGTHS } from '#protocol/index.ts'
import { Kernel } from '../kernel/index.ts'
import { CanBus } from './bus.ts'

const BIT_NS = 2000

interface Action {
  at_ns: number
  node: number
  kind: 'send' | 'offline' | 'online' | 'abort' | 'listen' | 'speak' | 'cut' | 'heal' | 'drop' | 'restore'
  id: number
  extended: boolean
  remote: boolean
  length: number
  data: number
  fd: boolean
  brs: boolean
}

type Bus = 'classic' | 'fd' | 'mixed'

const action: fc.Arbitrary<Action> = fc.record({
  // Often on a bit boundary and at one instant, often not.
  at_ns: fc.oneof(fc.nat(300).map(bits => bits * BIT_NS), fc.nat(3_000_000), fc.constant(400_000)),
  node: fc.nat(3),
  kind: fc.oneof(
    { weight: 30, arbitrary: fc.constant('send' as const) },
    { weight: 4, arbitrary: fc.constantFrom('offline' as const, 'online' as const, 'abort' as const, 'listen' as const, 'speak' as const) },
    { weight: 2, arbitrary: fc.constantFrom('cut' as const, 'heal' as const, 'drop' as const, 'restore' as const) },
  ),
  id: fc.oneof(fc.nat(3), fc.nat(0x7ff)),
  extended: fc.boolean(),
  remote: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  length: fc.nat(8),
  data: fc.nat(255),
  fd: fc.boolean(),
  brs: fc.boolean(),
})

/** Everything observable of a run. `bitwise` makes every frame go bit by bit. */
function observe(actions: readonly Action[], bitwise: boolean, kind: Bus = 'classic'): { log: string[], [more: string]: unknown } {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel, kind === 'classic' ? {} : { dataBitrate: 4_000_000 })
  const log: string[] = []
  const nodes = [0, 1, 2, 3].map(i => bus.attach(`n${i}`, {
    profile: 'adapter', queue: 4, ...kind === 'mixed' && i > 1 && { fd: i === 2 ? 'tolerant' : 'none' },
  }))
  for (const node of nodes) {
    node.onReceive(frame => log.push(`${node.name} got ${text(frame)} at ${kernel.now_ns}`))
    node.onSent(id => log.push(`${node.name} sent ${id} at ${kernel.now_ns}`))
  }
  bus.tap(tapped => log.push(`tap ${tapped.half} ${text(tapped.frame)} ${tapped.start_ns}…${tapped.end_ns} ${tapped.bits} ${tapped.sender}`))
  bus.tapErrors(error => log.push(`error ${JSON.stringify(error)}`))
  if (bitwise) bus.faults.pick({ field: 'idle', at: 'nobody' })
  const meter = bus.loadMeter()
  for (const act of actions) kernel.after(act.at_ns, act.kind, () => perform(bus, act, kind))
  const loads: number[] = []
  for (let t_ns = 0; t_ns <= 20_000_000; t_ns += 400_000) {
    kernel.runUntil(t_ns)
    loads.push(Math.round(meter.read() * 1e9) / 1e9)
  }
  return {
    log, loads,
    counters: bus.counters,
    nodes: nodes.map(node => ({ ...node.counters, tec: node.tec, rec: node.rec, state: node.state, pending: node.pendingSend })),
  }
}

function perform(bus: CanBus, act: Action, kind: Bus): void {
  const node = bus.find(`n${act.node}`)!
  switch (act.kind) {
    case 'send': {
      const frame = createFrame(FD_DATA_BYTES)
      Object.assign(frame, { id: act.id, extended: act.extended, remote: act.remote, length: act.length })
      if (kind !== 'classic' && act.fd) Object.assign(frame, { fd: true, brs: act.brs, remote: false, length: FD_LENGTHS[2 * act.length % 16] })
      frame.data.fill(act.data)
      node.send(frame)
      return
    }
    case 'offline': case 'online':
      node.online = act.kind === 'online'
      return
    case 'listen': case 'speak':
      node.listenOnly = act.kind === 'listen'
      return
    case 'abort':
      node.abort(act.id, act.extended)
      return
    case 'cut': return bus.faults.cut(act.node)
    case 'heal': return bus.faults.heal()
    case 'drop': return bus.faults.drop(node.name)
    case 'restore': return bus.faults.restore(node.name)
  }
}

function text(frame: CanFrame): string {
  const data = frame.remote ? 'R' : [...frame.data.subarray(0, frame.length)].join(' ')
  return `${frame.id}${frame.extended ? 'x' : ''}#${frame.fd ? frame.brs ? 'F!' : 'F' : ''}${frame.length}:${data}`
}

describe('the two ways to compute a bus', () => {
  it('agree on every frame, error, counter and load when only frames are sent', () => {
    const frames = fc.array(action.filter(act => act.kind === 'send'), { maxLength: 25 })
    fc.assert(fc.property(frames, (actions) => {
      expect(observe(actions, false)).toEqual(observe(actions, true))
    }), { numRuns: 60, seed: 11 })
  })

  it('agree when nodes come, go, fall silent, and the cable is cut and joined', () => {
    fc.assert(fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const whole = observe(actions, false)
      const bitwise = observe(actions, true)
      // Two halves have no common order within one instant.
      whole.log.sort()
      bitwise.log.sort()
      expect(whole).toEqual(bitwise)
    }), { numRuns: 100, seed: 12 })
  })

  it('agree on a CAN FD bus, with and without bit rate switch, mixed with classic frames', () => {
    const frames = fc.array(action.filter(act => act.kind === 'send'), { maxLength: 25 })
    fc.assert(fc.property(frames, (actions) => {
      expect(observe(actions, false, 'fd')).toEqual(observe(actions, true, 'fd'))
    }), { numRuns: 60, seed: 13 })
  })

  it('agree on a CAN FD bus when nodes come, go and fall silent in the middle of a data phase', () => {
    const actions = action.filter(act => !['cut', 'heal', 'drop', 'restore'].includes(act.kind))
    fc.assert(fc.property(fc.array(actions, { maxLength: 25 }), (actions) => {
      expect(observe(actions, false, 'fd')).toEqual(observe(actions, true, 'fd'))
    }), { numRuns: 100, seed: 14 })
  })

  it('agree with tolerant and classic nodes between them', () => {
    fc.assert(fc.property(fc.array(action.filter(act => act.kind === 'send'), { maxLength: 20 }), (actions) => {
      expect(observe(actions, false, 'mixed')).toEqual(observe(actions, true, 'mixed'))
    }), { numRuns: 40, seed: 15 })
  })
})
