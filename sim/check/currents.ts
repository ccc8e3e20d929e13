import type { PortReadings } from './readings.ts'

/** Errors that hubs' readings are taken to have: those of the sensors of `sim/host`, with some to spare. */
export interface ReadingErrors {
  /** Of one voltage and one current as frames tell them, rms. */
  readonly volt_V: number
  readonly port_A: number
  /** Of a port's current sensor: gain, rms. */
  readonly portGain: number
  /** Of a hub's voltage sensor: offset at 13 V, with what its gain does there, and gain, rms. */
  readonly offset_V: number
  readonly gain: number
}

/** Readings around an instant that are averaged: the nearest, and none further away, s. */
const AROUND = 3
const AROUND_s = 1.5
/** A change between two readings that is no noise. */
const STEP_A = 0.5
const STEP_SHARE = 0.04
/** Currents move a little between the readings even when they are steady: ripple, warming filaments. Rms. */
const RESTLESS_A = 0.05
/** A port tells each second. One that tells nothing for longer has lost frames. */
const STALE_s = 1.5
/** Of a current of which nothing is known, A². */
const ANYTHING_A2 = 100
/** What says nothing for so long and never again is off, more likely than not. */
const OFF_s = 3.5

/** What one port drew at an instant, from what it told before and after. */
export class PortCurrent {
  current_A = 0
  /** Square of its uncertainty, A². */
  variance = 0
  /** It was never told: frames were lost before the next one, or there was none. Whatever it was, the volts may be by that. */
  untold = false
  private readonly readings: PortReadings
  private readonly noise_A: number
  private next = 0

  constructor(readings: PortReadings, noise_A: number) {
    this.readings = readings
    this.noise_A = noise_A
  }

  /** Instants must not go back. */
  at(t_s: number): void {
    const { t_s: times, current_A: values, follows } = this.readings
    while (this.next < times.length && times[this.next]! <= t_s) this.next++
    const { next } = this
    const restless = RESTLESS_A * RESTLESS_A
    const noise = this.noise_A * this.noise_A + restless
    this.untold = false
    const before = next > 0 ? values[next - 1]! : NaN
    const after = next < times.length ? values[next]! : NaN
    if (Number.isNaN(before)) {
      // Nothing is known yet: what a resting port draws, and any current.
      const soon = times[next]! - t_s < STALE_s
      this.current_A = soon ? after : 0
      this.variance = soon ? 4 : ANYTHING_A2
      return
    }
    const told = t_s - times[next - 1]! < 1e-4
    const last = next === times.length
    if (!told && (last || times[next]! - times[next - 1]! > STALE_s || !follows[next]!)) {
      this.untold = !last || t_s - times[next - 1]! < OFF_s
      this.current_A = last ? 0 : (before + after) / 2
      this.variance = ANYTHING_A2
      return
    }
    if (!told && !Number.isNaN(after) && differs(before, after)) {
      this.current_A = (before + after) / 2
      this.variance = square(before - after) / 4 + noise
      return
    }
    let sum_A = before
    let count = 1
    for (let i = next - 2; i >= 0 && i >= next - AROUND && t_s - times[i]! < AROUND_s && !differs(values[i]!, before); i--) {
      sum_A += values[i]!
      count++
    }
    for (let i = next; i < times.length && i < next + AROUND - 1 && times[i]! - t_s < AROUND_s && !differs(values[i]!, before); i++) {
      sum_A += values[i]!
      count++
    }
    this.current_A = sum_A / count
    this.variance = noise / count + restless
  }
}

function square(value: number): number {
  return value * value
}

function differs(a: number, b: number): boolean {
  const change_A = a > b ? a - b : b - a
  return change_A > STEP_A + STEP_SHARE * (a > b ? a : b)
}
