import { GEAR, IGNITION } from '#protocol/index.ts'
import { type GearName, type IgnitionName, LatchPlant, WindowPlant } from '../../plants/index.ts'
import { pick, scaled, whole } from '../dice.ts'
import type { Stage } from '../stage.ts'
import { figure, kinds, text } from './kind.ts'

/** Rods of FMVSS 118 and UN R21, N/mm; the stiffest only near the top. */
const STIFF_N_mm = [5, 10, 20]
const STIFFEST_N_mm = 65
const STIFFEST_BELOW_mm = 25
const LEAST_GAP_mm = 4
const MOST_GAP_mm = 200
const ROOM_C = 23

/** Every so many presses is of a window's switch: what moves strongest is moved most. */
const WINDOW_SHARE = 0.5

/** What the people in and around the car do. */
export const CAR_KINDS = kinds({
  press: {
    summary: 'a switch is tapped or held', perMinute: 40,
    draw: (dice, names) => {
      const length = dice.next()
      const for_ms = length < 0.5 ? whole(dice, 40, 300) : length < 0.92 ? whole(dice, 300, 4000) : whole(dice, 4000, 12_000)
      const ofWindow = dice.chance(WINDOW_SHARE) && names.windowSwitches.length > 0
      return { for_ms, with: { switch: pick(dice, ofWindow ? names.windowSwitches : names.switches) } }
    },
    begin: ({ car }, params) => {
      if (car.isPressed(text(params, 'switch'))) return false
      car.press(text(params, 'switch'))
      return true
    },
    end: ({ car }, params) => car.release(text(params, 'switch')),
  },
  obstacle: {
    summary: 'a hand or a rod is in the gap of a window', perMinute: 6, needs: ['windows'],
    draw: (dice, names) => {
      const opening_mm = whole(dice, LEAST_GAP_mm, MOST_GAP_mm)
      const stiffness_N_mm = opening_mm < STIFFEST_BELOW_mm && dice.chance(0.3) ? STIFFEST_N_mm : pick(dice, STIFF_N_mm)
      return { for_ms: whole(dice, 1000, 15_000), with: { window: pick(dice, names.windows), opening_mm, stiffness_N_mm } }
    },
    begin: ({ car }, params) => {
      const window = text(params, 'window')
      if (car.plant(window, WindowPlant).position_m * 1000 < figure(params, 'opening_mm') + 1) return false
      car.obstruct(window, figure(params, 'opening_mm'), figure(params, 'stiffness_N_mm'))
      return true
    },
    end: ({ car }, params) => car.clearObstacle(text(params, 'window')),
  },
  weather: {
    summary: 'doors are cold or hot', perMinute: 0.7,
    draw: dice => ({ for_ms: whole(dice, 5000, 20_000), with: { temperature_C: whole(dice, -30, 80) } }),
    begin: (stage, params) => weather(stage, figure(params, 'temperature_C')),
    end: stage => weather(stage, ROOM_C),
  },
  door: {
    summary: 'a door or lid that is unlatched is opened, and shut again', perMinute: 4, needs: ['latches'],
    draw: (dice, names) => ({
      for_ms: whole(dice, 500, 8000), with: { latch: pick(dice, names.latches) },
    }),
    begin: ({ car }, params) => car.plant(text(params, 'latch'), LatchPlant).open(),
    end: ({ car }, params) => car.plant(text(params, 'latch'), LatchPlant).shut(),
  },
  ignition: {
    summary: 'the key is turned, and turned back', perMinute: 1.5,
    draw: dice => ({ for_ms: whole(dice, 300, 10_000), with: { position: pick(dice, Object.keys(IGNITION)) } }),
    begin: ({ car }, params) => {
      car.setIgnition(text(params, 'position') as IgnitionName)
      return true
    },
    end: ({ car }) => car.setIgnition('on'),
  },
  gear: {
    summary: 'a gear is selected, and park again', perMinute: 0.7,
    draw: dice => ({ for_ms: whole(dice, 1000, 10_000), with: { gear: pick(dice, Object.keys(GEAR)) } }),
    begin: ({ car }, params) => {
      car.setGear(text(params, 'gear') as GearName)
      return true
    },
    end: ({ car }) => car.setGear('park'),
  },
  speed: {
    summary: 'the car drives, and stops', perMinute: 1,
    draw: dice => ({
      for_ms: whole(dice, 1000, 12_000), with: { speed_kmh: dice.chance(0.2) ? -scaled(dice, 1, 20) : scaled(dice, 1, 200) },
    }),
    begin: ({ car }, params) => {
      car.setSpeed(figure(params, 'speed_kmh'))
      return true
    },
    end: ({ car }) => car.setSpeed(0),
  },
})

function weather({ car }: Stage, temperature_C: number): boolean {
  for (const name of car.componentsOf('window')) {
    car.plant(name, WindowPlant).setConditions(temperature_C)
    car.hub(car.component(name).hub).temperature_C = temperature_C
  }
  return true
}
