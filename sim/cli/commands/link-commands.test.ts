import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type BenchCar, SWITCHES, benchCar } from '../testing/bench-car.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

/** A port on which nothing listens. */
const NOBODY = 'spine:127.0.0.1:1'

describe('commands over a link', () => {
  let car: BenchCar
  beforeEach(async () => {
    car = await benchCar()
  })
  afterEach(() => car.close())

  describe('spine press', () => {
    it('presses the switch for the duration, upper and lower case alike', async () => {
      const terminal = fakeTerminal()
      expect(await run(['press', 'dash.windowfl.down', '400ms', '--link', car.uri], terminal)).toBe(0)
      expect(terminal.out).toBe('DASH.windowFL.down pressed for 400 ms\n')
      expect(car.requests).toContainEqual({ kind: 'press', switch: 'DASH.windowFL.down', hold_ms: 400 })
    })

    it('takes the car as its first word, as the other commands do', async () => {
      const terminal = fakeTerminal()
      expect(await run(['press', car.uri, 'TRUNK.latch.release'], terminal)).toBe(0)
      expect(car.requests).toContainEqual({ kind: 'press', switch: 'TRUNK.latch.release', hold_ms: 200 })
    })

    it('releases at once on Ctrl-C', async () => {
      const terminal = fakeTerminal()
      const end = run(['press', 'DASH.windowFL.up', '10s', '--link', car.uri], terminal)
      while (!car.requests.some(request => request.kind === 'press')) await new Promise(resolve => setImmediate(resolve))
      terminal.interrupt()
      expect(await end).toBe(0)
      expect(terminal.out).toBe('DASH.windowFL.up released\n')
      expect(car.requests).toContainEqual({ kind: 'release', switch: 'DASH.windowFL.up' })
    })

    it('lists the switches', async () => {
      const terminal = fakeTerminal()
      expect(await run(['press', '--list', '--json', '--link', car.uri], terminal)).toBe(0)
      expect(JSON.parse(terminal.out)).toEqual(SWITCHES)
    })

    it.each([
      [['press', 'DASH.windowFL.dwn'], 2, 'unknown switch "DASH.windowFL.dwn": did you mean DASH.windowFL.down?'],
      [['press', 'teapot'], 2, 'unknown switch "teapot"'],
      [['press', 'DASH.windowFL.down', 'soon'], 2, '"soon" is no duration'],
      [['press', 'DASH.windowFL.down', '1h'], 2, 'at most 10 min'],
      [['press'], 2, 'which switch?'],
      [['press', 'DASH.windowFL.down', '2s', 'now'], 2, 'a switch and a duration are enough: leave out "now"'],
      [['press', 'spine:', 'DASH.windowFL.down'], 2, 'the car is named twice: "spine:" and --link'],
    ])('%j ends with %d: %s', async (words, code, message) => {
      const terminal = fakeTerminal()
      expect(await run([...words, '--link', car.uri], terminal)).toBe(code)
      expect(terminal.err).toContain(message)
      expect(terminal.err.split('\n')).toHaveLength(2)
    })

    it('says how to start a car when there is none', async () => {
      const terminal = fakeTerminal()
      expect(await run(['press', 'DASH.windowFL.down', '--link', NOBODY], terminal)).toBe(1)
      expect(terminal.err).toBe('spine press: no car is running on 127.0.0.1:1: start one with: npx spine car\n')
    })
  })

  describe('spine send', () => {
    it('sends until the status echoes, and prints it', async () => {
      const terminal = fakeTerminal()
      expect(await run(['send', car.uri, 'WindowCommand@RR', 'action=goto', 'position_pct=50'], terminal)).toBe(0)
      expect(terminal.out).toMatch(/^WindowCommand@RR 09FF84F9#[0-9A-F]{8} sent once, accepted after \d+ ms\n/)
      expect(terminal.out).toMatch(/^WindowStatus@RR .*position_pct=40\.0 state=opening/m)
      expect(car.commands[0]).toMatchObject({ action: 5, position_pct: 50 })
    })

    it('is JSON for programs', async () => {
      const terminal = fakeTerminal()
      expect(await run(['send', car.uri, 'WindowCommand@FL', 'action=down', 'sequence=7', '--json'], terminal)).toBe(0)
      expect(JSON.parse(terminal.out)).toMatchObject({
        message: 'WindowCommand', location: 'FL', outcome: 'accepted', frames: 1, sequence: 7, status: { state: 'opening', echoSequence: 7 },
      })
    })

    it('sends once and goes with --no-wait', async () => {
      const terminal = fakeTerminal()
      expect(await run(['send', car.uri, 'WindowCommand@FL', 'action=stop', '--no-wait'], terminal)).toBe(0)
      expect(terminal.out).toMatch(/sent once\n$/)
    })

    it.each([
      [['WindowComand@FL', 'action=up'], 'unknown message "WindowComand": did you mean WindowCommand?'],
      [['WindowCommand', 'action=up'], 'WindowCommand needs a location'],
      [['WindowCommand@TRUNK', 'action=up'], 'WindowCommand has no location TRUNK (it has FL, FR, RL, RR)'],
      [['WindowCommand@FL', 'actoin=up'], 'unknown field of WindowCommand "actoin": did you mean action?'],
      [['WindowCommand@FL', 'action=dwon'], 'unknown value of WindowCommand.action "dwon": did you mean down?'],
      [['WindowCommand@FL', 'action=sideways'], 'unknown value of WindowCommand.action "sideways" (known: stop, up, down'],
      [['WindowCommand@FL', 'action=goto', 'position=50mm'], 'WindowCommand.position_pct is in %, not in "mm"'],
      [['WindowCommand@FL', 'action=goto', 'position=101'], 'out'],
      [['WindowCommand@FL', 'up'], '"up" is not FIELD=VALUE'],
      [['WindowCommand@FL'], 'WindowCommand needs an action: action=stop|up|down'],
      [['WindowStatus@FL'], 'WindowStatus is what hubs report: a tool sends commands, such as WindowCommand'],
      [['WindowCommand@FL', 'action=up', '--source', 'DASH'], 'a tool sends from 0xF9 or 0xFA, not from DASH'],
      [[], 'which message?'],
    ])('%j is a usage error: %s', async (words, message) => {
      const terminal = fakeTerminal()
      expect(await run(['send', car.uri, ...words], terminal)).toBe(2)
      expect(terminal.err).toContain(message)
      expect(terminal.err.trimEnd().split('\n')).toHaveLength(1)
    })

    it('knows a link by its scheme', async () => {
      const terminal = fakeTerminal()
      expect(await run(['send', 'slcn:/dev/ttyUSB0', 'WindowCommand@FL', 'action=up'], terminal)).toBe(2)
      expect(terminal.err).toContain('slcn')
    })
  })

  describe('spine monitor', () => {
    it('prints an object an interval and ends after --for', async () => {
      const terminal = fakeTerminal()
      const end = run(['monitor', car.uri, '--json', '--interval', '20ms', '--for', '5s'], terminal)
      await terminal.shows(/"state":"up"/, end)
      car.report('HubStatus', 'FL', { state: 'operating', supply_V: 13.4 }, 0)
      await terminal.shows(/"name":"FL"/, end)
      terminal.interrupt()
      expect(await end).toBe(0)
      const last: unknown = JSON.parse(terminal.out.trimEnd().split('\n').at(-1)!)
      expect(last).toMatchObject({ bus: { bitrate: 500_000 } })
      expect(last).toHaveProperty('nodes.0', expect.objectContaining({
        name: 'FL', frames: 1, status: expect.objectContaining({ state: 'operating', supply_V: 13.4 }) as unknown,
      }))
    })

    it('draws a picture on a terminal', async () => {
      const terminal = fakeTerminal({ isTTY: true })
      const end = run(['monitor', car.uri, '--interval', '20ms'], terminal)
      await terminal.shows(/spine monitor/, end)
      car.report('WindowStatus', 'FL', { position_pct: 40, state: 'opening', supply_V: 13.4, current_A: 4.2 }, 0)
      await terminal.shows(/FL\.window +13\.4 V +4\.2 A +n\/a +position 40\.0 %, opening/, end)
      terminal.interrupt()
      expect(await end).toBe(0)
    })

    it('prints a line an interval off a terminal', async () => {
      const terminal = fakeTerminal()
      expect(await run(['monitor', car.uri, '--interval', '10ms', '--for', '30ms'], terminal)).toBe(0)
      expect(terminal.out).toMatch(/^0\.0 s spine:[\d.:]+ up load 0\.00 % 0 frames\/s, 0 frames, 0 hubs, 0 E2E errors, no faults$/m)
    })

    it('begins anew when the car behind the link does', async () => {
      const terminal = fakeTerminal()
      const end = run(['monitor', car.uri, '--json', '--interval', '20ms'], terminal)
      await terminal.shows(/"state":"up"/, end)
      car.report('HubStatus', 'FL', { state: 'operating' }, 0, 100)
      await terminal.shows(/"name":"FL"/, end)
      car.report('HubStatus', 'FR', { state: 'operating' }, 0, 1)
      await terminal.shows(/"nodes":\[\{"address":130,"name":"FR"/, end)
      terminal.interrupt()
      expect(await end).toBe(0)
    })

    it('fails in one line when there is no car', async () => {
      const terminal = fakeTerminal()
      expect(await run(['monitor', NOBODY], terminal)).toBe(1)
      expect(terminal.err).toMatch(/^spine monitor: .*npx spine car\n$/)
    })
  })
})

describe('spine send to hubs that do not answer', () => {
  it('repeats for half a second and fails loudly', async () => {
    const car = await benchCar(false)
    const terminal = fakeTerminal()
    expect(await run(['send', car.uri, 'WindowCommand@FL', 'action=up'], terminal)).toBe(1)
    expect(terminal.err).toContain('no WindowStatus@FL within 500 ms')
    expect(car.commands.length).toBeGreaterThanOrEqual(2)
    expect(new Set(car.commands.map(command => command.sequence)).size).toBe(1)
    await car.close()
  })
})
