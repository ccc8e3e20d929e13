import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CarProcess, type Said } from '../testing/car-process.ts'

const LIMIT_ms = 60_000

describe('spine diag', () => {
  let car: CarProcess

  beforeAll(async () => {
    car = await CarProcess.start()
  }, LIMIT_ms)

  afterAll(() => car.stop())

  const diag = (...words: string[]): Promise<Said> => car.spine('diag', ...words)
  const keys = (...words: string[]): Promise<Said> => car.spine('keys', ...words)

  it('lists the hubs that answer', async () => {
    const { code, out } = await diag('list', '--json')
    const found = JSON.parse(out) as { hub: string, type: string, version: string }[]
    expect([code, found.map(({ hub }) => hub).sort()]).toEqual([0, ['DASH', 'FL', 'FR', 'HOOD', 'RL', 'RR', 'STEREO', 'TRUNK']])
    expect(found.find(({ hub }) => hub === 'FL')).toMatchObject({ type: 'door', version: '0.1.0' })
  }, LIMIT_ms)

  it('reads and writes data', async () => {
    expect((await diag('did', 'fl', 'supply', 'place')).out).toMatch(/supply_V 1\d\.\d+ V[^]*type door, address 0x81/)
    const { code, out } = await diag('did', 'RR', 'workshop=W1234', '--json')
    expect([code, JSON.parse(out)]).toEqual([0, { hub: 'RR', workshop: [{ workshop: 'W1234' }] }])
    expect((await diag('live', 'FL', 'temperature', '--for', '2s', '--interval', '200ms', '--json')).out.trim().split('\n').length).toBeGreaterThan(1)
  }, LIMIT_ms)

  it('reads all data that a hub has, when none is named', async () => {
    const { code, out, err } = await diag('did', 'FL')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('\nsupply (supply at the hub)\n  supply_V 1')
    // Of a second spine a car with one says nothing.
    expect(Object.keys(JSON.parse((await diag('did', 'FL', '--json')).out) as object)).not.toContain('spines')
    expect((await diag('did', 'FL', 'spines')).code).toBe(1)
  }, LIMIT_ms)

  it('reads and clears trouble codes, runs a routine, restarts a hub', async () => {
    expect((await diag('routine', 'FL', 'selfTest')).out).toBe('FL: no test fails\n')
    expect((await diag('dtc', 'FL')).out).toBe('no trouble codes\n')
    expect((await diag('clear')).out).toContain('cleared: FL, FR')
    expect((await diag('reset', 'RL')).out).toBe('RL restarts\n')
  }, LIMIT_ms)

  it('pairs the sockets of a hub, shows what they may hold, and opens them again', async () => {
    expect(await keys('list', 'FL')).toMatchObject({ code: 0, out: expect.stringContaining('anything: not paired') as string })
    expect(await keys('pair', 'FL')).toEqual({ code: 0, out: 'paired: FL\n', err: '' })
    expect(await keys('list', 'FL')).toMatchObject({ code: 0, out: expect.stringContaining('window, mirror, latch, switchPack of layout 2, lamp') as string })
    expect(await keys('unpair', 'FL')).toEqual({ code: 0, out: 'unpaired: FL\n', err: '' })
    expect(JSON.parse((await keys('list', 'FL', '--json')).out)).toMatchObject([{ hub: 'FL', paired: false }])
    expect((await keys('lock')).err).toContain('"lock" is not known; what shall it do? One of list, pair, unpair')
    expect((await keys('pair', 'XX')).err).toContain('"XX" is no hub')
  }, LIMIT_ms)

  it.each([
    [['tickle'], 2, '"tickle" is not known; what shall it do? One of list'],
    [['did', 'XX'], 2, '"XX" is no hub: one of FL'],
    [['did', 'FL', 'mood'], 2, '"mood" is no data identifier: one of hub, supply'],
    [['did', 'FL', 'supply=3'], 2, 'supply cannot be written'],
    [['did', 'FL', 'serviced=2026-02-31'], 2, '"2026-02-31" is no day such as'],
    [['list', '--for', '2s'], 2, '--for does nothing with list'],
    [['did', 'FL', 'serviced=today'], 2, '"today" is no day such as'],
    [['routine', 'FL', 'dance'], 2, '"dance" is no routine that is started here; there is selfTest'],
    [['routine', 'FL', 'pair'], 2, '"npx spine keys" does that'],
    [['clear', 'FL', 'U9999-99'], 2, 'there is no trouble code U9999-99'],
    [['doip-listen', '999.1.1.1:5'], 1, '999.1.1.1 is not an address of this machine'],
    [['clear', 'FL', 'B1FFF-11'], 1, 'it does not know this'],
    [['live', 'FL'], 2, 'which data?'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const said = await diag(...words)
    expect(said.err).toContain(message)
    expect([said.code, said.err.trim().split('\n').length]).toEqual([code, 1])
  }, LIMIT_ms)
})
