import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changed } from '#sim/schema/testing/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

describe('cars in files', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-budget-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function spine(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(words, terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  it('a printed car is read again, by the car and by the budget', async () => {
    const printed = await spine('car', '--car', 'coupe', '--print-car')
    expect(printed.code).toBe(0)
    const path = join(folder, 'mine.json')
    writeFileSync(path, printed.out)
    expect((await spine('budget', '--car', path)).out).toBe((await spine('budget', '--car', 'coupe')).out)
    const driven = await spine('car', '--car', path, '--headless', '--speed', 'max', '--for', '2s')
    expect([driven.code, driven.err]).toEqual([0, expect.stringContaining('2.0 s of coupe in ')])
  })

  it('a wrong one is refused with a line for every wrong field', async () => {
    const printed: unknown = JSON.parse((await spine('car', '--print-car')).out)
    const car = changed(printed, { 'hubs.2.ports.0.class': 'wndow', 'copper.cables.8.length_m': 0 })
    const path = join(folder, 'wrong.json')
    writeFileSync(path, JSON.stringify(car))
    for (const words of [['car', '--headless', '--for', '1s', '--speed', 'max'], ['budget']]) {
      const { code, err } = await spine(...words, '--car', path)
      expect(code).toBe(2)
      expect(err).toContain('describes no car, for 2 reasons:\n  car.hubs[2].ports[0].class: "wndow" is not one of window')
      expect(err).toContain('\n  car.copper.cables[8].length_m: is 0, not a number in 0.01…50 m')
    }
    writeFileSync(path, '{')
    expect((await spine('budget', '--car', path)).err).toContain('is no JSON')
    expect((await spine('budget', '--car', 'cupe')).err).toContain('there is no car "cupe", and no such file; did you mean coupe? cars are sedan, coupe')
    expect((await spine('budget', '--car', join(folder, 'none.json'))).err).toContain('it does not exist')
  })

  it('the budget loads no fuse for ever with more than 75 % of its rating, and says what it bears in a peak', async () => {
    const { out } = await spine('budget')
    expect(out).toMatch(/^cable +ampacity +fuse +for ever +in a peak/m)
    expect(out).toMatch(/^spine.HOOD +128.3 A +100.0 A +75.0 A +100.0 A/m)
    expect(out).toContain('A fuse carries 75 % of its rating for ever, as its makers advise, and all of it in a peak.')
    const { feeders } = JSON.parse((await spine('budget', '--json')).out) as { feeders: { name: string, set_A: number, fuse_A: number | null }[] }
    for (const { name, set_A, fuse_A } of feeders) if (fuse_A !== null) expect(set_A, name).toBeLessThanOrEqual(0.75 * fuse_A)
  })

  it('the budget for programs has no Infinity', async () => {
    const { out } = await spine('budget', '--json')
    const budget: unknown = JSON.parse(out)
    expect(budget).toHaveProperty('feeders.1', expect.objectContaining({ name: 'spine.DASH', fuse_A: null, limit_A: 75, peakLimit_A: 100 }))
    expect(budget).toHaveProperty('sets.0.waiting.0.binds', 'spine.HOOD')
  })
})
