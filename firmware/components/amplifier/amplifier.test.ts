import { describe, expect, it } from 'vitest'
import {
  AMPLIFIER_PLUG as REGISTER, COMPONENT_CLASS, IGNITION, STEREO_ACTION, STEREO_SOURCE, STEREO_TEXT_KIND, StereoCommandCodec,
  type StereoCommandValues, StereoTextCodec,
} from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { amplifierEntry } from './amplifier.ts'
import { AMPLIFIER_PARAMETERS } from './parameters.ts'

type Bench = DriverBench<typeof amplifierEntry>

const STATIONS = [{ frequency_MHz: 91, name: 'COPPER', title: 'Two Wires and a Pair' }, { frequency_MHz: 99.5, name: 'SPINE', title: 'Morning' }]

/** Electronics on the serial line: forget everything without power, seek at 1 MHz a second, know two stations. */
class TunerModel {
  /** Finds nothing, seeks for ever. */
  deaf = false
  /** Takes nothing, answers nothing. */
  dead = false
  private tuned_MHz = 87.5
  private written = 0

  step(b: DriverBench, fed: boolean): void {
    const registers = b.registers
    if (!fed || this.dead) registers.clear()
    for (; this.written < b.writes.length; this.written++) {
      const { register, value } = b.writes[this.written]!
      if (register === REGISTER.frequency_MHz) this.tuned_MHz = value
      if (register === REGISTER.seek) registers.set(REGISTER.seeking, value)
    }
    const direction = registers.get(REGISTER.seeking) ?? 0
    if (direction !== 0 && b.now_ms % 100 === 0) {
      this.tuned_MHz = Math.round((this.tuned_MHz + direction / 10) * 10) / 10
      if (this.tuned_MHz > 108) this.tuned_MHz = 87.5
      if (this.tuned_MHz < 87.5) this.tuned_MHz = 108
      if (!this.deaf && this.station()) registers.set(REGISTER.seeking, 0)
    }
    registers.set(REGISTER.tunedFrequency_MHz, this.tuned_MHz)
    const station = fed && direction === 0 ? this.station() : undefined
    this.text(registers, REGISTER.stationLength, REGISTER.station, station?.name ?? '')
    this.text(registers, REGISTER.titleLength, REGISTER.title, station?.title ?? '')
  }

  /** Its supply breaks down for a moment. */
  brownOut(b: DriverBench): void {
    b.registers.clear()
    this.tuned_MHz = 87.5
  }

  listens(): boolean {
    return !this.dead
  }

  private station(): typeof STATIONS[number] | undefined {
    return STATIONS.find(station => station.frequency_MHz === this.tuned_MHz)
  }

  private text(registers: Map<number, number>, length: number, first: number, text: string): void {
    registers.set(length, text.length)
    for (let i = 0; i < text.length; i++) registers.set(first + i, text.charCodeAt(i))
  }
}

function stereo(): { b: Bench, model: TunerModel } {
  const model = new TunerModel()
  const b = new DriverBench(amplifierEntry, benchDescriptor(COMPONENT_CLASS.amplifier, { power_W: 80 }, 8, 10), {
    location: 8,
    prepare: (bench) => { bench.plant = model },
  })
  return { b, model }
}

function order(b: Bench, action: keyof typeof STEREO_ACTION, values: Partial<StereoCommandValues> = {}): boolean {
  return b.command({ ...StereoCommandCodec.create(), ...values, action: STEREO_ACTION[action] })
}

function playing(): { b: Bench, model: TunerModel } {
  const made = stereo()
  expect(order(made.b, 'source', { source: STEREO_SOURCE.fm })).toBe(true)
  made.b.run(100)
  return made
}

/** What the electronics were told: source, volume, balance, muted. */
function told(b: Bench): number[] {
  return [REGISTER.source, REGISTER.volume, REGISTER.balance_pct, REGISTER.muted].map(register => b.registers.get(register) ?? 0)
}

/** Puts the frames of the last transfer of a kind together, as a receiver would. */
function text(b: Bench, kind: number): string {
  let characters: number[] = []
  for (const values of b.eventsOf(StereoTextCodec)) {
    if (values.kind !== kind) continue
    if (values.index === 0) characters = []
    expect(values.index * 5).toBe(characters.length)
    characters.push(values.char0, values.char1, values.char2, values.char3, values.char4)
  }
  const end = characters.indexOf(0)
  return String.fromCharCode(...characters.slice(0, end < 0 ? characters.length : end))
}

describe('a stereo', () => {
  it('turns on when its electronics run, and reports what plays', () => {
    const { b } = stereo()
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.off, volume: AMPLIFIER_PARAMETERS.volumeFirst })
    expect(b.writes).toEqual([])
    order(b, 'source', { source: STEREO_SOURCE.fm })
    expect(b.writes).toEqual([])
    b.run(AMPLIFIER_PARAMETERS.start_ms + 5)
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.fm, frequency_MHz: 87.5, muted: 0 })
    expect(b.registers.get(REGISTER.source)).toBe(STEREO_SOURCE.fm)
    expect(b.registers.get(REGISTER.volume)).toBe(AMPLIFIER_PARAMETERS.volumeFirst)
    expect(b.wish?.priority).toBe(3)
  })

  it('sets volume, balance and mute, and refuses what is out of range', () => {
    const { b } = playing()
    expect(order(b, 'volume', { volume: 22 })).toBe(true)
    expect(order(b, 'balance', { balance_pct: -40 })).toBe(true)
    expect(order(b, 'mute')).toBe(true)
    expect(b.status()).toMatchObject({ volume: 22, muted: 1 })
    expect([REGISTER.volume, REGISTER.balance_pct, REGISTER.muted].map(register => b.registers.get(register))).toEqual([22, -40, 1])
    expect(order(b, 'unmute')).toBe(true)
    expect(order(b, 'volume', { volume: 31 })).toBe(false)
    expect(order(b, 'balance')).toBe(false)
    expect(order(b, 'balance', { balance_pct: 101 })).toBe(false)
    expect(b.receiveAction(15)).toBe(false)
    expect(b.status()).toMatchObject({ volume: 22, muted: 0 })
  })

  it('tunes; only the radio, only where there is a band', () => {
    const { b } = playing()
    expect(order(b, 'tune', { frequency_MHz: 99.5 })).toBe(true)
    expect(b.status().frequency_MHz).toBeCloseTo(99.5, 5)
    expect(order(b, 'tune', { frequency_MHz: 87.4 })).toBe(false)
    expect(order(b, 'tune')).toBe(false)
    order(b, 'source', { source: STEREO_SOURCE.aux })
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.aux, frequency_MHz: NaN })
    expect([order(b, 'tune', { frequency_MHz: 99.5 }), order(b, 'seekUp')]).toEqual([false, false])
  })

  it('seeks: no frequency meanwhile, then the station found', () => {
    const { b } = playing()
    expect(order(b, 'seekUp')).toBe(true)
    b.run(200)
    expect(b.status().frequency_MHz).toBeNaN()
    expect(b.component.moving()).toBe(true)
    b.until(() => !b.component.moving(), 10000)
    expect(b.status().frequency_MHz).toBeCloseTo(91, 5)
    order(b, 'seekDown')
    b.until(() => !b.component.moving(), 15000)
    expect(b.status().frequency_MHz).toBeCloseTo(99.5, 5)
  })

  it('a seek that finds nothing ends', () => {
    const { b, model } = playing()
    model.deaf = true
    order(b, 'seekUp')
    const time_ms = b.until(() => !b.component.moving(), 30000)
    expect(Math.abs(time_ms - AMPLIFIER_PARAMETERS.seek_ms)).toBeLessThanOrEqual(AMPLIFIER_PARAMETERS.seekPoll_ms)
    expect(b.writes.at(-1)).toEqual({ register: REGISTER.seek, value: 0 })
    expect(b.status().frequency_MHz).not.toBeNaN()
  })

  it('tuning or another source ends a seek', () => {
    const { b } = playing()
    order(b, 'seekUp')
    b.run(100)
    order(b, 'tune', { frequency_MHz: 95 })
    expect(b.component.moving()).toBe(false)
    expect(b.status().frequency_MHz).toBeCloseTo(95, 5)
    order(b, 'seekUp')
    order(b, 'source', { source: STEREO_SOURCE.bluetooth })
    expect(b.component.moving()).toBe(false)
  })
})

describe('texts', () => {
  it('are sent when they change, in frames 20 ms apart, and once', () => {
    const { b } = playing()
    order(b, 'tune', { frequency_MHz: 91 })
    const times: number[] = []
    let seen = 0
    b.run(2000, () => {
      if (b.events.length > seen) times.push(b.now_ms)
      seen = b.events.length
    })
    expect(text(b, STEREO_TEXT_KIND.station)).toBe('COPPER')
    expect(text(b, STEREO_TEXT_KIND.title)).toBe('Two Wires and a Pair')
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(AMPLIFIER_PARAMETERS.textTick_ms)
    const count = b.events.length
    b.run(5000)
    expect(b.events).toHaveLength(count)
    order(b, 'tune', { frequency_MHz: 99.5 })
    b.run(2000)
    expect(text(b, STEREO_TEXT_KIND.station)).toBe('SPINE')
    expect(text(b, STEREO_TEXT_KIND.title)).toBe('Morning')
  })

  it('a text of a multiple of five characters has its end in a frame of its own', () => {
    const { b } = playing()
    order(b, 'tune', { frequency_MHz: 99.5 })
    b.run(2000)
    const frames = b.eventsOf(StereoTextCodec).filter(event => event.kind === STEREO_TEXT_KIND.station)
    expect(frames.map(frame => [frame.index, frame.char0])).toEqual([[0, 'S'.charCodeAt(0)], [1, 0]])
  })

  it('end with the source', () => {
    const { b } = playing()
    order(b, 'tune', { frequency_MHz: 91 })
    b.run(2000)
    order(b, 'source', { source: STEREO_SOURCE.off })
    b.run(500)
    expect(text(b, STEREO_TEXT_KIND.station)).toBe('')
    expect(text(b, STEREO_TEXT_KIND.title)).toBe('')
    b.run(10000)
    expect(b.pending).toBe(0)
  })
})

describe('memory', () => {
  it('keeps volume, balance and station over a reset, written once it is quiet', () => {
    const { b } = playing()
    for (let volume = 1; volume <= 20; volume++) {
      order(b, 'volume', { volume })
      b.run(200)
    }
    order(b, 'balance', { balance_pct: -15 })
    order(b, 'tune', { frequency_MHz: 101.3 })
    expect(b.saves).toHaveLength(0)
    b.run(AMPLIFIER_PARAMETERS.save_ms + 10)
    expect(b.saves).toHaveLength(1)
    b.reset()
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.off, volume: 20 })
    order(b, 'source', { source: STEREO_SOURCE.fm })
    b.run(200)
    expect(b.status().frequency_MHz).toBeCloseTo(101.3, 5)
    expect(b.registers.get(REGISTER.balance_pct)).toBe(-15)
  })

  it('is written at once when the ignition goes off', () => {
    const { b } = playing()
    order(b, 'volume', { volume: 3 })
    b.setIgnition(IGNITION.off)
    expect(b.saves).toHaveLength(1)
  })

  it('a damaged record is not believed', () => {
    const { b } = stereo()
    b.nvm.set(0, new Uint8Array([1, 200, 255, 255]))
    b.reset()
    expect(b.status().volume).toBe(30)
    b.nvm.set(0, new Uint8Array([9, 5]))
    b.reset()
    expect(b.status().volume).toBe(AMPLIFIER_PARAMETERS.volumeFirst)
  })
})

describe('ignition and power', () => {
  it('needs the ignition, and goes off with it for good', () => {
    const { b } = stereo()
    b.ignition = IGNITION.off
    expect(order(b, 'source', { source: STEREO_SOURCE.fm })).toBe(false)
    b.ignition = IGNITION.accessory
    expect(order(b, 'source', { source: STEREO_SOURCE.fm })).toBe(true)
    b.run(100)
    order(b, 'seekUp')
    b.setIgnition(IGNITION.off)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    expect(b.wish).toBeUndefined()
    b.setIgnition(IGNITION.on)
    b.run(10000)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    expect(b.pending).toBe(0)
  })

  it('shed: silent, then set up again as it was', () => {
    const { b } = playing()
    order(b, 'volume', { volume: 17 })
    order(b, 'mute')
    b.setPower(false)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    b.run(1000)
    b.setPower(true)
    b.run(200)
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.fm, volume: 17, muted: 1 })
    expect([REGISTER.volume, REGISTER.muted].map(register => b.registers.get(register))).toEqual([17, 1])
  })

  it('refused: waits dark; a tripped eFuse turns it off', () => {
    const { b } = stereo()
    b.grants = false
    order(b, 'source', { source: STEREO_SOURCE.fm })
    b.run(5000)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    b.setPower(true)
    b.run(100)
    expect(b.status().source).toBe(STEREO_SOURCE.fm)
    b.tripped = true
    b.setPower(false)
    expect(b.wish).toBeUndefined()
    b.tripped = false
    b.grants = true
    order(b, 'source', { source: STEREO_SOURCE.fm })
    b.run(100)
    expect(b.status().source).toBe(STEREO_SOURCE.fm)
  })

  it('a tripped eFuse turns it off; switched on again it plays as it was set', () => {
    const { b } = playing()
    order(b, 'volume', { volume: 17 })
    order(b, 'balance', { balance_pct: 30 })
    order(b, 'tune', { frequency_MHz: 99.5 })
    b.tripped = true
    b.setPower(false)
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.off, volume: 17 })
    b.run(1000)
    b.tripped = false
    order(b, 'source', { source: STEREO_SOURCE.fm })
    b.run(100)
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.fm, volume: 17, frequency_MHz: 99.5 })
    expect(told(b)).toEqual([STEREO_SOURCE.fm, 17, 30, 0])
  })

  it('electronics that forgot everything, though hub and grant lived on, are set up again', () => {
    const { b, model } = playing()
    order(b, 'volume', { volume: 17 })
    order(b, 'balance', { balance_pct: 30 })
    order(b, 'mute')
    order(b, 'tune', { frequency_MHz: 99.5 })
    b.run(2000)
    const changes = b.statusChanges
    model.brownOut(b)
    expect(told(b)).toEqual([0, 0, 0, 0])
    b.run(AMPLIFIER_PARAMETERS.textPoll_ms)
    expect(told(b)).toEqual([STEREO_SOURCE.fm, 17, 30, 1])
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.fm, volume: 17, muted: 1, frequency_MHz: 99.5 })
    expect(b.statusChanges).toBeGreaterThan(changes)
    b.run(2000)
    expect(text(b, STEREO_TEXT_KIND.station)).toBe('SPINE')
  })

  it('electronics that do not come back are reported as off, and tried again', () => {
    const { b, model } = playing()
    order(b, 'volume', { volume: 17 })
    model.dead = true
    b.run(AMPLIFIER_PARAMETERS.textPoll_ms)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    const changes = b.statusChanges
    b.run(10_000)
    expect(b.status().source).toBe(STEREO_SOURCE.off)
    expect(b.statusChanges).toBe(changes)
    model.dead = false
    b.run(AMPLIFIER_PARAMETERS.start_ms)
    expect(b.status()).toMatchObject({ source: STEREO_SOURCE.fm, volume: 17 })
    expect(told(b)).toEqual([STEREO_SOURCE.fm, 17, 0, 0])
  })

  it('electronics that reset while they seek give the station back from before', () => {
    for (const ends of [(b: Bench) => b.run(AMPLIFIER_PARAMETERS.seekPoll_ms), (b: Bench) => order(b, 'source', { source: STEREO_SOURCE.fm })]) {
      const { b, model } = playing()
      order(b, 'tune', { frequency_MHz: 99.5 })
      model.deaf = true
      order(b, 'seekUp')
      b.run(1050)
      model.brownOut(b)
      ends(b)
      expect(b.component.moving()).toBe(false)
      b.run(AMPLIFIER_PARAMETERS.textPoll_ms)
      expect(b.status().frequency_MHz).toBeCloseTo(99.5, 5)
      expect(b.registers.get(REGISTER.frequency_MHz)).toBeCloseTo(99.5, 5)
    }
  })

  it('unplugged: silent', () => {
    const { b } = playing()
    order(b, 'seekUp')
    b.unplug()
    expect(b.pending).toBe(0)
    const writes = b.writes.length
    b.run(10000)
    expect(b.writes).toHaveLength(writes)
  })
})
