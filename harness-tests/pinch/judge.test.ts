import { describe, expect, it } from 'vitest'
import { WINDOW_PARAMETERS } from '#firmware/components/window/index.ts'
import {
  byLaw, CASE_PARAMETERS, type CaseValues, caseText, changedCase, closeCase, type Detection, drawCase, estimate_N, LIMIT_N,
  nominalCase, OBJECT_KINDS, objectOf, pressCase, PUNCTUAL, SITUATION_NAMES, SITUATIONS, SPACE, tellCase,
} from '#sim/pinch/index.ts'
import { parseCase } from '#sim/cli/pinch/case.ts'

/** A seed that nobody has tuned anything on; the replay line of a failure names it. `SPINE_SEED` sets it. */
const FRESH_SEED = Number(process.env['SPINE_SEED'] ?? Math.floor(performance.timeOrigin)) % 0x1_0000_0000

const cases = (seed: number, count: number): CaseValues[] => Array.from({ length: count }, (_, number) => drawCase(seed, number))
const lawful = (seed: number, count: number): CaseValues[] => cases(seed, count).filter(values => byLaw(objectOf(values).kind))
const told = (values: CaseValues, peak_N: number): string => `${peak_N.toFixed(1)} N: npx spine pinch --case '${caseText(values)}'`

/** What is pressed with the limit or more, as lines that replay it. */
function tooHard(all: readonly CaseValues[], detection: Detection): string[] {
  return all.flatMap((values) => {
    const { peak_N } = pressCase(values, detection)
    return peak_N < LIMIT_N ? [] : [told(values, peak_N)]
  })
}

/** What a search found that an earlier law pressed this hard, N: put in while the glass backed off, and met before friction was known. */
const HUNTED: readonly (readonly [number, string])[] = [
  [162, 'torque=1.039,winding=0.9794,worm=0.9388,cable=1.2,inertia=2.5,currentGain=0.9894,currentOffset_A=0.02574,currentNoise_A=0.1083,commutation=0.01559,voltageGain=0.9956,accelerationGain=1.024,accelerationOffset_m_s2=-0.1801,temperatureError_K=1.295,eFuse=0.959,rod=3,place=0.5374,stiffens_mm=4.075,above_mm=5.979,late_mm=13,supply_V=9,step_V=2,stepAt_ms=679,ripple_Hz=119,rippleAt=0.07365,dip_V=2.022,dip_ms=86.75,dipAt_ms=580.9,contactAt_ms=366.7,temperature_C=-27.88,drag=1.2,learned=0,road_m_s2=1.992,slam_ms=33.85,slamAt_ms=681.1,gust_ms=306.1,gustAt_ms=1304,tick_ms=20,phase_ms=16,pauseAt_N=49.44,noise=3759973357'],
  [225, 'torque=0.9107,winding=0.9,worm=0.85,cable=1.2,inertia=2.5,currentGain=1.05,currentOffset_A=0.1,currentNoise_A=0.1478,commutation=0.0765,voltageGain=0.99,accelerationGain=1.028,accelerationOffset_m_s2=-0.2115,temperatureError_K=5,eFuse=1.043,rod=3,place=0.5458,stiffens_mm=4.986,above_mm=134.9,late_mm=13,supply_V=9,step_V=2,stepAt_ms=600,ripple_Vpp=0.1109,ripple_Hz=16870,rippleAt=0.9653,dip_V=0.6672,dip_ms=88.08,dipAt_ms=513.1,contactAt_ms=2747,temperature_C=80,drag=0.7,age=0.8752,road_m_s2=1.904,slam_m_s2=22.32,slam_ms=35.92,gust_ms=1139,gustAt_ms=6019,tick_ms=17,phase_ms=4,jitter_ms=1,pauseChance=0.06722,pauseAt_N=29.94,noise=2048175826'],
  [166, 'torque=1.1,winding=0.9113,worm=0.85,cable=1.2,inertia=2.159,currentGain=0.9552,currentOffset_A=0.1,currentNoise_A=0.01266,voltageGain=0.992,accelerationGain=1.05,accelerationOffset_m_s2=-0.1295,temperatureError_K=3.528,eFuse=0.9699,place=0.1468,stiffens_mm=6.704,above_mm=0.8376,late_mm=12.75,supply_V=15.52,step_V=0.3859,stepAt_ms=2852,ripple_Hz=18800,rippleAt=0.5738,dip_ms=18.23,dipAt_ms=1861,contactAt_ms=4125,temperature_C=15.55,drag=0.8285,age=0.916,road_m_s2=0.7722,slam_m_s2=29.72,slam_ms=35.24,gust_N=19.75,gust_ms=1205,gustAt_ms=351.1,tick_ms=20,phase_ms=9,pauseChance=0.02067,noise=3421439638'],
  [135, 'torque=1.097,winding=0.9142,worm=0.85,cable=1.157,inertia=1.425,currentGain=0.9871,currentOffset_A=0.0726,currentNoise_A=0.07734,voltageGain=0.9943,accelerationGain=0.9859,accelerationOffset_m_s2=-0.352,temperatureError_K=5,eFuse=1.079,place=0.1139,stiffens_mm=6.533,above_mm=0,late_mm=13,supply_V=9.457,step_V=1.271,stepAt_ms=6270,ripple_Hz=20310,rippleAt=0.834,dip_ms=88.34,dipAt_ms=2435,contactAt_ms=7473,temperature_C=-17.77,drag=1.271,age=0.07998,road_m_s2=1.676,slam_m_s2=1.23,slam_ms=20.76,slamAt_ms=1322,gust_N=19.66,gust_ms=894.9,gustAt_ms=391.1,tick_ms=11,phase_ms=2,noise=823227411'],
]

describe('a case', () => {
  it('of a seed and a number is the same on every machine', () => {
    const { supply_V, ripple_Hz, torque, above_mm, noise, tick_ms } = drawCase(7, 123)
    expect({ supply_V, ripple_Hz, torque, above_mm, noise, tick_ms }).toMatchInlineSnapshot(`
      {
        "above_mm": 354.0332878911868,
        "noise": 2237235615,
        "ripple_Hz": 59.09512151265517,
        "supply_V": 10.978590523358434,
        "tick_ms": 13,
        "torque": 0.9726012571714819,
      }
    `)
    expect(drawCase(7, 124)).not.toEqual(drawCase(7, 123))
    expect(drawCase(8, 123)).not.toEqual(drawCase(7, 123))
  })

  it('draws everything within its declared range, up to both ends', () => {
    const all = cases(3, 3000)
    for (const name of CASE_PARAMETERS) {
      const { low, high, nominal, chance } = SPACE[name]
      const values = all.map(each => each[name])
      const least = Math.min(...values)
      const most = Math.max(...values)
      expect(least, name).toBeGreaterThanOrEqual(Math.min(low, nominal))
      expect(most, name).toBeLessThanOrEqual(high)
      expect(most - least, name).toBeGreaterThan(0.95 * (high - low))
      const differing = values.filter(value => value !== nominal).length / all.length
      if (chance < 1) expect(differing, name).toBeLessThan(chance + 0.04)
    }
  })

  it('starts within 30 mm of the object half of the time, with every rod of the law, and sometimes with another', () => {
    const all = cases(3, 3000)
    const near = all.filter(values => values.above_mm <= 30).length / all.length
    expect(near).toBeGreaterThan(0.48)
    expect(near).toBeLessThan(0.58)
    const objects = all.map(objectOf)
    for (const kind of OBJECT_KINDS) expect(objects.filter(one => one.kind === kind).length, kind).toBeGreaterThan(0.06 * all.length)
    const openings = objects.filter(({ kind }) => kind === '65 N/mm').map(({ opening_mm }) => opening_mm)
    expect([Math.floor(Math.min(...openings)), Math.ceil(Math.max(...openings))]).toEqual([4, 25])
    expect(objectOf(nominalCase({ rod: 3, course: 2, place: 0 }))).toMatchObject({ stiffness_N_mm: 130, opening_mm: 4 })
    expect(objectOf(nominalCase({ rod: 3, course: 1, place: 1, stiffens_mm: 6 })))
      .toMatchObject({ stiffness_N_mm: 5, rise_N_mm2: 10, opening_mm: 200 })
  })

  it('is written as what differs from the nominal one, and refuses what is not declared', () => {
    const values = drawCase(7, 5)
    expect(nominalCase(parseCase(caseText(values)).given)).toEqual(values)
    expect(tellCase(nominalCase({ rod: 2, place: 0, above_mm: 5, drag: 0.7, dip_ms: 7 }))).toBe('20 N/mm at 25.0 mm, from 30.0 mm; drag 0.7')
    expect(() => changedCase(values, { supply_V: 17 })).toThrow('supply_V 17 V is not in 9…16 V')
    expect(() => changedCase(values, { drag: NaN })).toThrow('drag NaN × is not in 0.7…1.4 ×')
  })
})

describe('the judge is judged', () => {
  it.each([40, 50])('by an oracle that knows the true force and brakes at %d N: it presses nothing with the limit', (trip_N) => {
    expect(tooHard(lawful(7, 250), trip_N)).toEqual([])
  })

  it('on a seed that nobody has seen', () => {
    expect(tooHard(lawful(FRESH_SEED, 150), 40), `SPINE_SEED=${FRESH_SEED}`).toEqual([])
  })

  it('the oracle reverses from what it meets, and opens again', () => {
    const results = lawful(9, 60).map(values => ({ values, result: pressCase(values, 40) }))
    const reversed = results.filter(({ result }) => result.end === 'reversed')
    expect(reversed.length).toBeGreaterThan(0.8 * results.length)
    for (const { values, result } of results) expect(result.reopened, told(values, result.peak_N)).toBe(true)
    // The others: an eFuse that trips at the start of a stiff unit, which the driver takes for a hand.
    expect(reversed.filter(({ result }) => result.peak_N > 40).length).toBeGreaterThan(0.9 * reversed.length)
  })

  it('by an oracle that closes when nothing is in its way, but where the motor is too weak or the eFuse trips', () => {
    for (const situation of SITUATION_NAMES) {
      const ends = lawful(7, 40).map(values => closeCase(SITUATIONS[situation](values), 40).end)
      expect(ends.filter(end => end === 'closed').length, situation).toBeGreaterThan(0.8 * ends.length)
    }
  })

  it('by a firmware whose detection is disabled: it is caught, and the eFuse is all that is left', () => {
    expect(tooHard(lawful(7, 80), 'none').length).toBeGreaterThan(10)
  })

  it('of an object that is put in while the glass backs off, by a law that was not tuned on it', () => {
    const late = lawful(FRESH_SEED, 150).map((values, i) => changedCase(values, { late_mm: 0.1 + 12.9 * i / 150 }))
    const { opening_mm, start_mm } = objectOf(late.at(-1)!)
    expect(start_mm).toBeLessThan(opening_mm)
    expect(late.filter(values => pressCase(values).peak_N > 0).length).toBeGreaterThan(0.8 * late.length)
    expect(tooHard(late, 'firmware'), `SPINE_SEED=${FRESH_SEED}`).toEqual([])
  })

  it.each(HUNTED)('of what was pressed by %i N', (_peak_N, text) => {
    expect(tooHard([nominalCase(parseCase(text).given)], 'firmware')).toEqual([])
  })

  it('gives the same for the same case, and lets one look', () => {
    const values = drawCase(7, 11)
    let milliseconds = 0
    let most_N = 0
    const watched = pressCase(values, 'firmware', (rig) => {
      milliseconds++
      most_N = Math.max(most_N, estimate_N(rig))
    })
    expect(watched).toEqual(pressCase(values))
    expect(milliseconds).toBe(watched.took_ms)
    expect(most_N).toBeGreaterThan(0)
  })
})

it('draws ticks as late as a window takes for judged, and no later', () => {
  expect(SPACE.tick_ms.high + PUNCTUAL.pause_ms).toBe(WINDOW_PARAMETERS.gapMost_ms)
})
