import type { Hal } from '#firmware/index.ts'
import { createFrame, RESET_CAUSE } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { CanBus } from '../bus/index.ts'
import { Kernel } from '../kernel/index.ts'
import { LatchPlant, Outlet, SwitchPackPlant, WindowPlant, World } from '../plants/index.ts'
import { Trace, type TraceEvent } from '../trace/index.ts'
import { BOOT_ms, HubHost, WATCHDOG_ms } from './hub-host.ts'

const MS_ns = 1_000_000

class Bench {
  readonly kernel = new Kernel(1)
  readonly world = new World(this.kernel)
  readonly trace = new Trace()
  readonly events: TraceEvent[] = []
  readonly bus = new CanBus(this.kernel)
  readonly tester = this.bus.attach('tester', { profile: 'adapter' })
  readonly outlet = new Outlet('FL.0', () => 13.5)
  readonly host: HubHost
  /** Every life's Hal. */
  readonly lives: Hal[] = []

  constructor(image: (hal: Hal, life: number) => void) {
    this.trace.subscribe(event => this.events.push(event))
    this.host = new HubHost({
      name: 'FL', location: 1, serial: 7, kernel: this.kernel, world: this.world, trace: this.trace,
      controllers: [this.bus.attach('FL', { online: false })], outlets: [this.outlet], supply_V: () => 13.5,
      image: (hal) => {
        this.lives.push(hal)
        image(hal, this.lives.length)
        return undefined
      },
    })
  }

  get hal(): Hal {
    return this.lives[this.lives.length - 1]!
  }

  /** Powers on and lets the board boot. */
  boot(): this {
    this.host.powerOn()
    this.run(BOOT_ms)
    return this
  }

  run(ms: number): void {
    this.kernel.runUntil(this.kernel.now_ns + Math.round(ms * MS_ns))
  }

  /** Puts `count` frames on the bus, back to back. */
  send(count: number): void {
    const frame = createFrame(8)
    for (let i = 0; i < count; i++) {
      frame.id = 0x0cff_8100 + i
      frame.length = 1
      frame.data[0] = i
      this.tester.send(frame)
    }
  }
}

describe('HubHost', () => {
  it('boots the image with location, serial and cause, its clock at 0', () => {
    const bench = new Bench(hal => hal.log(`boot at ${hal.now()}`)).boot()
    expect(bench.hal.location).toBe(1)
    expect(bench.hal.serial).toBe(7)
    expect(bench.hal.resetCause).toBe(RESET_CAUSE.powerOn)
    bench.run(25)
    expect(bench.hal.now()).toBe(25)
    expect(bench.events).toEqual([
      { t_ns: 0, kind: 'reset', source: 'FL', cause: 'powerOn' }, { t_ns: BOOT_ms * MS_ns, kind: 'log', source: 'FL', text: 'boot at 0' },
    ])
    expect(() => bench.host.reset('hammer' as never)).toThrow(/unknown reset cause "hammer": one of unknown, powerOn/)
  })

  it('runs timers to 0.1 ms, in order, and cancels them by handles that do not outlive them', () => {
    const fired: string[] = []
    const bench = new Bench(() => undefined).boot()
    const { hal } = bench
    hal.after(2, () => fired.push('b'))
    hal.after(1.1, () => fired.push('a'))
    hal.after(2, () => fired.push('c'))
    const gone = hal.after(1.5, () => fired.push('never'))
    hal.cancel(gone)
    const reused = hal.after(5, () => fired.push('d'))
    expect(reused).not.toBe(gone)
    hal.cancel(gone)
    hal.cancel(0)
    hal.cancel(99_999)
    bench.run(1.09)
    expect(fired).toEqual([])
    bench.run(0.02)
    expect(fired).toEqual(['a'])
    bench.run(10)
    expect(fired).toEqual(['a', 'b', 'c', 'd'])
    expect(() => hal.after(NaN, () => undefined)).toThrow(/delay NaN ms/)
    expect(() => hal.after(-1, () => undefined)).toThrow(RangeError)
  })

  it('destroys everything of an image but its NVM at a reset', () => {
    const calls: string[] = []
    const bench = new Bench((hal, life) => {
      hal.after(50, () => calls.push(`timer of life ${life}`))
      hal.can[0]!.onReceive(() => calls.push(`frame in life ${life}`))
      hal.ports[0]!.onPresence(() => calls.push(`presence in life ${life}`))
    }).boot()
    const first = bench.hal
    first.nvm.write(3, new Uint8Array([1, 2, 3]))
    const window = new WindowPlant(0.4)
    bench.world.add(window)
    bench.world.plug(window, bench.outlet)
    first.ports[0]!.limit(30)
    first.ports[0]!.power(true)
    first.ports[0]!.drive(0, -1)
    bench.run(20)
    expect(window.drum_m).toBeLessThan(0.4)
    calls.length = 0
    bench.host.reset('external')
    expect(bench.outlet.powered).toBe(false)
    bench.send(1)
    bench.run(BOOT_ms - 1)
    expect(calls).toEqual([])
    bench.run(100)
    // Nobody acknowledged the frame meanwhile, so it was repeated until the hub was back.
    expect(calls).toEqual(['frame in life 2', 'timer of life 2'])
    expect(bench.lives.length).toBe(2)
    expect(bench.hal.resetCause).toBe(RESET_CAUSE.external)
    expect(bench.hal.nvm.read(3)).toEqual(new Uint8Array([1, 2, 3]))
    expect(window.velocity_m_s).toBe(0)
    // What the dead image still holds moves nothing.
    first.ports[0]!.power(true)
    first.ports[0]!.drive(0, -1)
    first.after(1, () => calls.push('ghost'))
    expect(first.can[0]!.send(1, new Uint8Array(8), 8)).toBe(false)
    bench.run(20)
    expect(bench.outlet.powered).toBe(false)
    bench.send(1)
    bench.run(5)
    expect(calls).toEqual(['frame in life 2', 'timer of life 2', 'frame in life 2'])
  })

  it('is gone from the bus without power, and acknowledges again after it', () => {
    const bench = new Bench(() => undefined).boot()
    bench.run(5)
    bench.send(1)
    bench.run(5)
    expect(bench.tester.counters.sent).toBe(1)
    bench.host.powerOff()
    bench.run(1)
    bench.send(1)
    bench.run(5)
    expect(bench.tester.counters.sent).toBe(1)
    expect(bench.tester.tec).toBeGreaterThan(0)
    bench.host.reset('external')
    bench.run(100)
    expect(bench.host.running).toBe(false)
    bench.boot()
    bench.run(5)
    expect(bench.tester.counters.sent).toBe(2)
  })

  it('during a pause timers and interrupts wait in order, and receive buffers overflow and count', () => {
    const seen: string[] = []
    const bench = new Bench((hal) => {
      hal.can[0]!.onReceive((_id, data) => seen.push(`frame ${data[0]} at ${hal.now().toFixed(1)}`))
    }).boot()
    bench.run(10)
    bench.hal.after(4, () => seen.push('timer'))
    bench.host.pause(20)
    bench.send(5)
    bench.run(19)
    expect(seen).toEqual([])
    bench.run(2)
    expect(seen).toEqual(['frame 0 at 30.0', 'timer', 'frame 1 at 30.0'])
    expect(bench.hal.can[0]!.overflows()).toBe(3)
    bench.send(1)
    bench.run(5)
    expect(seen.length).toBe(4)
    expect(() => bench.host.pause(-1)).toThrow(/pause -1 ms/)
  })

  it('a callback that costs time defers the next ones', () => {
    const at: number[] = []
    const behind_ms: number[] = []
    const bench = new Bench((hal) => {
      for (let i = 0; i < 3; i++) {
        hal.after(1, () => {
          at.push(hal.now())
          behind_ms.push(bench.host.cpu.behind_ns / MS_ns)
        })
      }
    })
    bench.host.cpu.cost_ns = 2 * MS_ns
    bench.boot()
    bench.run(20)
    expect(at).toEqual([2, 4, 6])
    expect(behind_ms, 'all came while it booted, and each waited for those before').toEqual([0, 2, 4])
  })

  it('never calls back from within a call, and tells of every edge', () => {
    let inside = false
    const edges: string[] = []
    const bench = new Bench((hal) => {
      const [port] = hal.ports
      port!.onInput((channel, level) => {
        expect(inside).toBe(false)
        edges.push(`${channel}${level ? '+' : '-'}`)
      })
      hal.can[0]!.onSent(() => {
        expect(inside).toBe(false)
        edges.push('sent')
      })
    }).boot()
    const pack = new SwitchPackPlant(['up'], bench.kernel.prng('pack'))
    bench.world.add(pack)
    bench.world.plug(pack, bench.outlet)
    bench.run(5)
    inside = true
    pack.press(0)
    expect(bench.hal.ports[0]!.input(0)).toBe(true)
    bench.host.controllers[0]!.listenOnly = false
    bench.hal.can[0]!.send(5, new Uint8Array(8), 8)
    expect(bench.hal.can[0]!.abort(5)).toBe(true)
    inside = false
    expect(edges).toEqual([])
    bench.run(20)
    expect(edges.filter(edge => edge === 'sent')).toEqual(['sent'])
    expect(edges.filter(edge => edge !== 'sent').length % 2).toBe(1)
    expect(edges[0]).toBe('0+')
  })

  it('the watchdog resets a hub that stops kicking it, not one that never began', () => {
    let kicking = true
    const bench = new Bench((hal) => {
      const kick = (): void => {
        if (kicking) hal.kickWatchdog()
        hal.after(500, kick)
      }
      kick()
    }).boot()
    bench.run(10_000)
    expect(bench.lives.length).toBe(1)
    kicking = false
    bench.run(WATCHDOG_ms + BOOT_ms)
    expect(bench.lives.length).toBe(2)
    expect(bench.hal.resetCause).toBe(RESET_CAUSE.watchdog)
    expect(bench.host.counters).toMatchObject({ boots: 2, watchdogResets: 1, exceptions: 0 })
    bench.run(10_000)
    expect(bench.lives.length).toBe(2)
    kicking = true
    bench.run(1000)
    bench.host.pause(WATCHDOG_ms + 1)
    bench.run(WATCHDOG_ms + BOOT_ms)
    expect(bench.lives.length).toBe(3)
  })

  it('an exception in the firmware is traced, counted and resets the board, which comes back', () => {
    const bench = new Bench((hal, life) => {
      if (life === 1) throw new Error('bad flash')
      if (life === 2) hal.can[0]!.onReceive(() => { throw new Error('bad frame') })
    }).boot()
    bench.run(3 * BOOT_ms)
    expect(bench.lives.length).toBe(2)
    bench.send(2)
    bench.run(3 * BOOT_ms)
    expect(bench.lives.length).toBe(3)
    expect(bench.host.running).toBe(true)
    expect(bench.host.counters.exceptions).toBe(2)
    const faults = bench.events.flatMap(event => event.kind === 'exception' ? [event.text] : [])
    expect(faults[0]).toContain('bad flash')
    expect(faults[1]).toContain('bad frame')
    expect(bench.tester.counters.sent).toBe(2)
  })

  it('reads pulses from 0 at boot, descriptors, presence, and refuses a duty beyond 1', () => {
    const seen: boolean[] = []
    const bench = new Bench(hal => hal.ports[0]!.onPresence(present => seen.push(present)))
    const window = new WindowPlant(0.2)
    window.memory = new Uint8Array([1, 2, 3])
    bench.world.add(window)
    bench.world.plug(window, bench.outlet)
    bench.boot()
    const [port] = bench.hal.ports
    expect(port!.present()).toBe(true)
    expect(port!.pulses(0)).toBe(0)
    expect(port!.descriptor()).toEqual(new Uint8Array([1, 2, 3]))
    port!.limit(30)
    port!.power(true)
    port!.drive(0, 1)
    bench.run(500)
    expect(port!.pulses(0)).toBeGreaterThan(100)
    expect(port!.current_A()).toBeGreaterThan(3)
    port!.takeMeans()
    bench.run(10)
    port!.takeMeans()
    expect(port!.mean_A()).toBeGreaterThan(3)
    expect(port!.meanPlug_V()).toBeCloseTo(13.5, 9)
    expect(bench.hal.acceleration_m_s2()).toBe(0)
    bench.host.acceleration_m_s2 = -2.5
    expect(bench.hal.acceleration_m_s2()).toBe(-2.5)
    expect(() => port!.drive(0, 1.01)).toThrow(/duty 1.01 of channel 0/)
    bench.world.unplug(bench.outlet)
    expect([port!.present(), port!.pulses(0), port!.current_A(), port!.descriptor().length]).toEqual([false, 0, 0, 0])
    port!.drive(0, 1)
    bench.world.plug(new LatchPlantInWorld(bench.world), bench.outlet)
    expect(port!.input(2)).toBe(true)
    bench.run(1)
    expect(seen).toEqual([false, true])
  })

  it('ends a watched motor that nobody renews, whatever its processor does, and no other', () => {
    const bench = new Bench(() => undefined)
    const window = new WindowPlant(0.4)
    bench.world.add(window)
    bench.world.plug(window, bench.outlet)
    bench.boot()
    const port = bench.hal.ports[0]!
    const stands = (): boolean => {
      const before_m = window.drum_m
      bench.run(20)
      return Math.abs(window.drum_m - before_m) < 1e-6
    }
    port.limit(30)
    port.power(true)
    bench.host.pause(1900)
    for (let i = 0; i < 5; i++) {
      port.driveWatched(0, -0.5)
      bench.run(port.hold_ms() - 1)
      expect(port.current_A()).toBeGreaterThan(1)
    }
    bench.run(2)
    expect(port.current_A()).toBeLessThan(0.1)
    bench.run(100)
    expect(stands()).toBe(true)
    port.driveWatched(0, 0.5)
    port.drive(0, 0.5)
    bench.run(200)
    expect(port.current_A()).toBeGreaterThan(1)
    port.driveWatched(0, -0.5)
    port.brake(0)
    bench.run(200)
    port.drive(0, 0.5)
    bench.run(200)
    expect(stands()).toBe(false)
    port.driveWatched(0, 0.5)
    bench.host.reset('external')
    bench.run(200)
    expect(stands()).toBe(true)
    port.driveWatched(0, 0.5)
    bench.run(200)
    expect(stands()).toBe(true)
  })

  it('keeps NVM records apart and within their size', () => {
    const { nvm } = new Bench(() => undefined).host
    const record = new Uint8Array([1])
    nvm.write(0, record)
    record[0] = 9
    expect(nvm.read(0)).toEqual(new Uint8Array([1]))
    expect(nvm.read(1)).toBeUndefined()
    nvm.lose(0)
    expect(nvm.read(0)).toBeUndefined()
    expect(() => nvm.write(256, record)).toThrow(/NVM key 256/)
    expect(() => nvm.write(1, new Uint8Array(129))).toThrow(/129 bytes/)
    expect(nvm.writes).toBe(1)
  })

  it('refuses more timers than a board has, which costs the hub its life and not the simulation', () => {
    const bench = new Bench((hal, life) => {
      if (life === 1) for (let i = 0; i < 300; i++) hal.after(1000, () => undefined)
    }).boot()
    bench.run(5 * BOOT_ms)
    expect(bench.host.counters.exceptions).toBe(1)
    expect(bench.lives.length).toBe(2)
  })
})

/** A latch that is in the world already. */
class LatchPlantInWorld extends LatchPlant {
  constructor(world: World) {
    super()
    world.add(this)
  }
}
