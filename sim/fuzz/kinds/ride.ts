import type { Piece } from '../../car/index.ts'
import { drawUnit } from '../../pinch/index.ts'
import { pick, scaled, whole } from '../dice.ts'
import { figure, kinds, type Params, text } from './kind.ts'

/** A rough road is driven at this speed. */
const ROUGH_kmh = 50
/** Cobbles: no road of the declared space is worse. */
const ROUGHEST_m_s2 = 2
/** Of a slam in another door: 3 g at most, 10–40 ms. */
const SLAM = { most_m_s2: 30, least_ms: 10, most_ms: 40 } as const
/** ISO 16750-2 4.4: severity 2, and its frequencies. */
const RIPPLE = { most_Vpp: 2, least_Hz: 50, most_Hz: 25_000 } as const
/** What the law knows of seals is between 0.7 and 1.4 of what they drag; what it learned of wet ones is still there when they are worn. */
const SEALS = { least_pct: 85, most_pct: 119 } as const

/** How the car is driven, and what it is made of: within the space for which the window's law is declared. */
export const RIDE_KINDS = kinds({
  road: {
    summary: 'the car drives on a rough road, up to cobbles', perMinute: 1.5,
    draw: dice => ({ for_ms: whole(dice, 2000, 15_000), with: { rms_m_s2: scaled(dice, 0.2, ROUGHEST_m_s2) } }),
    begin: ({ car }, params) => {
      car.setSpeed(ROUGH_kmh)
      car.ride.road(figure(params, 'rms_m_s2'))
      return true
    },
    end: ({ car }) => {
      car.setSpeed(0)
      car.ride.road(0)
    },
  },
  slam: {
    summary: 'a door is slammed, and shakes the others', perMinute: 4,
    draw: dice => ({ for_ms: 0, with: { peak_m_s2: whole(dice, 3, SLAM.most_m_s2), lasts_ms: whole(dice, SLAM.least_ms, SLAM.most_ms) } }),
    begin: ({ car }, params) => {
      car.ride.slam(figure(params, 'peak_m_s2'), figure(params, 'lasts_ms'))
      return true
    },
  },
  ripple: {
    summary: 'an alternating voltage is on the supply', perMinute: 1.5,
    draw: dice => ({
      for_ms: whole(dice, 1000, 10_000),
      with: { ripple_Vpp: scaled(dice, 0.2, RIPPLE.most_Vpp), ripple_Hz: scaled(dice, RIPPLE.least_Hz, RIPPLE.most_Hz) },
    }),
    begin: ({ car }, params) => {
      car.ride.ripple(figure(params, 'ripple_Vpp'), figure(params, 'ripple_Hz'))
      return true
    },
    end: ({ car }, params) => car.ride.ripple(0, figure(params, 'ripple_Hz')),
  },
  seals: {
    summary: 'the seals of a window are wet or worn: they drag less or more than was learned', perMinute: 2, needs: ['windows'],
    draw: (dice, names) => ({
      for_ms: whole(dice, 3000, 15_000),
      with: { window: pick(dice, names.windows), drag_pct: whole(dice, SEALS.least_pct, SEALS.most_pct) },
    }),
    begin: ({ car }, params) => {
      car.ride.wet(text(params, 'window'), figure(params, 'drag_pct') / 100)
      return true
    },
    end: ({ car }, params) => car.ride.wet(text(params, 'window'), 1),
  },
  piece: {
    summary: 'a window, its port and its hub\'s sensors are anywhere within their tolerances', perMinute: 10, needs: ['windows'],
    early: true,
    draw: (dice, names) => ({
      for_ms: 0, with: { window: pick(dice, names.windows), age: dice.chance(0.5) ? whole(dice, 0, 100) / 100 : 0, ...drawUnit(dice) },
    }),
    begin: ({ car }, params) => {
      car.ride.fit(text(params, 'window'), pieceOf(params))
      return true
    },
  },
  stutter: {
    summary: 'the processor of a hub rests again and again, no longer than its board guarantees', perMinute: 1.5,
    draw: (dice, names) => ({
      for_ms: whole(dice, 1000, 12_000), with: { hub: pick(dice, names.hubs), pause_ms: whole(dice, 1, 10), every_ms: whole(dice, 25, 80) },
    }),
    begin: (stage, params) => {
      const { car, stutters } = stage
      const hub = text(params, 'hub')
      if (stutters.has(hub)) return false
      const timer = car.kernel.timer(`${hub} stutters`, () => {
        timer.startIn(figure(params, 'every_ms') * 1e6)
        if (car.hub(hub).running) car.hub(hub).pause(figure(params, 'pause_ms'))
      })
      timer.startIn(0)
      stutters.set(hub, timer)
      return true
    },
    end: ({ stutters }, params) => {
      stutters.get(text(params, 'hub'))!.stop()
      stutters.delete(text(params, 'hub'))
    },
  },
})

function pieceOf(params: Params): Piece {
  const of = (name: keyof Piece): number => figure(params, name)
  return {
    torque: of('torque'), winding: of('winding'), worm: of('worm'), cable: of('cable'), inertia: of('inertia'), age: of('age'), eFuse: of('eFuse'),
    commutation: of('commutation'), currentGain: of('currentGain'), currentOffset_A: of('currentOffset_A'), currentNoise_A: of('currentNoise_A'),
    voltageGain: of('voltageGain'), accelerationGain: of('accelerationGain'), accelerationOffset_m_s2: of('accelerationOffset_m_s2'),
    temperatureError_K: of('temperatureError_K'),
  }
}
