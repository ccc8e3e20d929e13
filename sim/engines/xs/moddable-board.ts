import { ecb } from '@noble/ciphers/aes.js'

import { SEED_BYTES, SeededRandom } from '#firmware/boards/index.ts'
import type { Hal, Port } from '#firmware/index.ts'
import { type FirmwareImage, overlaid } from '../../host/index.ts'
import { emulatedPins, FULL_SCALE, GAP_ms, numberedPins, TEMPERATURE } from '../wires/index.ts'
import { XsHub } from './xs-hub.ts'

/** Of the chip: steps of its PWM and of its converter. */
const PWM_STEPS = 1023
const ADC_STEPS = 4095
const US_PER_MS = 1000
const SERIAL_KEY = 255
const BYTES = 256
/** After so long the sampler takes the feed away. */
const HOLD_ms = 50

/** The numbers of an emulated board's pins, and what they are wired to: to be built into a project, and given to its machine. */
export function moddableWiring(ports: number, sampled: readonly number[]): ReturnType<typeof numberedPins> {
  return numberedPins(emulatedPins(ports, sampled))
}

/** What a hub's program is when its modules are scripts. */
export interface ModdableScripts {
  readonly main: string
  readonly sampler: string
}

/**
 * A hub of the virtual car whose board is an ESP32 under Moddable's XS: the project's program runs in the engine on emulated ECMA-419
 * classes, an MCP2515 by its registers, and flash that keeps its bytes. The car's controllers must be `REGISTERS`.
 */
export class ModdableBoard {
  readonly image: FirmwareImage
  private readonly engine: XsHub

  /** `machine`: the bundled module `moddable.ts`; `wires`: of `moddableWiring`. */
  constructor(machine: string, { main, sampler }: ModdableScripts, wires: readonly string[]) {
    const boot = `spineMachine(${JSON.stringify(wires)},self=>{${sampler}},()=>{${main}})`
    this.engine = new XsHub(machine, boot)
    this.image = (hal) => {
      // The serial number is drawn at the first start, and kept: the factory's.
      const serial = Uint8Array.of(hal.serial, hal.serial >> 8, hal.serial >> 16)
      this.engine.flash.learn({ read: key => key === SERIAL_KEY ? serial : hal.nvm.read(key) })
      return this.engine.image(hal)
    }
  }

  /** The record of a key as its flash holds it. */
  record(key: number): Uint8Array | undefined {
    return this.engine.flash.record(key)
  }

  /** From now on the firmware's machine computes no more. */
  hang(): void {
    this.engine.evaluate('spineHangs = true')
  }

  /** Ends the engine's process. */
  end(): void {
    this.engine.end()
  }
}

const converted = (share: number): number => Math.min(ADC_STEPS, Math.max(0, Math.round(share * ADC_STEPS))) / ADC_STEPS
const pulsed = (share: number): number => Math.round(share * PWM_STEPS) / PWM_STEPS
const current = (share: number): number => Math.max(0, share * FULL_SCALE)

/** One socket's samples at 1 kHz. */
class Samples {
  last = 0
  mean_A = 0
  plug_V = 0
  private count = 0
  private sum_A = 0
  private sum_V = 0

  take(port: Port): void {
    port.takeMeans()
    this.last = Math.round(converted(port.mean_A() / FULL_SCALE) * ADC_STEPS)
    this.count++
    this.sum_A += this.last
    this.sum_V += Math.round(converted(port.meanPlug_V() / FULL_SCALE) * ADC_STEPS)
  }

  end(): void {
    if (this.count === 0) return
    this.mean_A = current(this.sum_A / this.count / ADC_STEPS)
    this.plug_V = this.sum_V / this.count / ADC_STEPS * FULL_SCALE
    this.count = 0
    this.sum_A = 0
    this.sum_V = 0
  }
}

/** One socket's feed, which the sampler switches at its next sample, and takes away from a motor that has to be renewed. */
class Feed {
  private readonly port: Port
  private wanted = false
  private anew = false
  private renewed = false
  private watched = -1
  private renewed_ms = 0

  constructor(port: Port) {
    this.port = port
  }

  power(on: boolean): void {
    if (!on || (this.wanted && this.port.tripped())) this.anew = true
    this.wanted = on
  }

  renew(channel: number): void {
    this.watched = channel
    this.renewed = true
  }

  end(channel: number): void {
    if (channel === this.watched) this.watched = -1
  }

  sample(now_ms: number): void {
    if (this.renewed) this.renewed_ms = now_ms
    this.renewed = false
    if (this.anew) this.port.power(false)
    this.anew = false
    this.port.power(this.wanted && (this.watched < 0 || now_ms - this.renewed_ms < HOLD_ms))
  }
}

function offeredPort(port: Port, samples: Samples | undefined, feed: Feed | undefined): Port {
  const drive = (channel: number, duty: number): void => port.drive(channel, duty < 0 ? -pulsed(-duty) : pulsed(duty))
  return overlaid(port, {
    ...(feed !== undefined && { power: (on: boolean) => feed.power(on) }),
    limit: (current_A: number) => port.limit(pulsed(Math.min(1, current_A / FULL_SCALE)) * FULL_SCALE),
    current_A: () => current(samples === undefined ? converted(port.current_A() / FULL_SCALE) : samples.last / ADC_STEPS),
    takeMeans: () => samples?.end(),
    mean_A: () => samples?.mean_A ?? NaN,
    meanPlug_V: () => samples?.plug_V ?? NaN,
    drive: (channel: number, duty: number) => {
      drive(channel, duty)
      feed?.end(channel)
    },
    driveWatched: (channel: number, duty: number) => {
      drive(channel, duty)
      feed?.renew(channel)
    },
    brake: (channel: number) => {
      port.brake(channel)
      feed?.end(channel)
    },
    hold_ms: () => feed === undefined ? Infinity : HOLD_ms,
    analog: (channel: number) => converted(port.analog(channel)),
    write: () => undefined,
    read: () => 0,
  })
}

/**
 * What such a board offers, as a `Hal` for the sources: outputs and readings in the steps of its chip, timers that end with a millisecond,
 * random numbers of its own, means and held motors of the sockets in `sampled`.
 */
export function asModdableOffers(hal: Hal, sampled: readonly number[]): Hal {
  const now = (): number => Math.round(hal.now() * US_PER_MS) / US_PER_MS
  const samples = hal.ports.map((_, index) => sampled.includes(index) ? new Samples() : undefined)
  const feeds = hal.ports.map((port, index) => sampled.includes(index) ? new Feed(port) : undefined)
  const seed = Uint8Array.from({ length: SEED_BYTES }, () => Math.floor(hal.random() * BYTES))
  const random = new SeededRandom((key, block) => ecb(key, { disablePadding: true }).encrypt(block), seed)
  const sampleSoon = (): number => hal.after(Math.floor(hal.now()) + 1 - hal.now(), () => {
    sampleSoon()
    hal.ports.forEach((port, index) => {
      feeds[index]?.sample(now())
      samples[index]?.take(port)
    })
  })
  if (sampled.length > 0) sampleSoon()
  return {
    ...hal, now, ports: hal.ports.map((port, index) => offeredPort(port, samples[index], feeds[index])), flash: undefined,
    random: () => random.next(),
    gap_ms: sampled.length > 0 ? GAP_ms : Infinity,
    after: (delay_ms, fire) => hal.after(Math.ceil(now() + delay_ms) - hal.now(), fire),
    supply_V: () => converted(hal.supply_V() / FULL_SCALE) * FULL_SCALE,
    temperature_C: () => converted((hal.temperature_C() - TEMPERATURE.offset) / TEMPERATURE.scale) * TEMPERATURE.scale + TEMPERATURE.offset,
    acceleration_m_s2: () => NaN,
  }
}
