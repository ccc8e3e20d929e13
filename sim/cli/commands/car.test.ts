import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logFormatOf } from '#sim/gateway/logs/index.ts'
import { readLog } from '#sim/gateway/logs/testing/index.ts'
import { LiveCar } from '../car/live-car.ts'
import { run } from '../run.ts'
import { type FakeTerminal, fakeTerminal } from '../testing/fake-terminal.ts'

const HEADLESS = ['car', '--headless', '--speed', 'max']
const FREE = ['--listen', 'spine-listen:127.0.0.1:0']

describe('spine car', () => {
  let folder = ''
  const path = (name: string): string => join(folder, name)
  const file = (name: string, text: string): string => {
    writeFileSync(path(name), text)
    return path(name)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-car-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('records the same bytes for the same seed and presses, and others for others', async () => {
    const logs: string[] = []
    for (const [seed, press] of [['7', '1s'], ['7', '1s'], ['7', '1.01s'], ['8', '1s']] as const) {
      const log = path(`${seed}-${press}-${logs.length}.log`)
      const terminal = fakeTerminal()
      const words = [...HEADLESS, '--for', '3s', '--seed', seed, '--press', `DASH.windowFL.down:1s@${press}`, '--record', log]
      expect(await run(words, terminal), terminal.err).toBe(0)
      expect(terminal.err).toMatch(/^3\.0 s of sedan in .*: \d+ frames, 0 error frames, load [\d.]+ %, seed \d, recorded in /)
      logs.push(readFileSync(log, 'latin1'))
    }
    expect(logs[0]).toBe(logs[1])
    expect(logs[0]).not.toBe(logs[2])
    expect(logs[0]!.split('\n')[0]).toMatch(/^\(\d{10}\.\d{6}\) spine0 [0-9A-F]{8}#[0-9A-F]+$/)
    const decoded = fakeTerminal()
    expect(await run(['decode', path('7-1s-0.log')], decoded)).toBe(0)
    expect(decoded.out).toMatch(/WindowCommand@FL +DASH +sequence=\d+ action=/)
    expect(decoded.out).toMatch(/SwitchEvent@DASH +DASH +switch=windowFL\.down edge=pressed/)
    expect(decoded.err).toBe('')
  })

  it('leaves a hub out, and sums up for programs', async () => {
    const terminal = fakeTerminal()
    const log = path('real.log')
    expect(await run([...HEADLESS, '--for', '2s', '--real', 'fl', '--record', log, '--json'], terminal)).toBe(0)
    expect(JSON.parse(terminal.out)).toMatchObject({ time_s: 2, seed: 1, errorFrames: 0 })
    expect(readFileSync(log, 'latin1')).not.toMatch(/81#/)
  })

  it('disturbs the bus as the file says', async () => {
    const terminal = fakeTerminal()
    const faults = file('faults.json', '{"bitErrorRate": 0.0001, "dropped": ["RL"]}')
    expect(await run([...HEADLESS, '--for', '2s', '--faults', faults, '--json'], terminal)).toBe(0)
    expect(JSON.parse(terminal.out)).toMatchObject({ errorFrames: expect.toSatisfy((count: number) => count > 0) as unknown })
  })

  it.each(['log', 'asc', 'blf', 'mf4', 'mcap', 'pcapng', 'pcap', 'trc'])('records the error frames of a disturbed bus in a .%s', async (ending) => {
    const terminal = fakeTerminal()
    const faults = file('faults.json', '{"bitErrorRate": 0.0001}')
    const log = join(folder, `errors.${ending}`)
    expect(await run([...HEADLESS, '--for', '1s', '--faults', faults, '--json', '--record', log], terminal)).toBe(0)
    const { frames, errorFrames } = JSON.parse(terminal.out) as { frames: number, errorFrames: number }
    const format = logFormatOf(log)!
    const read = readLog(format.name, [readFileSync(log)])
    expect(read.bad).toEqual([])
    const errors = read.frames.filter(frame => frame.error)
    expect([read.frames.length - errors.length, errors.length]).toEqual([frames, errorFrames])
    expect(errorFrames).toBeGreaterThan(0)
    // Told where the kind of log has room for it: a protocol violation on the bus, with error counters.
    const told = errors.filter(({ id, data }) => (id & 0x288) === 0x288 && data[2]! + data[3]! > 0)
    if (format.keeps.errors) expect(told).toHaveLength(errorFrames)
  })

  it.each([
    [['--speed', 'max'], '--speed max needs an end: add --for 60s'],
    [['--speed', '10', '--for', '1s', ...FREE], 'a car with links runs at speed 1'],
    [['--speed', '0'], 'It must be a factor above 0'],
    [['--for', 'ever'], '"ever" is no duration'],
    [['--seed', '-1'], 'It must be a whole number from 0 to 4294967295'],
    [['--press', 'DASH.windowFL.donw', ...FREE], 'unknown switch "DASH.windowFL.donw": did you mean DASH.windowFL.down?'],
    [['--press', 'a:b:c'], '"a:b:c" is no press: write it like DASH.windowFL.down:2s@1s'],
    [['--press', 'DASH.windowFL.down:11m'], 'a switch is held for at most 10 min'],
    [['--real', 'XX'], 'unknown hub "XX"'],
    [['--listen', 'slcan-lisen:127.0.0.1:0'], 'there is no link of the kind "slcan-lisen"'],
    [['--bitrate', '333333'], '333333'],
  ])('%j is a usage error: %s', async (words, message) => {
    const terminal = fakeTerminal()
    expect(await run(['car', ...words], terminal)).toBe(2)
    expect(terminal.err).toContain(message)
    expect(terminal.err.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
  })

  it.each([
    ['{"bitErorRate": 1}', 'faults.bitErorRate: is not known here: bitErrorRate, nodeBitErrorRate, frameLossRate, dropped, babbling, cuts, stuckDominant, spineB, copper, supply, battery, ambient; did you mean bitErrorRate?'],
    ['{"bitErrorRate": 2}', 'faults.bitErrorRate: is 2, not a chance per bit, 0 to 1'],
    ['[]', 'faults: is a list, not an object like {"bitErrorRate": 1e-6}'],
    ['{"copper": [{"kind": "cut", "cabel": "drop.FL"}]}', 'faults.copper[0].cabel: is not known here: kind, cable, conductor, at_m, at_ms, until_ms'],
    ['{"copper": [{"kind": "corrosion", "cable": "drop.FL"}]}', 'faults.copper[0].extra_Ohm: is missing'],
    ['{"copper": [{"kind": "cut", "cable": "drop.XX"}]}', 'drop.XX'],
    ['{"supply": [{"kind": "crank", "level": "V"}]}', 'faults.supply[0].level: "V" is not one of I, II, III, IV'],
    ['{"supply": [{"kind": "loadDump", "duration_ms": 4000}]}', 'faults.supply[0].duration_ms: is 4000, not a number in 40…400 ms'],
    ['{"battery": {"charge": 2}}', 'faults.battery.charge: is 2, not a number in 0…1'],
    ['{"dropped": ["XL"], "cuts": [9]}', 'for 2 reasons:\n  faults.dropped[0]: "XL" is not one of HOOD, DASH, FL, FR, STEREO, RL, RR, TRUNK; did you mean FL?\n  faults.cuts[0]: is 9, '],
    ['{', 'is no JSON'],
  ])('refuses the faults %s', async (text, message) => {
    const terminal = fakeTerminal()
    expect(await run(['car', '--faults', file('bad.json', text)], terminal)).toBe(2)
    expect(terminal.err).toContain(message)
  })

  it('lets faults of the copper and of the supply happen in their time', async () => {
    const faults = file('power.json', JSON.stringify({
      battery: { charge: 0.4, resistance_mOhm: 8 },
      copper: [{ kind: 'cut', cable: 'drop.RR' }, { kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.3, at_ms: 500, until_ms: 1500 }],
      supply: [{ kind: 'crank', level: 'I', at_ms: 1000 }],
      bitErrorRate: 0,
    }))
    const log = path('power.log')
    const terminal = fakeTerminal()
    expect(await run([...HEADLESS, '--for', '4s', '--faults', faults, '--record', log], terminal), terminal.err).toBe(0)
    const decoded = fakeTerminal()
    expect(await run(['decode', log], decoded)).toBe(0)
    expect(decoded.out).toMatch(/PowerShed@ALL .*level=2.*cranking/)
    expect(decoded.out).not.toMatch(/HubStatus@RR/)
  })

  it('keeps the recording of a run that comes to no end, and says how to see it again', async () => {
    vi.spyOn(LiveCar.prototype, 'run').mockImplementation(function (this: LiveCar) {
      this.car.boot()
      this.car.run(1500)
      return Promise.reject(new Error('out of copper'))
    })
    const [faults, log] = [file('rl.json', '{"dropped": ["RL"]}'), path('broken.log')]
    const terminal = fakeTerminal()
    const code = await run([...HEADLESS, '--for', '9s', '--seed', '7', '--faults', faults, '--record', log], terminal)
    vi.restoreAllMocks()
    expect(code).toBe(1)
    expect(terminal.err).toContain(`the car came to no end: 1.500 s of its time, seed 7, faults of ${faults}, recorded in ${log}\nreplay: the same command`)
    expect(terminal.err).toContain('Error: out of copper')
    expect(readFileSync(log, 'latin1').split('\n').length).toBeGreaterThan(20)
  })

  it('says in one line that a recording cannot be made', async () => {
    const terminal = fakeTerminal()
    expect(await run([...HEADLESS, '--for', '1s', '--record', '/nowhere/drive.log'], terminal)).toBe(1)
    expect(terminal.err).toContain('/nowhere/drive.log')
    expect(terminal.err.trimEnd().split('\n')).toHaveLength(1)
  })

  it.skipIf(!existsSync('/dev/full'))('ends at once when the disk is full, and says so', async () => {
    const terminal = fakeTerminal()
    symlinkSync('/dev/full', path('full.log'))
    expect(await run([...HEADLESS, '--for', '24h', '--record', path('full.log')], terminal)).toBe(1)
    expect(terminal.err).toMatch(/^spine car: .*full\.log: the disk is full.*\n$/)
  })

  it('says that a press comes after the end of the run', async () => {
    const terminal = fakeTerminal()
    expect(await run([...HEADLESS, '--for', '1s', '--press', 'DASH.windowFL.down:1s@11m'], terminal)).toBe(0)
    expect(terminal.err).toMatch(/^DASH\.windowFL\.down is not pressed: the run ends after 1 s, before 11 min 00 s\n/)
  })

  it('tells programs every second how it is, lag and all', async () => {
    const terminal = fakeTerminal()
    expect(await run(['car', '--json', '--speed', '100', '--for', '3s'], terminal), terminal.err).toBe(0)
    const last: unknown = JSON.parse(terminal.out.trimEnd().split('\n').at(-1)!)
    expect(last).toMatchObject({
      time_s: 3, faults: [], links: [], lags: expect.any(Number) as unknown, slipped_ms: expect.any(Number) as unknown,
    })
  })

  it('says in one line that a port is taken, and lets go of the others', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const terminal = fakeTerminal()
    expect(await run(['car', ...FREE, '--listen', `spine-listen:127.0.0.1:${port}`], terminal)).toBe(1)
    expect(terminal.err).toBe(`spine car: spine-listen:127.0.0.1:${port}: port ${port} on 127.0.0.1 is in use by another program: end it, or name another port\n`)
    await new Promise(resolve => server.close(resolve))
  })

  describe('while it runs', () => {
    let terminal: FakeTerminal
    let end: Promise<number>
    let uri = ''
    beforeAll(async () => {
      terminal = fakeTerminal()
      end = run(['car', ...FREE], terminal)
      await terminal.shows(/listening on spine:127\.0\.0\.1:\d+\n/, end)
      uri = /spine:127\.0\.0\.1:\d+/.exec(terminal.out)![0]
    })
    afterAll(async () => {
      terminal.interrupt()
      expect(await end).toBe(0)
      expect(terminal.err).toMatch(/ s of sedan in /)
    })

    it('has its switches pressed and its messages sent from elsewhere', async () => {
      const press = fakeTerminal()
      expect(await run(['press', 'DASH.windowRR.down', '300ms', '--link', uri], press), press.err).toBe(0)
      const send = fakeTerminal()
      expect(await run(['send', uri, 'WindowCommand@RL', 'action=down', '--json'], send), send.err).toBe(0)
      expect(JSON.parse(send.out)).toMatchObject({ outcome: 'accepted', status: { echoSender: 9 } })
    })

    it('refuses a switch that it has not, in the car\'s words', async () => {
      const press = fakeTerminal()
      expect(await run(['press', 'DASH.windowFL.sideways', '--link', uri], press)).toBe(2)
      expect(press.err).toContain('unknown switch')
    })

    it('is watched', async () => {
      const monitor = fakeTerminal()
      const watching = run(['monitor', uri, '--json', '--interval', '50ms'], monitor)
      await monitor.shows(/"message":"VehicleState"/, watching)
      monitor.interrupt()
      expect(await watching).toBe(0)
    })
  })
})
