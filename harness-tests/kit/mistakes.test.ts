import { describe, expect, it } from 'vitest'

import { encodeMessage } from '#protocol/messages/index.ts'
import { heard, journey, SimulatedVehicle, SimulatorDriver } from './index.ts'
import { seedOfEnvironment } from './limits.ts'
import { Observer } from './observer.ts'

function booted(): SimulatedVehicle {
  const driver = new SimulatorDriver({ seed: 1 })
  const car = new SimulatedVehicle(driver)
  driver.boot()
  return car
}

describe('a time that is none', () => {
  const car = booted()
  it.each([NaN, -1, Infinity])('of %d ms is refused wherever time passes, by name, range and unit', async (time_ms) => {
    const refused = new RegExp(`${time_ms} ms is outside 0…2147483647 ms`)
    const begun_ms = car.now_ms
    await expect(car.run(time_ms)).rejects.toThrow(refused)
    await expect(car.press('DASH.windowFL.down', time_ms)).rejects.toThrow(refused)
    await expect(car.until('never', () => false, { within_ms: time_ms })).rejects.toThrow(refused)
    await expect(car.expectNever('never', () => false, { for_ms: time_ms })).rejects.toThrow(refused)
    expect(() => car.driver.advance(() => false, time_ms)).toThrow(refused)
    expect(() => car.history('WindowStatus@FL', time_ms)).toThrow(refused)
    expect(car.now_ms).toBe(begun_ms)
    expect(car.car.isPressed('DASH.windowFL.down')).toBe(false)
  })
})

describe('SPINE_SEED', () => {
  it.each(['abc', '-1', '1.5', '4294967296', ' 7'])('of "%s" is refused by its name and range', (text) => {
    expect(() => seedOfEnvironment({ SPINE_SEED: text })).toThrow(/SPINE_SEED .* is not a whole number in 0…4294967295/)
  })
  it('may be any seed, or not set', () => {
    expect(seedOfEnvironment({ SPINE_SEED: '4294967295' })).toBe(4_294_967_295)
    expect(seedOfEnvironment({})).toBeUndefined()
  })
})

describe('the status of a message that was not seen', () => {
  it('tells what came instead, and that the hub has no power', async () => {
    const { driver } = booted()
    driver.car.powerHub('FR', false)
    const late = new SimulatedVehicle(driver)
    await late.run(1200)
    expect(() => late.status('WindowStatus@FR')).toThrow(new RegExp([
      'no WindowStatus@FR was seen up to 2700.0 ms', 'the nearest that was: WindowStatus@R[LR]', 'WindowStatus elsewhere: .*WindowStatus@RL \\d+.*',
      'at FR: none', 'hub FR has no power', 'the bus carried \\d+ frames: ',
    ].join('\\n  ')))
  })
})

describe('a history', () => {
  it('of what is forgotten is refused, by the time it goes back to', () => {
    const seen = new Observer(100)
    for (let t_ms = 1; t_ms <= 201; t_ms++) {
      seen.observe(encodeMessage('WindowStatus@FL', { position_pct: 10 }, { source: 0x81, counter: (t_ms - 1) % 15 }), t_ms * 1e6)
    }
    expect(seen.history('WindowStatus@FL', 101)).toHaveLength(101)
    expect(() => seen.history('WindowStatus@FL', 100)).toThrow('history of WindowStatus@FL since 100 ms: only the last 100 frames are kept for sure, here those since 101 ms')
  })
})

describe('a condition that throws by what it reads', () => {
  it('fails with that, and what the car did can still be told', async () => {
    const car = booted()
    await expect(async () => car.until('it opens', () => car.history('WindowStatus@FL', NaN).length > 0)).rejects.toThrow('history: from_ms NaN ms')
    expect(car.situation()).toContain('last frames:')
  })
})

describe('a condition that is async', () => {
  it('is refused, as a promise is always true', async () => {
    const never = (() => Promise.resolve(false)) as unknown as () => boolean
    await expect(async () => booted().until('it opens', never)).rejects.toThrow('it opens: the condition is async')
    await expect(async () => booted().expectNever('it opens', never, { for_ms: 100 })).rejects.toThrow(TypeError)
  })
})

describe('an option of a journey that is misspelt where no compiler looks', () => {
  it.each([
    [{ seed: [1] }, '"seed" is not one of topology, without, seeds'], [{ fault: {} }, 'did you mean faults?'],
  ])('%j is refused by its name', (options, told) => {
    expect(() => journey('x', () => {}, options as object)).toThrow(told)
  })
})

describe('a name from elsewhere', () => {
  it('is checked, and the error names what there is', () => {
    const car = booted()
    expect(car.named('cable', 'spine.FL')).toBe('spine.FL')
    expect(() => car.named('component', 'FL.windwo')).toThrow(/unknown component "FL.windwo"; there are FL.window, /)
    expect(heard('windowstatus@fl')).toBe('WindowStatus@FL')
    expect(() => heard('WindowStatsu@FL')).toThrow(/did you mean WindowStatus/)
  })
})

describe('a condition that is waited for in vain', () => {
  it('shows the last of all that it read, what the hubs logged, and the faults that stand', async () => {
    const car = booted()
    car.car.unplug('FL.mirror')
    car.car.resetHub('RR')
    const flies = (): boolean => car.status('WindowStatus@FL').position_pct > 100 || car.shows('FL.latch').ajar === true
    const waiting = car.until('it flies', flies, { within_ms: 400 })
    await expect(waiting).rejects.toThrow(/waited 400 ms in vain until it flies/)
    await expect(waiting).rejects.toThrow(/the condition read:\n {2}WindowStatus@FL {2}{.*"position_pct":0.*\n/)
    await expect(waiting).rejects.toThrow(/\n {2}shows FL.latch {2}{.*"ajar":false/)
    await expect(waiting).rejects.toThrow(/hub logs:\n(.*\n)*.*RR reset, cause external/)
    await expect(waiting).rejects.toThrow(/standing faults:\n {2}FL.mirror unplugged \(since 1500.000 ms\)/)
    await expect(waiting).rejects.toThrow(/armed timers:/)
  })
})
