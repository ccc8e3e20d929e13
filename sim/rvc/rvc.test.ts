import { VirtualTimeScheduler } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { attachNode, type Car, createCar } from '../car/index.ts'
import { attachLink, createLinkFrame, type LinkFrame } from '../gateway/index.ts'
import { MemoryLink } from '../gateway/testing/index.ts'
import { devicesOf, RvcBridge } from './index.ts'

/** A frame of an RV, as it stands in the public table: identifier and bytes in hex. */
function rvFrame(id: string, bytes: string): LinkFrame {
  const data = Buffer.from(bytes.replaceAll(' ', ''), 'hex')
  const frame = createLinkFrame()
  frame.data.set(data)
  return Object.assign(frame, { id: Number.parseInt(id, 16), extended: true, length: data.length })
}

/** What an RV saw: `19FEE580 01 fc …`, with the address cut off where only the group matters. */
const seen = ({ id, data, length }: LinkFrame): string => `${id.toString(16)} ${Buffer.from(data.subarray(0, length)).toString('hex')}`

interface Bench {
  car: Car
  rvc: MemoryLink
  bridge: RvcBridge
  lines: string[]
  waits: { ms: number }
  run: (duration_ms: number) => Promise<void>
  window: () => number
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** The virtual car, our bus and an RV's, all in one virtual time. */
async function bench(actuate: boolean): Promise<Bench> {
  const car = createCar()
  car.boot()
  car.run(1000)
  const clock = new VirtualTimeScheduler()
  // Two ends of one wire.
  const [far, ours, rvc] = [new MemoryLink('memory:car'), new MemoryLink('memory:ours', { actuate: true }), new MemoryLink('memory:rvc')]
  for (const link of [far, ours, rvc]) await link.open()
  attachLink(far, attachNode(car, { name: 'bridge' }))
  const lines: string[] = []
  const waits = { ms: 0 }
  const bridge = new RvcBridge(ours, rvc, { actuate, clock, serial: 5, report: line => lines.push(line), waited_ms: () => waits.ms })
  const carry = (from: MemoryLink, to: MemoryLink): void => {
    for (const frame of from.sent.splice(0)) to.arrive(frame)
  }
  let now_ms = 0
  const run = async (duration_ms: number): Promise<void> => {
    for (const end_ms = now_ms + duration_ms; now_ms < end_ms;) {
      now_ms += 10
      carry(ours, far)
      car.run(10)
      carry(far, ours)
      clock.maxFrames = now_ms
      clock.flush()
      clock.frame = now_ms
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  let opening = 0
  ours.onFrame(({ id, data, extended }) => {
    // WindowStatus@FL, PGN FF81: the opening is byte 6.
    if (extended && (id >>> 8 & 0x3ffff) === 0xff81) opening = data[6]! / 2
  })
  open.push(async () => {
    bridge.close()
    for (const link of [far, ours, rvc]) await link.close()
  })
  await run(1500)
  return { car, rvc, bridge, lines, waits, run, window: () => opening }
}

const SHADE = '19fedf44'
const LOCK = '19fee444'
const DIMMER = '19fedb44'

describe('RV-C beside the virtual car', () => {
  it('claims an address, is silent until it has one, and tells status from it', async () => {
    const { rvc, bridge } = await bench(false)
    const [first, ...more] = rvc.sent.map(seen)
    // NAME, least significant byte first: serial 5, no manufacturer, function and system not available, any address.
    expect(first).toBe('18eeff80 0500e0ff00fffe80')
    expect(bridge.address).toBe(0x80)
    expect(more.every(text => /^19fe(da|de|e5)80 /.test(text)), more.join('\n')).toBe(true)
    // A still window; a lock; a lamp that is dark.
    expect(more).toContain('19fede80 01ff0003ffffffff')
    expect(more.filter(text => /^19fee580 01f[cd]ffffffffffff$/.test(text)).length).toBeGreaterThan(0)
    expect(more.some(text => /^19feda80 32ff00f3fffff3ff$/.test(text)), more.join('\n')).toBe(true)
    expect(bridge.counts.told).toBe(more.length)
  })

  it('moves a window as long as it is commanded, stops it at once, and tells what it does', async () => {
    const { rvc, run, window, bridge, lines } = await bench(true)
    const before = window()
    rvc.arrive(rvFrame(SHADE, '01 ff c8 81 03 00 ff ff'))
    await run(1000)
    const after = window()
    expect(after, `from ${before}`).toBeGreaterThan(before + 5)
    expect(rvc.sent.map(seen).some(text => text.startsWith('19fede80 01ffff')), rvc.sent.map(seen).join('\n')).toBe(true)
    rvc.arrive(rvFrame(SHADE, '01 ff ff 04 ff ff ff ff'))
    await run(1000)
    const stopped = window()
    await run(2000)
    expect(window()).toBe(stopped)
    expect(bridge.counts.accepted).toBe(2)
    expect(lines).toContain('WINDOW_SHADE_CONTROL_COMMAND 1: done, WindowCommand@FL')
    // A hold of 3 s ends by itself; closing begins with a short way back.
    rvc.arrive(rvFrame(SHADE, '01 ff c8 41 03 00 ff ff'))
    const trace: number[] = [before, after, stopped]
    for (let i = 0; i < 18; i++) {
      await run(250)
      trace.push(window())
    }
    const closed = window()
    expect(closed, trace.join()).toBeLessThan(stopped)
    await run(1000)
    expect(window()).toBe(closed)
  })

  it('ends a movement when the RV-C bus goes away: no stop could come', async () => {
    const { rvc, run, window } = await bench(true)
    rvc.arrive(rvFrame(SHADE, '01 ff c8 81 14 00 ff ff'))
    await run(800)
    rvc.go('reconnecting')
    await run(800)
    const held = window()
    await run(2000)
    expect(window()).toBe(held)
  })

  it('locks, unlocks and sets lamps', async () => {
    const { rvc, run, bridge, lines } = await bench(true)
    rvc.arrive(rvFrame(LOCK, '01 fd ff ff ff ff ff ff'))
    await run(1500)
    const locked = rvc.sent.map(seen).filter(text => text.startsWith('19fee580 01')).at(-1)
    expect(locked).toBe('19fee580 01fdffffffffffff')
    rvc.arrive(rvFrame(LOCK, '01 fc ff ff ff ff ff ff'))
    await run(1500)
    expect(rvc.sent.map(seen).filter(text => text.startsWith('19fee580 01')).at(-1)).toBe('19fee580 01fcffffffffffff')
    // The dome light at 50 %: DASH channel 0 is instance 50 = 0x32.
    rvc.arrive(rvFrame(DIMMER, '32 ff 64 00 ff 00 ff ff'))
    await run(1500)
    const lamp = rvc.sent.map(seen).filter(text => text.startsWith('19feda80 32')).at(-1)
    expect(lamp, lines.join('\n')).toMatch(/^19feda80 32ff64/)
    rvc.arrive(rvFrame(DIMMER, '32 ff c8 05 ff 00 ff ff'))
    await run(1500)
    expect(rvc.sent.map(seen).filter(text => text.startsWith('19feda80 32')).at(-1)).toMatch(/^19feda80 32ff00/)
    expect(bridge.counts.accepted).toBe(4)
  })

  it('does nothing without leave', async () => {
    const { rvc, run, window, bridge } = await bench(false)
    const before = window()
    rvc.arrive(rvFrame(SHADE, '01 ff c8 81 05 00 ff ff'))
    rvc.arrive(rvFrame(LOCK, '01 fc ff ff ff ff ff ff'))
    await run(1500)
    expect(window()).toBe(before)
    expect(Object.fromEntries(bridge.counts.refused)).toEqual({ locked: 2 })
  })

  it('does not do what is old', async () => {
    const { rvc, run, window, bridge, waits } = await bench(true)
    const before = window()
    waits.ms = 501
    rvc.arrive(rvFrame(SHADE, '01 ff c8 81 05 00 ff ff'))
    waits.ms = 0
    await run(1000)
    expect(window()).toBe(before)
    expect(Object.fromEntries(bridge.counts.refused)).toEqual({ 'too-old': 1 })
  })

  it('counts by cause what it does not do, and takes any bytes', async () => {
    const { rvc, run, window, bridge, lines } = await bench(true)
    const before = window()
    const refused: readonly [string, string][] = [
      [SHADE, '01 ff c8 81'], [SHADE, ''], [SHADE, '63 ff c8 81 05 00 ff ff'], [SHADE, '01 fe c8 81 05 00 ff ff'], [SHADE, '01 ff c8 10 05 00 ff ff'],
      [SHADE, '01 ff c8 81 00 00 ff ff'], [SHADE, '01 ff c8 81 f1 00 ff ff'], [SHADE, '01 ff 00 81 05 00 ff ff'], [SHADE, '01 ff c8 81 05 01 ff ff'],
      [LOCK, '01 fe ff ff ff ff ff ff'], [LOCK, '00 fc ff ff ff ff ff ff'], [DIMMER, '32 ff c9 00 ff 00 ff ff'], [DIMMER, '32 ff c8 13 ff 00 ff ff'],
    ]
    for (const [id, bytes] of refused) rvc.arrive(rvFrame(id, bytes))
    expect(Object.fromEntries(bridge.counts.refused)).toEqual({
      'wrong-length': 2, 'unknown-instance': 2, group: 1, unsupported: 3, 'out-of-range': 5,
    })
    // Not RV-C's, though the numbers look alike: 11 bits, remote, our own WindowCommand, an awning.
    rvc.arrive(Object.assign(rvFrame(SHADE, '01 ff c8 81 05 00 ff ff'), { remote: true }))
    for (const id of ['0dff81f9', '19fef244', '18eaff44', '18eeff44', '18eeff80']) for (const bytes of ['', '00', 'ffffffff', 'ffffffffffffffff']) rvc.arrive(rvFrame(id, bytes))
    await run(1000)
    expect(window()).toBe(before)
    expect(lines.length).toBeLessThan(refused.length + 1)
  })

  it('defends its address, gives way to a lower NAME, and answers requests', async () => {
    const { rvc, run, bridge } = await bench(false)
    const said = async (id: string, bytes: string): Promise<string[]> => {
      rvc.sent.length = 0
      rvc.arrive(rvFrame(id, bytes))
      await run(10)
      return rvc.sent.map(seen).filter(text => text.startsWith('18ee'))
    }
    expect(await said('18eaff44', '00 ee 00')).toEqual(['18eeff80 0500e0ff00fffe80'])
    expect(await said('18eeff80', 'ff ff ff ff ff ff ff ff')).toEqual(['18eeff80 0500e0ff00fffe80'])
    expect(await said('18eeff80', '01 00 00 00 00 00 00 00')).toEqual(['18eeff81 0500e0ff00fffe80'])
    expect(bridge.address).toBeUndefined()
    await run(300)
    expect(bridge.address).toBe(0x81)
    rvc.sent.length = 0
    // Request of LOCK_STATUS.
    rvc.arrive(rvFrame('18ea8144', 'e5 fe 01'))
    const locks = rvc.sent.map(seen)
    expect(locks.length).toBe(5)
    expect(locks.every(text => text.startsWith('19fee581 '))).toBe(true)
  })
})

describe('instances', () => {
  it('are by location, or those of a file, which must make sense', () => {
    expect(new Set(devicesOf().map(({ kind, instance }) => `${kind} ${instance}`)).size).toBe(devicesOf().length)
    expect(devicesOf({ window: { FL: 253 }, lock: {}, light: { 'DASH.0': 1 } })).toEqual([
      { kind: 'window', location: 'FL', channel: 0, instance: 253 }, { kind: 'light', location: 'DASH', channel: 0, instance: 1 },
    ])
    const wrongs = [
      [], 7, null, { awning: {} }, { window: { FL: 0 } }, { window: { FL: 254 } }, { window: { FL: 1.5 } }, { window: { XX: 1 } },
      { lock: { FL: 1, FR: 1 } },
    ]
    for (const wrong of wrongs) {
      expect(() => devicesOf(wrong), JSON.stringify(wrong)).toThrow()
    }
  })
})
