import { createCipheriv } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Hal } from '../../hal.ts'
import { deskWiring, wiring } from '../index.ts'
import { createModdableHal, type ModdableIo, type SamplerSetup, type SerialOptions } from './index.ts'
import { sampleForEver } from './means.ts'

/** A chip without anything around it: what its inputs read is set, what is done to it is noted. */
class Chip {
  deeds: string[] = []
  now_us = 0
  restarts = 0
  written: number[] = []
  readonly low = new Set<number>()
  readonly volts = new Map<number, number>()
  readonly flash = new Uint8Array(8192).fill(0xff)
  serial: SerialOptions | undefined = undefined
  incoming: ArrayBuffer | undefined = undefined
  sampler: SamplerSetup | undefined = undefined
  /** Its generator gives 1, 2, 3, …; NaN: it is stuck. */
  noise = 0
  private timers: { readonly due_ms: number, readonly fire: () => void }[] = []

  run(duration_ms: number): void {
    const end_us = this.now_us + duration_ms * 1000
    for (;;) {
      const next = this.timers.sort((a, b) => a.due_ms - b.due_ms)[0]
      if (next === undefined || next.due_ms * 1000 > end_us) break
      this.timers.shift()
      this.now_us = Math.max(this.now_us, next.due_ms * 1000)
      next.fire()
    }
    this.now_us = end_us
  }

  get io(): ModdableIo {
    const note = (deed: string): void => { this.deeds.push(deed) }
    const { low, volts, flash } = this
    const setTimer = (fire: () => void, delay_ms: number): object => {
      const timer = { due_ms: Math.floor(this.now_us / 1000) + delay_ms, fire }
      this.timers.push(timer)
      return timer
    }
    const setSerial = (options: SerialOptions): void => { this.serial = options }
    const takeIncoming = (): ArrayBuffer | undefined => {
      const { incoming } = this
      this.incoming = undefined
      return incoming
    }
    const send = (buffer: Uint8Array): void => { this.written.push(...buffer) }
    return {
      Digital: class Digital {
        static readonly Input = 0
        static readonly InputPullUp = 1
        static readonly Output = 8
        static readonly Rising = 1
        static readonly Falling = 2
        private readonly pin: number
        constructor(options: ConstructorParameters<ModdableIo['Digital']>[0]) {
          this.pin = options.pin
          note(`${options.mode === Digital.Output ? `output ${options.initialValue}` : 'input'} ${options.pin}`)
        }

        read(): number { return low.has(this.pin) ? 0 : 1 }
        write(level: number): void { note(`level ${this.pin} ${level}`) }
        close(): void { note(`close ${this.pin}`) }
      },
      PWM: class {
        readonly resolution = 10
        private readonly pin: number
        constructor({ pin }: { readonly pin: number }) {
          this.pin = pin
          note(`pwm ${pin}`)
        }

        write(value: number): void { note(`duty ${this.pin} ${value}`) }
      },
      Analog: class {
        readonly resolution = 12
        private readonly pin: number
        constructor({ pin }: { readonly pin: number }) { this.pin = pin }
        read(): number { return Math.round((volts.get(this.pin) ?? 0) / 2.45 * 4095) }
      },
      PulseCount: class { read(): number { return -7 } },
      SPI: class {
        constructor() { note('spi') }
        transfer(): void { /* nobody answers */ }
        flush(): void { /* deselected */ }
      },
      Serial: class {
        constructor(options: SerialOptions) { setSerial(options) }
        read(): ArrayBuffer | undefined { return takeIncoming() }
        write(buffer: Uint8Array): void { send(buffer) }
      },
      OneWire: class {
        reset(): boolean { return false }
        write(): void { /* nobody answers */ }
        read(count: number): ArrayBuffer { return new ArrayBuffer(count) }
      },
      openFlash: () => ({
        eraseBlock: block => flash.fill(0xff, block * 4096, block * 4096 + 4096),
        read: (buffer, address) => {
          buffer.set(flash.subarray(address, address + buffer.length))
          return buffer.length
        },
        write: (buffer, address) => { buffer.forEach((byte, i) => { flash[address + i]! &= byte }) },
      }),
      startSampler: () => ({ postMessage: (setup) => { this.sampler = setup } }),
      microseconds: () => this.now_us,
      setTimer,
      clearTimer: (timer) => { this.timers = this.timers.filter(other => other !== timer) },
      encrypt: (key, block) => new Uint8Array(createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block)),
      noise: length => Uint8Array.from({ length }, () => ++this.noise),
      resetReason: () => 9,
      restart: () => { this.restarts++ },
      log: note,
    }
  }
}

let chip: Chip
beforeEach(() => { chip = new Chip() })

/** A message of the host that keeps the port of a desk awake, and a frame. */
const ALIVE = [0xf1, 9]
const FRAME = [0xf1, 0, 0x81, 0x01, 0xff, 0x98, 0, 2, 0xab, 0xcd, 0]

function receive(bytes: readonly number[]): void {
  chip.incoming = Uint8Array.from(bytes).buffer
  chip.serial!.onReadable(bytes.length)
}

describe('a board with sockets', () => {
  it('has its outputs off before it does anything else', () => {
    expect(() => createModdableHal(chip.io, wiring('esp32-xs', 1))).toThrow('no MCP2515 answers')
    expect(chip.deeds.slice(0, 4)).toEqual(['pwm 16', 'pwm 17', 'output 0 12', 'pwm 25'])
    expect(chip.deeds.filter(deed => /^(duty|level)/.test(deed))).toEqual([])
  })
})

describe('a board on a desk', () => {
  const boot = (): Hal => createModdableHal(chip.io, deskWiring('esp32-xs', 1))

  it('knows where it sits, why it booted and its number, which it draws once', () => {
    const [first, second] = [boot(), boot()]
    expect([first.location, first.resetCause, second.serial]).toEqual([1, 2, first.serial])
    expect(first.serial).toBeGreaterThan(0)
    expect(first.serial).toBeLessThan(0x20_0000)
    expect(createModdableHal(chip.io, { ...deskWiring('esp32-xs', 1), version: 7 }).version).toBe(7)
    expect([first.supply_V(), first.temperature_C(), first.flash, first.acceleration_m_s2()]).toEqual([12, 23, undefined, NaN])
  })

  it('plays its window, which moves with its clock', () => {
    const { ports: [window, ...others] } = boot()
    expect(others).toEqual([])
    const began = window!.pulses(0)
    window!.power(true)
    window!.drive(0, 1)
    chip.run(500)
    expect(window!.pulses(0)).toBeGreaterThan(began + 50)
  })

  it('sends and receives frames through the line to the computer, as much as there is room for', () => {
    const hal = boot()
    const heard: string[] = []
    hal.can[0]!.onReceive((id, data, length) => heard.push(`${id.toString(16)} ${[...data.subarray(0, length)].join(' ')}`))
    receive([...ALIVE, ...FRAME])
    expect(heard).toEqual(['18ff0181 171 205'])
    hal.can[0]!.send(0x18ff0181, Uint8Array.of(1, 2), 2)
    chip.run(1)
    expect(chip.written).toEqual([])
    chip.serial!.onWritable(3)
    expect(chip.written).toEqual([0xf1, 9, 0xde])
    chip.serial!.onWritable(100)
    expect(chip.written.slice(4, 6)).toEqual([0xf1, 0])
  })

  it('is begun anew when its hub does not say that it lives', () => {
    const hal = boot()
    for (let i = 0; i < 10; i++) {
      chip.run(900)
      hal.kickWatchdog()
    }
    expect(chip.restarts).toBe(0)
    chip.run(3100)
    expect(chip.restarts).toBeGreaterThan(0)
  })

  it('sleeps: timers wait, nobody watches, and a frame wakes it', () => {
    const hal = boot()
    const told: string[] = []
    hal.after(10, () => told.push('timer'))
    hal.sleep(byBus => told.push(byBus ? 'bus' : 'input'), 0)
    chip.run(5000)
    expect([told, chip.restarts]).toEqual([[], 0])
    receive(FRAME)
    chip.run(1)
    expect(told).toEqual(['bus', 'timer'])
  })

  it('fires a timer not before its time, and not one that was cancelled', () => {
    const hal = boot()
    const fired: number[] = []
    chip.now_us = 700
    hal.after(0.5, () => fired.push(hal.now()))
    hal.cancel(hal.after(1, () => fired.push(NaN)))
    chip.run(5)
    expect(fired).toEqual([2])
  })

  it('draws from noise of its chip, again at each boot, and nothing that it drew tells what comes', () => {
    const draws = [boot(), boot()].map(hal => Array.from({ length: 1000 }, () => hal.random()))
    expect(new Set(draws.flat()).size).toBe(2000)
    for (const drawn of draws) {
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...drawn)).toBeLessThan(1)
      expect(Math.abs(drawn.reduce((sum, each) => sum + each) / drawn.length - 0.5)).toBeLessThan(0.05)
    }
  })

  it('tags with AES as RFC 4493 says', () => {
    const mac = new Uint8Array(16)
    boot().cmac!(Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'), Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex'), 16, mac)
    expect(Buffer.from(mac).toString('hex')).toBe('070a16b46b4d4144f79bdd9dd04a287c')
  })

  it('takes no keys when its generator is stuck', () => {
    chip.noise = NaN
    expect(boot().cmac).toBeUndefined()
  })

  it('restarts when the callback is over', () => {
    boot().restart()
    expect(chip.restarts).toBe(0)
    chip.run(0)
    expect(chip.restarts).toBe(1)
  })
})

describe('the sampler', () => {
  /** With an answer of a controller that is in every mode: its SPI gives back what is written. */
  const boot = (): Hal => {
    const io = chip.io
    const SPI = class {
      private mode = 0x80
      transfer(buffer: Uint8Array): void {
        if (buffer[0] === 5 && buffer[1] === 0x0f) this.mode = buffer[3]! & 0xe0
        if (buffer[0] === 3) buffer[2] = this.mode
      }

      flush(): void { /* deselected */ }
    }
    return createModdableHal({ ...io, SPI }, wiring('esp32-xs', 1))
  }
  const sampler = (): () => void => {
    let tick: () => void = () => undefined
    const { Analog, Digital, microseconds } = chip.io
    sampleForEver({ Analog, Digital, microseconds, every: (fire) => { tick = fire } }, chip.sampler!)
    return tick
  }
  const sample = (count: number): void => {
    const tick = sampler()
    for (let i = 0; i < count; i++) tick()
  }

  it('gives means of the samples in between, in amperes and volts', () => {
    const port = boot().ports[0]!
    // 0.2 V of bias and 0.075 V/A; 100 kΩ over 15 kΩ.
    chip.volts.set(36, 0.2 + 0.075 * 8).set(33, 1.5)
    port.takeMeans()
    sample(10)
    chip.now_us += 10_000
    port.takeMeans()
    expect(port.mean_A()).toBeCloseTo(8, 1)
    expect(port.meanPlug_V()).toBeCloseTo(11.5, 1)
    expect(port.current_A()).toBeCloseTo(8, 1)
    expect(port.pulses(0)).toBe(-2)
  })

  it('gives none when half of the samples are missing', () => {
    const port = boot().ports[0]!
    chip.now_us += 10_000
    sample(4)
    port.takeMeans()
    expect([port.mean_A(), port.meanPlug_V()]).toEqual([NaN, NaN])
    chip.now_us += 10_000
    sample(10)
    port.takeMeans()
    expect(port.mean_A()).toBe(0)
  })

  /** What the enable pin was set to, and when, from `begin` on. */
  const FEED = 'level 12'
  const held = (act: (port: Hal['ports'][number], now_ms: number) => void, for_ms: number): string[] => {
    const port = boot().ports[0]!
    const tick = sampler()
    const feeds: string[] = []
    port.power(true)
    for (let now_ms = 1; now_ms <= for_ms; now_ms++) {
      chip.now_us = now_ms * 1000
      chip.deeds = []
      tick()
      feeds.push(...chip.deeds.filter(deed => deed.startsWith(FEED)).map(deed => `${now_ms} ${deed.slice(FEED.length + 1)}`))
      act(port, now_ms)
    }
    return feeds
  }

  it('takes the feed from a motor that nobody renews for 50 ms, not before, and gives it back', () => {
    expect(held((port, now_ms) => { if (now_ms <= 100 && now_ms % 10 === 0) port.driveWatched(0, -0.5) }, 300)).toEqual(['1 1', '151 0'])
    expect(held((port, now_ms) => { if (now_ms === 100 || now_ms === 250) port.driveWatched(0, -0.5) }, 270)).toEqual(['1 1', '151 0', '251 1'])
    expect(held((port, now_ms) => { if (now_ms % 49 === 0) port.driveWatched(0, -0.5) }, 1000)).toEqual(['1 1'])
    expect(boot().ports[0]!.hold_ms()).toBe(50)
  })

  it.each([['drive', (port: Hal['ports'][number]) => port.drive(0, 0.5)], ['brake', (port: Hal['ports'][number]) => port.brake(0)]] as const)('leaves it to one that %s ends the watch of', (_name, end) => {
    expect(held((port, now_ms) => {
      if (now_ms === 10) port.driveWatched(0, -0.5)
      if (now_ms === 30) end(port)
    }, 300)).toEqual(['1 1'])
  })

  it('switches the feed as it is told, off in between when it went off and on again', () => {
    expect(held((port, now_ms) => {
      if (now_ms === 5) {
        port.power(false)
        port.power(true)
      }
      if (now_ms === 10) port.power(true)
      if (now_ms === 20) port.power(false)
    }, 30)).toEqual(['1 1', '6 0', '6 1', '21 0'])
  })

  it('enables an eFuse anew that has latched off', () => {
    expect(held((port, now_ms) => {
      if (now_ms === 5) chip.low.add(26)
      if (now_ms === 6) port.power(true)
    }, 10)).toEqual(['1 1', '7 0', '7 1'])
  })
})
