import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spine-plan-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string): string => join(folder, name)

interface Ended { readonly code: number, readonly out: string, readonly err: string }

async function spine(words: readonly string[], options: Parameters<typeof fakeTerminal>[0] = {}): Promise<Ended> {
  const terminal = fakeTerminal(options)
  const code = await run(words, terminal)
  return { code, out: terminal.out, err: terminal.err }
}

describe('spine plan', () => {
  it('prints cables, hubs, parts and what is weak; the sized car is written, read again and is as it was chosen', async () => {
    const { code, out } = await spine(['plan', '--car', 'kit', '--size', '--save', file('sized.json'), '--pins'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ +6 +drop\.HOOD +0\.55 m +4 mm² +25 A/m)
    expect(out).toContain('FL, plug of cable 8')
    expect(out).toContain('Nothing is too weak.')
    expect((await spine(['budget', '--car', file('sized.json')])).code).toBe(0)
    const again = await spine(['plan', '--car', file('sized.json'), '--json'])
    expect((JSON.parse(again.out) as { weak: unknown[] }).weak).toEqual([])
  })

  it('writes what it is told to, one of it to standard output', async () => {
    const { code, out } = await spine(['plan', '--csv', '--html', file('plan.html'), '--kbl', file('plan.kbl'), '--compare'])
    expect([code, out.split('\n')[0]]).toEqual([0, 'id,part,amount,unit,mass kg,copper kg,cost'])
    expect(readFileSync(file('plan.html'), 'utf8')).toContain('Beside point-to-point wiring')
    expect(readFileSync(file('plan.kbl'), 'utf8')).toContain('version_id="2.4"')
    expect(await spine(['plan', '--csv', '-'])).toEqual(await spine(['plan', '--csv']))
    expect(await spine(['plan', '--size', '--save', '-'])).toMatchObject({ code: 2, err: expect.stringContaining('"-" is the name of no file') as string })
    expect(await spine(['plan', '--csv', '--svg'])).toMatchObject({ code: 2, err: expect.stringContaining('cannot share standard output') as string })
  })

  it('compares with today; an assumption that is changed changes it, and who doubts one can list them', async () => {
    writeFileSync(file('mine.json'), JSON.stringify({ 'repair.find_min': { low: 1, high: 2 } }))
    expect((await spine(['plan', '--compare', '--family', 'sedan', 'coupe'])).out).toContain('part numbers of sedan, coupe')
    expect((await spine(['plan', '--compare', '--assumptions', file('mine.json')])).out).toMatch(/repair of one broken wire, min +21 … 92/)
    expect((await spine(['plan', '--list-assumptions'])).out).toMatch(/^tape_s_m .* aPriori/m)
  })

  it('refuses prices without a unit, and cars whose lengths or places cannot be, with a line for each', async () => {
    writeFileSync(file('prices.csv'), 'id,price,per,currency\nwire-16-RD,x,m,EUR\nboard-door,3,,EUR\n')
    const prices = await spine(['plan', '--prices', file('prices.csv')])
    const wrong = /prices\.wire-16-RD\.price: is NaN[^]*prices\.board-door\.per: is ""/
    expect([prices.code, prices.err]).toEqual([2, expect.stringMatching(wrong)])
    const printed = (await spine(['car', '--print-car'])).out
    const car = JSON.parse(printed) as { body: object, copper: { cables: { length_m: number }[] } }
    car.body = { type: 'sedan', length_mm: -3, places: { FL: { x_mm: 'x', y_mm: 0, z_mm: 0 } } }
    car.copper.cables[2]!.length_m = -1
    writeFileSync(file('wrong.json'), JSON.stringify(car))
    const { code, err } = await spine(['plan', '--car', file('wrong.json')])
    expect(code).toBe(2)
    const lines = ['car.copper.cables[2].length_m: is -1', 'car.body.length_mm: is -3', 'car.body.places.FL.x_mm: is "x"']
    for (const line of lines) expect(err).toContain(line)
  })
})

describe('spine new car', () => {
  it('takes flags, and makes a car that starts and that the budget admits', async () => {
    const made = await spine(['new', 'car', 'myvan', '--body', 'van', '--length', '5400', '--rear', 'fan,worklight', '--out', file('myvan.json')])
    expect([made.code, made.out]).toEqual([0, expect.stringContaining('a van with 8 hubs')])
    const driven = await spine(['car', '--car', file('myvan.json'), '--headless', '--speed', 'max', '--for', '2s'])
    expect([driven.code, driven.err]).toEqual([0, expect.stringContaining('2.0 s of myvan in ')])
    expect((await spine(['budget', '--car', file('myvan.json')])).code).toBe(0)
  })

  it('asks on a terminal, again where it does not understand', async () => {
    const answers = ['kit', '', '', '', '2', '2', 'latch,rocket', 'latch', '', '', '', '', ''].map(line => `${line}\n`).join('')
    const { code, out } = await spine(['new', 'car', 'mine', '--out', file('asked.json')], { isTTY: true, input: answers })
    expect(out).toContain('What is in each front door? of window')
    expect(out).toContain('That is not understood.')
    expect(code).toBe(0)
    const car = JSON.parse(readFileSync(file('asked.json'), 'utf8')) as { hubs: { location: string, ports: { class: string }[] }[] }
    expect(car.hubs.find(hub => hub.location === 'FL')!.ports.map(part => part.class)).toEqual(['latch'])
    expect((await spine(['new', 'car', 'mine', '--out', file('none.json')], { isTTY: true, input: 'kit\n' }))).toMatchObject({ code: 1 })
  })

  it('names everything that does not fit, at once', async () => {
    const { code, err } = await spine(['new', 'car', 'mine', '--body', 'kit', '--rear', 'latch', '--out', file('no.json')])
    expect([code, err]).toEqual([2, expect.stringMatching(/2 things are wrong:\n {2}wish\.fittings\.rear: a kit has no RL, RR\n/)])
  })
})
