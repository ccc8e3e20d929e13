import { describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, IMAGE_HEADER_BYTES, imageVersion, packImage, POSITIVE, SERVICE, UPDATE_CAUSE, UPDATE_STATE } from '#protocol/index.ts'
import { buildHub } from '#sim/build/index.ts'
import { createCar, readTopology, SEDAN, sedanPower } from '#sim/car/index.ts'
import { Technician, UpdateClient, type UpdateResult, type Wire } from '#sim/diag/index.ts'
import { Laptop } from './laptop.ts'

/** Updates that the power interrupts at a random time: all of them by `SPINE_POWER_CUTS=10000`. */
const RUNS = Number(process.env['SPINE_POWER_CUTS'] ?? 3)
const LIMIT_ms = 120_000 + RUNS * 2000
/** Three pages of flash, and a piece. */
const PAYLOAD = Uint8Array.from({ length: 4096 * 2 + 700 }, (_, i) => i * 13)

const imageOf = (version: number, payload: Uint8Array = PAYLOAD): Uint8Array => packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, version, payload)

/** The new image crashes; that of the works does not. */
function crashing(payload: Uint8Array): (() => never) | undefined {
  if (payload.length !== PAYLOAD.length) return undefined
  return () => { throw new Error('a broken image') }
}

function awake(seed = 7): Laptop {
  const car = createCar({ seed })
  car.boot()
  car.run(1500)
  return new Laptop(car)
}

function update(laptop: Laptop, image: Uint8Array, older = false): Promise<UpdateResult> {
  return laptop.wait(new UpdateClient(laptop.wire, laptop.clock, 'FL', image, { older }).run())
}

const journalOf = async (laptop: Laptop): Promise<Record<string, unknown>> =>
  (await laptop.wait(new Technician(laptop.wire, laptop.clock).did('FL', 'update')))[0]!

describe('an update over the bus', () => {
  it('installs, proves itself, and is faster than 400 bytes a second at 10 ms and blocks of 8', async () => {
    const laptop = awake()
    const result = await update(laptop, imageOf(imageVersion(1, 2, 3)))
    expect(result).toMatchObject({ before: '0.1.0', now: '1.2.3', resumed: 0 })
    const rate = result.sent / result.transfer_ms * 1000
    console.info(JSON.stringify({ bytes: result.sent, bytes_per_s: Math.round(rate) }))
    expect(rate).toBeGreaterThan(400)
    expect(await journalOf(laptop)).toMatchObject({ state: 'running', cause: 'none', running: 1 })
    expect((await update(laptop, imageOf(imageVersion(1, 3, 0)))).now, 'and again, into the other area').toBe('1.3.0')
    expect(await journalOf(laptop)).toMatchObject({ running: 0 })
  }, LIMIT_ms)

  it('installs what spine build makes, and runs it', async () => {
    const topology = readTopology(SEDAN)
    const { image } = await buildHub('door', 'xs', imageVersion(0, 2, 0), sedanPower(topology, topology.copper))
    const laptop = awake()
    const booted: Uint8Array[] = []
    laptop.car.hub('FL').imageOf = (payload) => {
      booted.push(payload)
      return undefined
    }
    expect(await update(laptop, image)).toMatchObject({ before: '0.1.0', now: '0.2.0', resumed: 0, sent: image.length })
    expect(booted).toEqual([image.subarray(IMAGE_HEADER_BYTES)])
    expect((await laptop.wait(new Technician(laptop.wire, laptop.clock).did('FL', 'version')))[0]).toEqual({ version: '0.2.0' })
  }, LIMIT_ms)

  it('inhibits motors meanwhile, and nobody else misses a deadline', async () => {
    const laptop = awake()
    const { car } = laptop
    car.setIgnition('on')
    car.run(200)
    const opening = (): number => car.component('FL.window').plant.observe()['position_pct'] as number
    const before = opening()
    const updating = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3))).run()
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(3000, resolve)))
    car.press('DASH.windowFL.down')
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(1500, resolve)))
    car.release('DASH.windowFL.down')
    car.world.sync()
    expect(opening()).toBe(before)
    await laptop.wait(updating)
    for (const [name, hub] of car.hubs) {
      const counters = hub.firmware!.counters
      expect([name, counters.txExpired, counters.txOverflow, counters.stalls]).toEqual([name, 0, 0, 0])
    }
    car.press('DASH.windowFL.down')
    car.run(1500)
    car.world.sync()
    expect(opening(), 'afterwards it moves again').not.toBe(before)
  }, LIMIT_ms)

  it('falls back after three boots of an image that crashes, and says so', async () => {
    const laptop = awake()
    laptop.car.hub('FL').imageOf = crashing
    await expect(update(laptop, imageOf(imageVersion(2, 0, 0)))).rejects.toThrow('FL runs its old image again: the new image did not come up in three boots')
    laptop.car.run(2000)
    const troubles = await laptop.wait(new Technician(laptop.wire, laptop.clock).troubles('FL'))
    expect(troubles.map(({ code, description }) => [code, description?.text])).toContainEqual(['B1103-52', 'the last update is not running'])
  }, LIMIT_ms)

  it('does not write when the supply is low, keeps the voltage, and goes on when it is back', async () => {
    const laptop = awake()
    const updating = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3))).run()
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(6000, resolve)))
    laptop.car.setSupply(5.1, 'FL')
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(4000, resolve)))
    expect(await journalOf(laptop)).toMatchObject({ state: 'writing', cause: 'supplyLow', supply_V: 5.1 })
    laptop.car.setSupply(undefined, 'FL')
    const result = await laptop.wait(updating)
    expect(result.now).toBe('1.2.3')
    expect(result.resumed, 'one dip is one interruption, however often it asks meanwhile').toBe(1)
    const undisturbed = await update(laptop, imageOf(imageVersion(1, 2, 3)))
    const rate = (of: UpdateResult): number => of.sent / of.transfer_ms
    expect(rate(result) / rate(undisturbed), 'the time of all bytes that are counted').toBeCloseTo(1, 1)
    expect(result.sent, 'whole pages are not sent again').toBeLessThan(imageOf(1).length + 4096 + 258)
  }, LIMIT_ms)

  it('refuses in one line what is not for this hub, and nothing boots that is half there', async () => {
    const laptop = awake()
    const good = imageOf(imageVersion(1, 2, 3))
    const flipped = good.slice()
    flipped[1000] = flipped[1000]! ^ 1
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [packImage(HUB_TYPE.trunk, IMAGE_ENGINE.xs, imageVersion(1, 0, 0), PAYLOAD), 'this image is for a trunk hub, and FL is a door: build one with npx spine build door, or name TRUNK'],
      [good.subarray(0, 5000), 'it is truncated'],
      [flipped, 'its hash is wrong'],
      [Uint8Array.from([...good, 0, 0]), 'it is longer than its header says'],
      [new Uint8Array(3000), 'it is no firmware image of ours'],
      [packImage(HUB_TYPE.door, IMAGE_ENGINE.espruino, imageVersion(1, 0, 0), PAYLOAD), 'this image is for espruino, and FL runs xs: build it with --engine xs'],
      [imageOf(imageVersion(1, 0, 0), new Uint8Array(200_000)), 'FL has room for an image of 196608 bytes, and this one has 200048'],
      [imageOf(imageVersion(0, 0, 9)), 'FL runs 0.1.0, and this image is 0.0.9: it is older than what runs: --older'],
    ]
    for (const [image, words] of cases) {
      const said = await update(laptop, image).then(() => 'it was installed', (error: Error) => error.message)
      expect(said).toContain(words)
      expect(said).not.toContain('\n')
      expect(laptop.car.hub('FL').flash.untouched, 'nothing was written').toBe(true)
    }
    laptop.car.resetHub('FL')
    laptop.car.run(1500)
    expect((await journalOf(laptop))['running']).toBe(0)
    expect((await update(laptop, imageOf(imageVersion(0, 0, 9)), true)).now, 'an older one when told so').toBe('0.0.9')
  }, LIMIT_ms)

  it('lets another tester of the same hub finish, and then installs its own', async () => {
    const laptop = awake()
    const other = new Laptop(laptop.car, 'other')
    const told: string[] = []
    const started = (mine: Laptop, version: number): Promise<string> => new UpdateClient(mine.wire, mine.clock, 'FL', imageOf(version), {
      older: true, onProgress: ({ problem }) => { if (problem !== '' && problem !== told.at(-1)) told.push(problem) },
    }).run().then(({ now }) => now, (error: Error) => error.message)
    const first = started(laptop, imageVersion(1, 2, 3))
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(3000, resolve)))
    const second = started(other, imageVersion(1, 2, 4))
    const both = await laptop.wait(Promise.all([first, second]))
    expect(told, both.join('; ')).toContain('another tester is at work on FL: it goes first')
    expect(both.filter(said => /^1\.2\.[34]$/.test(said)).length, both.join('; ')).toBeGreaterThan(0)
    for (const said of both) expect(said).toMatch(/^1\.2\.[34]$|another tester/)
  }, LIMIT_ms)

  it.each([1, 100, 499, 700])('goes first of two that begin within a second, and the other says so and is not in its way: %d ms', async (later_ms) => {
    const laptop = awake()
    const other = new Laptop(laptop.car, 'other')
    const told: string[] = []
    const started = (mine: Laptop, name: string, version: number): Promise<UpdateResult> => new UpdateClient(mine.wire, mine.clock, 'FL', imageOf(version), {
      onProgress: ({ problem }) => { if (problem !== '') told.push(`${name}: ${problem}`) },
    }).run()
    const first = started(laptop, 'first', imageVersion(1, 2, 3))
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(later_ms, resolve)))
    const second = started(other, 'second', imageVersion(1, 2, 4))
    expect(await laptop.wait(Promise.all([first, second]))).toMatchObject([
      { before: '0.1.0', now: '1.2.3', resumed: 0 }, { before: '1.2.3', now: '1.2.4', resumed: 0 },
    ])
    expect([...new Set(told)]).toEqual(['second: another tester is at work on FL: it goes first'])
  }, LIMIT_ms)

  it('takes an answer to its own block that a slow link brings late for that of no other tester', async () => {
    const laptop = awake()
    const told = new Set<string>()
    let late = 0
    const wire: Wire = {
      send: frame => laptop.wire.send(frame),
      onFrame: handler => laptop.wire.onFrame((frame) => {
        const isSlow = frame.data[1] === SERVICE.transfer + POSITIVE && frame.data[2]! % 5 === 0 && late < 8
        if (!isSlow) return handler(frame)
        const held = { ...frame, data: frame.data.slice() }
        late++
        laptop.clock.after(900, () => handler(held))
      }),
    }
    const result = await laptop.wait(new UpdateClient(wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3)), {
      onProgress: ({ problem }) => told.add(problem),
    }).run())
    expect(late).toBe(8)
    expect([result.now, result.resumed]).toEqual(['1.2.3', late])
    expect([...told].filter(problem => problem !== '')).toEqual(['FL does not answer (nothing within 500 ms)'])
  }, LIMIT_ms)

  it('ends when it is told to, and says how far it came', async () => {
    const laptop = awake()
    const stop = new AbortController()
    const client = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3)), {
      stop: stop.signal, onProgress: ({ written }) => { if (written > 2000) stop.abort() },
    })
    await expect(laptop.wait(client.run())).rejects.toThrow(/^stopped: 2\d\d\d of 8940 bytes are written; start it again to go on$/)
  }, LIMIT_ms)

  it('gives up on a hub that stops answering, and says how far it is', async () => {
    const laptop = awake()
    const client = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3)), { patience_ms: 5000 })
    const updating = client.run().then(() => '', (error: Error) => error.message)
    await laptop.wait(new Promise<void>(resolve => laptop.clock.after(5000, resolve)))
    laptop.car.powerHub('FL', false)
    expect(await laptop.wait(updating)).toMatch(/FL does not answer .* of 8940 bytes are written: start it again to go on/)
  }, LIMIT_ms)

  it('tells why the link is down rather than of a hub that does not answer', async () => {
    const laptop = awake()
    let down = ''
    const wire: Wire = { send: frame => down === '' && laptop.wire.send(frame), onFrame: handler => laptop.wire.onFrame(handler) }
    const client = new UpdateClient(wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3)), {
      patience_ms: 5000, down: () => down, onProgress: ({ written }) => { if (written > 2000) down = 'nothing listens on 192.0.2.7:3333' },
    })
    await expect(laptop.wait(client.run())).rejects.toThrow(/^the link is down \(nothing listens on [\d.:]+\); 2\d+ of 8940 bytes are /)
  }, LIMIT_ms)

  it('says that the power failed, and not that a good supply is low, when the new image had none in its boots', async () => {
    const laptop = awake()
    const { car, clock } = laptop
    const client = new UpdateClient(laptop.wire, clock, 'FL', imageOf(imageVersion(1, 2, 3)), {
      onProgress: ({ phase }) => {
        if (phase !== 'restarting') return
        for (let cut = 1; cut <= 4; cut++) {
          clock.after(cut * 3000, () => car.powerHub('FL', false))
          clock.after(cut * 3000 + 1000, () => car.powerHub('FL', true))
        }
      },
    })
    const said = await laptop.wait(client.run()).then(() => 'it was installed', (error: Error) => error.message)
    expect(said).toMatch(/^FL runs its old image again: its power failed while the new image was tried; supply 1\d.* V when /)
    expect(said).toContain(': see to battery, fuse and drop')
  }, LIMIT_ms)

  it('tells while it proves that the hub has gone, and so at its end', async () => {
    const laptop = awake()
    const told: { at_ms: number, problem: string }[] = []
    const client = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3)), {
      onProgress: ({ phase, problem }) => {
        told.push({ at_ms: laptop.clock.now_ms(), problem })
        if (phase === 'restarting') laptop.clock.after(1000, () => laptop.car.powerHub('FL', false))
      },
    })
    const said = await laptop.wait(client.run()).then(() => 'it was installed', (error: Error) => error.message)
    expect(said).toContain('FL does not answer (nothing within 500 ms) since FL was restarted: see to power and link')
    expect(told.at(-1)!.problem).toBe('FL does not answer (nothing within 500 ms)')
    expect(Math.max(...told.slice(1).map(({ at_ms }, i) => at_ms - told[i]!.at_ms)), 'it is never quiet').toBeLessThan(4000)
  }, LIMIT_ms)

  it(`ends with a whole image after each of ${RUNS} power cuts at random times`, async () => {
    const causes: Record<string, number> = {}
    for (let run = 0; run < RUNS; run++) {
      const laptop = awake(run)
      const { car } = laptop
      const dice = car.kernel.prng('power cuts')
      const broken = dice.next() < 0.2
      if (broken) car.hub('FL').imageOf = crashing
      const updating = new UpdateClient(laptop.wire, laptop.clock, 'FL', imageOf(imageVersion(1, 2, 3))).run()
        .then(result => result.now, (error: Error) => error.message)
      laptop.clock.after(dice.next() * 30_000, () => {
        car.powerHub('FL', false)
        laptop.clock.after(20 + dice.next() * 2000, () => car.powerHub('FL', true))
      })
      const said = await laptop.wait(updating)
      const { state, cause } = await journalOf(laptop)
      expect([said, state], `seed ${run}`).toEqual(broken
        ? [expect.stringContaining('FL runs its old image again: '), 'running']
        : [expect.stringMatching(/^1\.2\.3$/), 'running'])
      causes[String(cause)] = (causes[String(cause)] ?? 0) + 1
    }
    console.info(JSON.stringify({ runs: RUNS, causes }))
    expect(Object.keys(causes).every(cause => cause in UPDATE_CAUSE)).toBe(true)
    expect(UPDATE_STATE.running).toBe(1)
  }, LIMIT_ms)
})
