import { beforeAll, describe, expect, it } from 'vitest'
import { SWITCH } from '#protocol/index.ts'
import { createCar, SEDAN } from '../car/index.ts'
import { Digest } from '../checkers/index.ts'
import { namesOf } from '../schema/index.ts'
import { Fmea, type Report } from './campaign.ts'
import { parseFault } from './faults.ts'
import { DEEDS, functionsOf, OF_CLASS } from './functions.ts'
import { htmlPage } from './html.ts'
import { type Row, rowOf } from './rows.ts'
import { measure, type Measured, measureHealthy, type Watcher } from './run.ts'
import { csvText } from './text.ts'
import { SMALL } from './testing/index.ts'
import { feasibilityOf, impactOf, riskOf, THREATS, threatText } from './threats.ts'
import { differences, totalsOf, worstFirst } from './totals.ts'
import { faultTrees, treeText } from './tree.ts'

const LIMIT_ms = 120_000
const OWN = ['FL.window from DASH', 'FL.window from FL', 'FL.latch lock', 'FL.latch release from FL']

async function rowWith(...faults: string[]): Promise<Row> {
  return new Fmea(SMALL, 1, { only: faults }).row(0)
}

/** Sums over everything that each scene showed, in their order. */
function digests(): { watcher: Watcher, readonly values: readonly string[] } {
  const sums: Digest[] = []
  const watcher: Watcher = (car) => {
    const sum = new Digest()
    car.bus.tap(tapped => sum.frame(tapped))
    car.trace.subscribe(event => sum.event(event))
    sums.push(sum)
  }
  return { watcher, get values() { return sums.map(sum => sum.value) } }
}

function inState(row: Row, state: Row['functions'][number]['state']): string[] {
  return row.functions.filter(one => one.state === state).map(one => one.function)
}

describe('a fault whose effect is known', () => {
  it.each([
    { fault: 'severed@drop.FL', lost: [...OWN, 'wake'], said: { how: 'silence', by: 'FL' } },
    { fault: 'blown@drop.FL', lost: [...OWN, 'wake'], said: { how: 'status', by: 'DASH' } },
    { fault: 'unplugged@FL.window', lost: OWN.slice(0, 2), said: { how: 'dtc', by: 'FL' } },
    { fault: 'blocked@FL.window.motor', lost: OWN.slice(0, 2), said: { how: 'status', by: 'FL' } },
    { fault: 'burnt@TRUNK.latch.pawl', lost: ['TRUNK.latch release from DASH'], said: { how: 'status', by: 'TRUNK' } },
    { fault: 'contactOpen@FL.latch.release', lost: ['FL.latch release from FL'], said: undefined },
  ])('$fault: loses $lost and nothing else, and is said by $said.by', async ({ fault, lost, said }) => {
    const row = await rowWith(fault)
    expect({ lost: inState(row, 'lost').sort(), degraded: inState(row, 'degraded') }).toEqual({ lost: [...lost].sort(), degraded: [] })
    if (said === undefined) expect([row.notices, row.severity]).toEqual([[], 'lostUnnoticed'])
    else expect([row.notices, row.severity]).toEqual([expect.arrayContaining([expect.objectContaining(said)]), 'lost'])
  }, LIMIT_ms)

  it('a wheel sensor that is lost opens nothing at 120 km/h, and is said; a fault that does stands in the fault tree', async () => {
    const safe = await rowWith('wheelLost@DASH.vehicle')
    expect([safe.severity, safe.hazards]).toEqual(['reported', []])
    expect(safe.notices).toContainEqual(expect.objectContaining({ by: 'DASH', text: expect.stringContaining('fault driver') as string }))
    const row: Row = { ...safe, severity: 'unsafe', hazards: [{ kind: 'door', where: 'FL.latch', t_ms: 6000, scene: 'motorway' }] }
    const report = new Fmea(SMALL, 1, { only: row.faults }).report([row])
    const [hand, door] = faultTrees(report)
    expect([hand!.leads.single, door!.leads.single]).toEqual([[], [row]])
    expect(treeText(door!)).toContain('1 of 1 single faults lead to it\n    - `wheelLost@DASH.vehicle`')
  }, LIMIT_ms)

  it('what comes back by itself is interrupted, for as long as it was wanted and did not work', async () => {
    const row = await rowWith('hangs@DASH')
    const manager = row.functions.find(one => one.function === 'power manager')
    expect(inState(row, 'lost')).toEqual([])
    // The watchdog waits 2 s; the deputy in the trunk takes over after three missed messages.
    expect(manager === undefined || manager.interruption_ms < 2500).toBe(true)
    expect(inState(row, 'interrupted')).toContain('FL.window from DASH')
  }, LIMIT_ms)
})

describe('the method', () => {
  let healthy: Measured
  beforeAll(async () => {
    healthy = await measure(SMALL, [], 1)
  }, LIMIT_ms)

  it('finds nothing wrong with the healthy car, and each of its functions works', () => {
    // Its driver locks doors that it has not, hears that nobody obeyed, and is degraded by it.
    const said = healthy.notices.filter(({ scene, text }) => scene === 'use' && !/command.*lost|^DASH: degraded/i.test(text))
    expect([healthy.hazards, healthy.objections, said]).toEqual([[], [], []])
    const good = (name: string): boolean => healthy.outages.some(slot =>
      slot.function === name && slot.idle_ms < 0.9 * (slot.to_ms - slot.from_ms) && !slot.already)
    expect(functionsOf(createCar({ topology: SMALL })).filter(name => !good(name))).toEqual([])
  })

  it('a fault that has not come yet changes nothing, not even the order of frames and events', async () => {
    const fault = parseFault('severed@drop.FL', createCar({ topology: SMALL }))
    const ofHealthy = digests()
    await measure(SMALL, [], 1, ofHealthy.watcher)
    const ofLater = digests()
    const later = await measure(SMALL, [], 1, (car, scene) => {
      ofLater.watcher(car, scene)
      car.kernel.after(200e9, 'never', () => car.cutCable(fault.place))
    })
    expect([later, ofLater.values]).toEqual([healthy, ofHealthy.values])
    const ofFault = digests()
    await measure(SMALL, [fault], 1, ofFault.watcher)
    for (const [i, value] of ofFault.values.entries()) expect(value).not.toBe(ofHealthy.values[i])
  }, LIMIT_ms)

  it('what a press waits for in the healthy car too, when fingers are a moment late, is nothing that a fault took; what is beyond is', async () => {
    const held = await measureHealthy(SMALL, 1)
    expect(held.outages).toEqual(healthy.outages)
    expect(held.hesitant.length).toBe(6 * healthy.outages.filter(slot => slot.scene === 'use').length)
    const slot = healthy.outages.find(one => one.function === 'FL.window from DASH' && one.from_ms > 19_500)!
    const late = (one: typeof slot, late_ms: number): typeof slot => one === slot ? { ...one, idle_ms: one.idle_ms + late_ms } : one
    const measured = { ...healthy, outages: healthy.outages.map(one => late(one, 450)) }
    const row = (hesitant: typeof measured.outages): Row => rowOf(0, [], 'cable', measured, { ...healthy, hesitant })
    expect(row([])).toMatchObject({ functions: [{ function: slot.function, state: 'interrupted', interruption_ms: 450 }] })
    expect(row([{ ...slot, idle_ms: slot.idle_ms + 400 }]).functions).toEqual([])
    expect(row([{ ...slot, idle_ms: slot.idle_ms + 200 }]).functions).toMatchObject([{ state: 'interrupted', interruption_ms: 250 }])
  }, LIMIT_ms)

  it('a contact that stays open shows only in scenes in which somebody presses it: the others are as they were', async () => {
    const fault = parseFault('contactOpen@FL.latch.release', createCar({ topology: SMALL }))
    const played: string[] = []
    const seen = await measure(SMALL, [fault], 1, (_, scene) => played.push(scene), healthy)
    expect(played).toEqual(['use', 'motorway'])
    expect(seen).toEqual(await measure(SMALL, [fault], 1))
  }, LIMIT_ms)

  it('the same seed gives the same row, whoever makes it', async () => {
    const [one, other] = [new Fmea(SMALL, 1, { pairs: 2 }), new Fmea(SMALL, 1, { pairs: 2 })]
    const first = await one.row(1)
    await other.row(0)
    expect(await other.row(1)).toEqual(first)
    expect(new Fmea(SMALL, 2, { pairs: 2 }).tasks).not.toEqual(one.tasks)
  }, LIMIT_ms)
})

it('every switch of the catalogue and every component class is somebody\'s function, or says why not', () => {
  const car = createCar({ topology: SEDAN })
  const functions = functionsOf(car)
  expect(namesOf(SWITCH).filter(name => name !== 'none' && !(name in DEEDS))).toEqual([])
  for (const [name, { class: type }] of car.components) {
    const least = OF_CLASS[type]
    if (typeof least === 'number') expect([name, functions.filter(one => one.startsWith(`${name} `)).length >= least]).toEqual([name, true])
  }
})

it('a fault that the car cannot have is refused with what it can have', () => {
  expect(() => new Fmea(SMALL, 1, { only: ['severd@drop.FL'] })).toThrow('did you mean severed?')
  expect(() => new Fmea(SMALL, 1, { only: ['severed@drop.RL'] })).toThrow('"drop.RL" is not one of spine.DASH')
  expect(() => new Fmea(SMALL, 1, { only: ['severed'] })).toThrow('fault "severed"')
})

describe('what is printed', () => {
  const row: Row = {
    number: 0, faults: ['severed@drop.FL'], what: '<b>drop.FL</b>, "cut"', group: 'cable', severity: 'lost',
    functions: [{ function: 'FL.window from DASH', state: 'lost', interruption_ms: 10 }], notices: [{ how: 'dtc', by: 'DASH', text: '=HYPERLINK("x")' }],
    hazards: [], objections: [], force_N: 70,
  }
  const report: Report = { format: 1, car: '<script>', seed: 1, functions: ['FL.window from DASH'], asked: 2, rows: [row] }

  it('a page in which names are text, never markup', () => {
    const page = htmlPage([report, { ...report, car: 'b', rows: [{ ...row, severity: 'latent', functions: [] }] }], () => () => 'npx <x>')
    expect(page.match(/<script|<b>|<x>/g)).toBe(null)
    expect(page).toContain('&lt;b&gt;drop.FL&lt;/b&gt;, &quot;cut&quot;')
    expect(page).toContain('1 of 2 rows')
  })

  it('a CSV that quotes, and has no formula', () => {
    const [, line] = csvText([{ car: 'a,b', row, replay: '=1' }]).split('\r\n')
    expect(line).toBe('"a,b",0,severed@drop.FL,"<b>drop.FL</b>, ""cut""",cable,lost,FL.window from DASH,,,10,"DASH: =HYPERLINK(""x"")",,,70.0,\'=1')
  })

  it('counts, order and differences', () => {
    const worse = { ...row, number: 1, severity: 'unsafe' } as const
    expect(worstFirst([row, worse])).toEqual([worse, row])
    const [{ group, counts }] = totalsOf({ ...report, rows: [row, worse] }).byGroup as [ReturnType<typeof totalsOf>['byGroup'][number]]
    expect([group, counts.unsafe, counts.lost, counts.latent]).toEqual(['cable', 1, 1, 0])
    expect(differences(report, report)).toEqual([])
    expect(differences(report, { ...report, rows: [{ ...row, functions: [] }] })).toHaveLength(1)
    expect(faultTrees(report)[0]!.near).toEqual([{ row, text: '70 N on the hand' }])
  })
})

it('a threat is as risky as it is bad and easy', () => {
  const { openAtSpeed } = THREATS
  expect([impactOf(openAtSpeed), feasibilityOf(openAtSpeed.potential), riskOf(openAtSpeed)]).toEqual(['severe', 'high', 5])
  const hard = { ...openAtSpeed, potential: { time: 'halfYear', expertise: 'expert', knowledge: 'public', window: 'moderate', equipment: 'standard' } } as const
  expect([feasibilityOf(hard.potential), riskOf(hard)]).toEqual(['very low', 2])
  const text = threatText()
  for (const [name, threat] of Object.entries(THREATS)) expect(text).toContain(`## ${name}\n\n- **Scenario**: ${threat.scenario}`)
})
