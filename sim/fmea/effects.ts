import { AmplifierPlant, LampPlant, LatchPlant, MirrorPlant, WINDOW_REGULATOR, WindowPlant } from '../plants/index.ts'
import type { Car } from '../car/index.ts'

/** What one may ask of a component at any time: whether it does now what was wanted. Looked at every `LOOK_ms`. */
export type Works = () => boolean

/** Faster than this the glass moves, m/s: it begins to close with 30 mm/s. */
const MOVES_m_s = 0.01
/** So near to an end of its travel it is there, m. */
const END_m = 0.004
/** Between two looks a mirror that is tilted turns by more, °. */
const TURNS_deg = 0.01
const FOLDS = 0.0005
/** Of its full light. */
const LIT = 0.5
/** An indicator that was not lit for so many looks does not flash: its filament glows through most of the pause. */
const FLASH_LOOKS = 30
/** The heater of a mirror takes more than its motors, A. */
const HEATER_A = 2

/** It moves down, or is all the way down. */
export function opens(car: Car, name: string): Works {
  const plant = car.plant(name, WindowPlant)
  return () => plant.velocity_m_s > MOVES_m_s || plant.position_m > WINDOW_REGULATOR.travel_m - END_m
}

/** It moves up. A closed window cannot: it was not opened either. */
export function closes(car: Car, name: string): Works {
  const plant = car.plant(name, WindowPlant)
  return () => plant.velocity_m_s < -MOVES_m_s
}

/** It turns in this direction, or did until it came to its end. */
export function tilts(car: Car, name: string, axis: 'tiltX_deg' | 'tiltY_deg', direction: 1 | -1): Works {
  const plant = car.plant(name, MirrorPlant)
  return changing(() => plant[axis] * direction, TURNS_deg)
}

export function folds(car: Car, name: string, direction: 1 | -1): Works {
  const plant = car.plant(name, MirrorPlant)
  const moves = changing(() => plant.folded * direction, FOLDS)
  return () => {
    const moving = moves()
    return moving || (direction > 0 ? plant.folded > 0.95 : plant.folded < 0.05)
  }
}

export function heats(car: Car, name: string, on: boolean): Works {
  const plant = car.plant(name, MirrorPlant)
  return () => (plant.current_A > HEATER_A) === on
}

export function lit(car: Car, name: string, channel: number, on: boolean): Works {
  const plant = car.plant(name, LampPlant)
  return () => (plant.light(channel) > LIT) === on
}

export function flashes(car: Car, name: string, channel: number, on: boolean): Works {
  const plant = car.plant(name, LampPlant)
  let dark = FLASH_LOOKS
  return () => {
    dark = plant.light(channel) > LIT ? 0 : dark + 1
    return (dark < FLASH_LOOKS) === on
  }
}

export function released(car: Car, name: string): Works {
  const plant = car.plant(name, LatchPlant)
  return () => plant.lid !== 'closed'
}

export function shut(car: Car, name: string): Works {
  const plant = car.plant(name, LatchPlant)
  return () => plant.lid === 'closed'
}

export function locked(car: Car, name: string, wanted: boolean): Works {
  const plant = car.plant(name, LatchPlant)
  return () => plant.isLocked === wanted
}

export function plays(car: Car, name: string, wanted: boolean): Works {
  const plant = car.plant(name, AmplifierPlant)
  return () => plant.playing === wanted
}

/** Once it has been louder (+1) or softer (−1) than when it was first looked at. */
export function volumeGoes(car: Car, name: string, direction: 1 | -1): Works {
  return changed(() => Number(car.component(name).plant.observe().volume) * direction)
}

/** Once it has been tuned to something else than when it was first looked at. */
export function tunes(car: Car, name: string): Works {
  const frequency = (): number => Number(car.component(name).plant.observe().frequency_MHz)
  let first_MHz = NaN
  return () => {
    if (Number.isNaN(first_MHz)) first_MHz = frequency()
    return frequency() !== first_MHz
  }
}

function changing(read: () => number, least: number): Works {
  let last = NaN
  return () => {
    const before = last
    last = read()
    return last - before > least
  }
}

function changed(read: () => number): Works {
  let first = NaN
  return () => {
    if (Number.isNaN(first)) first = read()
    return read() > first
  }
}
