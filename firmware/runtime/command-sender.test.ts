import { describe, expect, it } from 'vitest'
import {
  hubAddress, LATCH_ACTION, LatchCommandCodec, LightCommandCodec, LOCATION, WINDOW_ACTION, WindowCommandCodec,
} from '#protocol/index.ts'
import { FakeHal, sentBy } from '../testing/index.ts'
import { COMMAND_RESULT, CommandSender, ECHO_TIMEOUT_ms, HELD_SILENCE_ms, HELD_UNSENT_ms, REPEAT_ms } from './command-sender.ts'
import { createCounters } from './counters.ts'
import { Schedule } from './schedule.ts'
import { Transmitter } from './transmit.ts'

const { DASH, FL, FR, HOOD } = LOCATION
const ROOM = 6
const PORT = 1

function setUp(firstSequence = 6) {
  const hal = new FakeHal(DASH, 0)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const transmit = new Transmitter(hal.bus, schedule, counters, hubAddress(DASH), 16)
  transmit.open()
  const results: string[] = []
  const names = Object.keys(COMMAND_RESULT)
  const sender = new CommandSender(schedule, transmit, counters, hubAddress(DASH), ROOM, firstSequence, WindowCommandCodec,
    (port, result, codec, location) => results.push(`${codec.name}@${location} of port ${port} ${names[result]}`))
  const window = (action: number) => ({ ...WindowCommandCodec.create(), action })
  const windows = () => sentBy(hal, WindowCommandCodec)
  const echo = (location: number, sequence: number, nibble: number = DASH) =>
    sender.observe(WindowCommandCodec.kind, location, nibble, sequence)
  return { hal, clock: hal.clock, bus: hal.bus, counters, sender, results, window, windows, echo }
}

describe('the command sender', () => {
  it('repeats every 100 ms until the status echoes sender and sequence', () => {
    const { bus, clock, counters, sender, results, window, windows, echo } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.autoUp), false, PORT)
    clock.advance(250)
    expect(windows().map(command => command.sequence)).toEqual([7, 7, 7])
    expect(bus.sent.map(frame => Math.round(frame.at_ms))).toEqual([0, 100, 200])
    echo(FL, 6)
    echo(FL, 7, LOCATION.RR)
    echo(FR, 7)
    expect(sender.underWay()).toBe(1)
    echo(FL, 7)
    expect(sender.underWay()).toBe(0)
    clock.advance(1000)
    expect(windows().length).toBe(3)
    expect(results).toEqual(['WindowCommand@1 of port 1 echoed'])
    expect(counters.commandsEchoed).toBe(1)
  })

  it('gives up loudly after 500 ms', () => {
    const { clock, counters, sender, results, window, windows } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.autoUp), false, PORT)
    clock.advance(ECHO_TIMEOUT_ms - 1)
    expect(results).toEqual([])
    clock.advance(1)
    expect(results).toEqual(['WindowCommand@1 of port 1 lost'])
    clock.advance(2000)
    expect(windows().length).toBe(5)
    expect(counters.commandsLost).toBe(1)
    expect(counters.commandRepeats).toBe(4)
  })

  it('gives each command to a target the next sequence of 16', () => {
    const { clock, sender, window, windows, echo } = setUp(14)
    for (const sequence of [15, 0, 1]) {
      sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), false, PORT)
      clock.advance(20)
      echo(FL, sequence)
    }
    expect(windows().map(command => command.sequence)).toEqual([15, 0, 1])
  })

  it('never takes a sequence for new that the target still echoes from before a reset', () => {
    const { clock, sender, results, window, windows, echo } = setUp(6)
    echo(FL, 7)
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), false, PORT)
    clock.advance(20)
    expect(windows()[0]!.sequence).toBe(8)
    echo(FL, 7)
    expect(results).toEqual([])
  })

  it('nor one that it executed before another sender commanded it', () => {
    const { clock, sender, results, window, windows, echo } = setUp(6)
    echo(FL, 7)
    echo(FL, 7, 9)
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), false, PORT)
    clock.advance(20)
    expect(windows()[0]!.sequence).toBe(8)
    expect(results).toEqual([])
  })

  it('repeats a held command after its echo too, until something else replaces it at once', () => {
    const { clock, sender, results, window, windows, echo } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.up), true, PORT)
    clock.advance(150)
    echo(FL, 7)
    clock.advance(1000)
    expect(windows().length).toBe(12)
    sender.override(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), PORT)
    clock.advance(50)
    expect(windows().slice(12).map(command => [command.action, command.sequence])).toEqual([[WINDOW_ACTION.stop, 8]])
    echo(FL, 8)
    clock.advance(1000)
    expect(windows().length).toBe(13)
    expect(results.length).toBe(2)
  })

  it('a held command that is never echoed is lost after 500 ms and repeated no more', () => {
    const { clock, sender, results, window, windows } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.up), true, PORT)
    clock.advance(3000)
    expect(results).toEqual(['WindowCommand@1 of port 1 lost'])
    expect(windows().length).toBe(5)
  })

  it('a held command whose target falls silent is lost too, but not one that another sender overrode', () => {
    const { clock, sender, results, window, echo } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.up), true, PORT)
    clock.advance(20)
    echo(FL, 7)
    for (let i = 0; i < 6; i++) {
      clock.advance(1000)
      echo(FL, 3, FL)
    }
    expect(results).toEqual(['WindowCommand@1 of port 1 echoed'])
    clock.advance(HELD_SILENCE_ms + 100)
    expect(results[1]).toBe('WindowCommand@1 of port 1 lost')
  })

  it('a held command of which nothing leaves the hub is lost when its target has let go, and does not come back', () => {
    const { bus, clock, sender, results, window, windows, echo } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.up), true, PORT)
    clock.advance(20)
    echo(FL, 7)
    clock.advance(200)
    bus.hold = true
    clock.advance(HELD_UNSENT_ms)
    bus.hold = false
    clock.advance(30)
    expect([results, sender.underWay()]).toEqual([['WindowCommand@1 of port 1 echoed'], 1])
    bus.hold = true
    clock.advance(REPEAT_ms + HELD_UNSENT_ms)
    expect(results[1]).toBe('WindowCommand@1 of port 1 lost')
    expect(sender.underWay()).toBe(0)
    const before = windows().length
    bus.hold = false
    clock.advance(2000)
    expect(windows().length).toBeLessThanOrEqual(before + 1)
  })

  it('sends commands to one component one after the other, to others at once', () => {
    const { hal, clock, sender } = setUp()
    for (const channel of [0, 1]) {
      sender.send(LightCommandCodec, HOOD, { ...LightCommandCodec.create(), channel, level_pct: 50 }, false, PORT)
      sender.send(LatchCommandCodec, FL + channel, { ...LatchCommandCodec.create(), action: LATCH_ACTION.lock }, false, PORT)
    }
    clock.advance(150)
    const channels = (): number[] => sentBy(hal, LightCommandCodec).map(command => command.channel)
    expect(channels()).toEqual([0, 0])
    expect(sentBy(hal, LatchCommandCodec).length).toBe(4)
    sender.observe(LightCommandCodec.kind, HOOD, DASH, 7)
    clock.advance(50)
    expect(channels()).toEqual([0, 0, 1])
    expect(sentBy(hal, LightCommandCodec)[2]!.sequence).toBe(8)
  })

  it('goes on to what waits when the one before is lost', () => {
    const { hal, clock, sender, results } = setUp()
    for (const channel of [0, 1]) {
      sender.send(LightCommandCodec, HOOD, { ...LightCommandCodec.create(), channel, level_pct: 50 }, false, PORT)
    }
    clock.advance(2000)
    expect(results.length).toBe(2)
    expect(sentBy(hal, LightCommandCodec).map(command => command.channel)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    expect(sender.underWay()).toBe(0)
  })

  it('a stop overrides also what still waits', () => {
    const { clock, sender, window, windows } = setUp()
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.autoDown), false, PORT)
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.autoUp), false, PORT)
    sender.override(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), PORT)
    clock.advance(99)
    expect(windows().map(command => command.action)).toEqual([WINDOW_ACTION.autoDown, WINDOW_ACTION.stop])
    expect(sender.underWay()).toBe(1)
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.up), true, PORT)
    clock.advance(20)
    expect(windows()[2]!.action).toBe(WINDOW_ACTION.up)
    expect(sender.underWay()).toBe(1)
  })

  it('says so when there is no room for one more', () => {
    const { clock, counters, sender, results, window } = setUp()
    for (let i = 0; i <= ROOM; i++) sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), false, PORT)
    expect(results).toEqual(['WindowCommand@1 of port 1 dropped'])
    expect(counters.commandsDropped).toBe(1)
    clock.advance(10_000)
    expect(sender.underWay()).toBe(0)
  })

  it('gives the place of the oldest that waits for the component with most of them: one that is dead keeps nobody from the others', () => {
    const { sender, results, window, windows, clock } = setUp()
    const stop = window(WINDOW_ACTION.stop)
    for (const location of [FL, FL, HOOD, HOOD, HOOD, HOOD]) sender.send(WindowCommandCodec, location, stop, false, location)
    sender.send(WindowCommandCodec, FR, stop, false, FR)
    clock.advance(50)
    expect([results, windows().length, sender.underWay()]).toEqual([[`WindowCommand@${HOOD} of port ${HOOD} dropped`], 3, ROOM])
    for (const other of [LOCATION.RL, LOCATION.RR]) sender.send(WindowCommandCodec, other, stop, false, other)
    sender.send(LightCommandCodec, HOOD, LightCommandCodec.create(), false, PORT)
    expect(results.slice(1)).toEqual([HOOD, FL, HOOD].map(location => `WindowCommand@${location} of port ${location} dropped`))
    sender.send(LightCommandCodec, LOCATION.TRUNK, LightCommandCodec.create(), false, PORT)
    expect(results.slice(4)).toEqual([`LightCommand@${LOCATION.TRUNK} of port 1 dropped`])
    clock.advance(5000)
    expect(sender.underWay()).toBe(0)
  })

  it('refuses values out of range and stays usable', () => {
    const { clock, sender, window, windows } = setUp()
    const wrong = { ...window(WINDOW_ACTION.goto), position_pct: 101 }
    for (let i = 0; i < 3 * ROOM; i++) {
      expect(() => sender.send(WindowCommandCodec, FL, wrong, false, PORT)).toThrow(RangeError)
    }
    sender.send(WindowCommandCodec, FL, window(WINDOW_ACTION.stop), false, PORT)
    clock.advance(10)
    expect(windows().length).toBe(1)
  })
})
