import { describe, expect, it } from 'vitest'
import { hubAddress, WindowCommandCodec } from '#protocol/index.ts'
import { COMMAND_RANK, type Component, HOLD_TIMEOUT_ms } from '../components/index.ts'
import { FakeHal } from '../testing/index.ts'
import { CommandReceiver, REPEAT_WINDOW_ms } from './command-receiver.ts'
import { HELD_SILENCE_ms } from './command-sender.ts'
import { createCounters } from './counters.ts'
import { Schedule } from './schedule.ts'

const DASH = hubAddress(5)
const TOOL = 0xf9
const OWN = 1

interface Values { sequence: number, action: number }

const command = (sequence: number, action: number): Values => ({ sequence, action })

function setUp() {
  const hal = new FakeHal(1, 0)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const calls: string[] = []
  const driver: Component & { accepts: boolean } = {
    statusCount: 1,
    accepts: true,
    command(values: Values, sender: number) {
      if (!this.accepts) return false
      calls.push(`${values.action} from ${sender}`)
      return true
    },
    repeated: () => { calls.push('repeated') },
    released: () => { calls.push('released') },
    moving: () => false,
    dispose: () => undefined,
  }
  let echoes = 0
  const port = { held: false, insists: () => port.held, statusChanged: (index: number) => { if (index < 0) echoes++ } }
  const receiver = new CommandReceiver('test', schedule, counters, port)
  receiver.bind(driver)
  const from = (source: number, sequence: number, action = sequence): void => void receiver.receive(command(sequence, action), source)
  const echoed = (): number[] => [receiver.echoSender, receiver.echoSequence]
  return { clock: hal.clock, counters, schedule, calls, driver, port, receiver, from, echoed, echoes: () => echoes }
}

describe('the command receiver', () => {
  it('executes a command once however often it is repeated, and echoes it', () => {
    const { clock, counters, calls, from, echoed } = setUp()
    expect(echoed()).toEqual([0, 0])
    for (let i = 0; i < 5; i++) {
      from(DASH, 9)
      clock.advance(100)
    }
    expect(calls).toEqual(['9 from 5', 'repeated', 'repeated', 'repeated', 'repeated'])
    expect(echoed()).toEqual([5, 9])
    expect(counters.commandsExecuted).toBe(1)
    expect(counters.commandsRepeated).toBe(4)
  })

  it('takes the next sequence, and after a while the same one again, for a new command', () => {
    const { clock, calls, from } = setUp()
    from(DASH, 9)
    from(DASH, 10)
    clock.advance(REPEAT_WINDOW_ms + 1)
    from(DASH, 10)
    expect(calls).toEqual(['9 from 5', '10 from 5', 'released', '10 from 5'])
  })

  it('tells the driver after 250 ms of silence, once', () => {
    const { clock, calls, counters, from } = setUp()
    from(DASH, 1)
    clock.advance(100)
    from(DASH, 1)
    clock.advance(HOLD_TIMEOUT_ms - 1)
    expect(calls).toEqual(['1 from 5', 'repeated'])
    clock.advance(1)
    expect(calls).toEqual(['1 from 5', 'repeated', 'released'])
    clock.advance(1000)
    expect(counters.holdsReleased).toBe(1)
  })

  it('repetitions that come after the silence start nothing again', () => {
    const { clock, calls, from } = setUp()
    from(DASH, 1)
    clock.advance(400)
    for (let i = 0; i < 10; i++) {
      from(DASH, 1)
      clock.advance(100)
    }
    expect(calls).toEqual(['1 from 5', 'released'])
  })

  it('ignores the repetitions of a sender that another one has overridden, but echoes them', () => {
    const { clock, calls, from, echoed } = setUp()
    from(DASH, 1)
    clock.advance(50)
    from(TOOL, 4)
    expect(echoed()).toEqual([9, 4])
    clock.advance(50)
    from(DASH, 1)
    expect(calls).toEqual(['1 from 5', '4 from 9'])
    expect(echoed()).toEqual([5, 1])
    clock.advance(HOLD_TIMEOUT_ms)
    expect(calls).toEqual(['1 from 5', '4 from 9', 'released'])
  })

  describe('where a rank is given', () => {
    const OPEN = 1
    const CLOSE = 2
    const ranked = (): ReturnType<typeof setUp> => {
      const set = setUp()
      set.driver.rank = ({ sequence }) => [COMMAND_RANK.any, COMMAND_RANK.insists, COMMAND_RANK.yields][sequence % 3]!
      return set
    }

    it('nobody undoes what another holds, as long as it is repeated, nor do the repetitions later', () => {
      const { clock, counters, calls, from, echoed } = ranked()
      from(DASH, OPEN)
      for (let i = 0; i < 10; i++) {
        clock.advance(100)
        from(DASH, OPEN)
        from(TOOL, CLOSE)
      }
      expect(calls.filter(call => call !== 'repeated')).toEqual(['1 from 5'])
      expect([echoed(), counters.commandsRefused]).toEqual([[5, OPEN], 10])
      clock.advance(HOLD_TIMEOUT_ms + 1)
      from(TOOL, CLOSE)
      expect(calls.slice(-1)).toEqual(['released'])
      from(TOOL, CLOSE + 3)
      expect(calls.slice(-1)).toEqual([`${CLOSE + 3} from 9`])
    })

    it('its own sender may, and anybody may stop it', () => {
      const { calls, from } = ranked()
      from(DASH, OPEN)
      from(TOOL, 3)
      from(DASH, CLOSE)
      expect(calls).toEqual(['1 from 5', '3 from 9', '2 from 5'])
      from(TOOL, CLOSE)
      expect(calls).toEqual(['1 from 5', '3 from 9', '2 from 5', '2 from 9'])
    })

    it('who holds it and is refused holds it all the same', () => {
      const { calls, from, driver } = ranked()
      driver.accepts = false
      from(DASH, OPEN)
      driver.accepts = true
      from(TOOL, CLOSE)
      expect(calls).toEqual([])
    })

    it('a hold whose beginning was missed undoes what closes, and lets nobody begin: after a silence, a reset, another plug', () => {
      const { clock, calls, receiver, from, driver } = ranked()
      driver.outranked = () => { calls.push('outranked') }
      from(DASH, OPEN)
      clock.advance(HOLD_TIMEOUT_ms + 1)
      from(TOOL, CLOSE)
      from(DASH, OPEN)
      expect(calls).toEqual(['1 from 5', 'released', '2 from 9', 'outranked'])
      from(TOOL, CLOSE + 3)
      receiver.bind(driver)
      from(DASH, OPEN)
      from(TOOL, CLOSE + 6)
      expect(calls.slice(4)).toEqual(['outranked'])
      receiver.pass(command(OPEN + 3, OPEN), DASH)
      from(DASH, OPEN + 3)
      from(TOOL, CLOSE + 9)
      expect(calls.slice(5)).toEqual(['outranked'])
    })

    it('what insists and is in force is only repeated, and where nothing yields a driver need not know', () => {
      const { calls, receiver, from, driver } = ranked()
      from(DASH, OPEN)
      from(DASH, OPEN)
      receiver.bind(driver)
      from(DASH, OPEN)
      expect(calls).toEqual(['1 from 5', 'repeated'])
    })

    it('one who lets go leaves the others who hold it', () => {
      const { calls, receiver, from } = ranked()
      receiver.executeLocal(command(OPEN, OPEN), OWN)
      from(DASH, OPEN + 3)
      from(DASH, 6)
      from(TOOL, CLOSE)
      expect(calls).toEqual(['1 from 1', '4 from 5', '6 from 5'])
    })

    it('a switch of this hub is held as long as its port says so: it does not repeat, and what it holds may have been put back', () => {
      const { clock, calls, port, receiver, from, driver } = ranked()
      receiver.executeLocal(command(OPEN, OPEN), OWN)
      port.held = true
      clock.advance(10_000)
      from(DASH, CLOSE)
      receiver.bind(driver)
      from(DASH, CLOSE + 3)
      expect(calls).toEqual(['1 from 1'])
      port.held = false
      receiver.executeLocal(command(3, 3), OWN)
      from(DASH, CLOSE + 6)
      expect(calls).toEqual(['1 from 1', '3 from 1', '8 from 5'])
    })

    it('who is refused as the hub is programmed undoes what closes', () => {
      const { calls, receiver, from, driver } = ranked()
      driver.outranked = () => { calls.push('outranked') }
      from(TOOL, CLOSE)
      receiver.inhibited = true
      receiver.executeLocal(command(OPEN, OPEN), OWN)
      from(TOOL, 3)
      expect(calls).toEqual(['2 from 9', 'outranked'])
    })

    it('a repetition undoes what somebody else put in its place; one that holds nothing undoes nothing', () => {
      const { calls, from, driver } = ranked()
      driver.outranked = () => { calls.push('outranked') }
      from(DASH, OPEN)
      from(DASH, OPEN)
      from(TOOL, 3)
      from(DASH, OPEN)
      expect(calls).toEqual(['1 from 5', 'repeated', '3 from 9', 'outranked'])
      from(TOOL, 3)
      from(DASH, 6)
      from(TOOL, 3)
      expect(calls.slice(4)).toEqual(['repeated', '6 from 5'])
    })

    it('undoes what its own sender closes, when its beginning came too early to be obeyed', () => {
      const { calls, receiver, from, driver } = ranked()
      driver.outranked = () => { calls.push('outranked') }
      from(DASH, CLOSE)
      receiver.pass(command(OPEN, OPEN), DASH)
      from(DASH, OPEN)
      expect(calls).toEqual(['2 from 5', 'outranked'])
    })

    it('lasts 250 ms from its last repetition, and ends with another command of its sender that came too early to be obeyed', () => {
      const { clock, calls, receiver, from } = ranked()
      from(DASH, OPEN)
      clock.advance(HOLD_TIMEOUT_ms)
      from(TOOL, CLOSE)
      expect(receiver.executeLocal(command(CLOSE, CLOSE), OWN)).toBe(false)
      from(DASH, OPEN + 3)
      receiver.pass(command(6, 6), DASH)
      from(TOOL, CLOSE + 3)
      expect(calls).toEqual(['1 from 5', 'released', '4 from 5', '5 from 9'])
    })
  })

  it('says whether a command was executed, now or when it came first', () => {
    const { driver, receiver, echoes } = setUp()
    const receive = (sequence: number): boolean => receiver.receive(command(sequence, sequence), DASH)
    expect([receive(1), receive(1), echoes()]).toEqual([true, true, 1])
    driver.accepts = false
    expect([receive(2), receive(2)]).toEqual([false, false])
    receiver.pass(command(3, 3), DASH)
    expect([receive(3), echoes()]).toEqual([false, 1])
  })

  it('serves a driver to which neither repetitions nor silence mean anything', () => {
    const { clock, counters, calls, receiver, from } = setUp()
    let accepts = true
    receiver.bind({ statusCount: 1, command: () => accepts, released: () => { calls.push('released') }, moving: () => false, dispose: () => undefined })
    from(DASH, 1)
    from(DASH, 1)
    expect(counters.commandsRepeated).toBe(1)
    receiver.bind({ statusCount: 1, command: () => accepts, moving: () => false, dispose: () => undefined })
    receiver.executeLocal(command(2, 2), OWN)
    accepts = false
    expect(receiver.executeLocal(command(3, 3), OWN)).toBe(false)
    clock.advance(HOLD_TIMEOUT_ms)
    expect(calls).toEqual([])
  })

  it('does not echo what the driver refuses, and lets the sender try again', () => {
    const { clock, counters, driver, calls, from, echoed, echoes } = setUp()
    driver.accepts = false
    from(DASH, 3)
    clock.advance(100)
    expect(echoed()).toEqual([0, 0])
    expect(echoes()).toBe(0)
    driver.accepts = true
    from(DASH, 3)
    expect(calls).toEqual(['3 from 5'])
    expect(echoed()).toEqual([5, 3])
    expect(counters.commandsRefused).toBe(1)
  })

  it('lets a command of the hub\'s own switch last until the next one', () => {
    const { clock, schedule, calls, receiver, from } = setUp()
    from(DASH, 1)
    expect(receiver.executeLocal(command(2, 2), OWN)).toBe(true)
    clock.advance(2000)
    expect(calls).toEqual(['1 from 5', '2 from 1'])
    expect(schedule.pending()).toEqual([])
  })

  it('that is refused ends what the own switches hold, and nothing of another sender\'s', () => {
    const { clock, schedule, calls, driver, receiver, from } = setUp()
    receiver.executeLocal(command(1, 1), OWN)
    driver.accepts = false
    expect(receiver.executeLocal(command(2, 2), OWN)).toBe(false)
    expect(calls).toEqual(['1 from 1', 'released'])
    driver.accepts = true
    from(DASH, 3)
    driver.accepts = false
    expect(receiver.executeLocal(command(4, 4), OWN)).toBe(false)
    expect([calls.slice(2), schedule.pending()]).toEqual([['3 from 5'], ['test']])
    clock.advance(HOLD_TIMEOUT_ms)
    expect(calls.slice(2)).toEqual(['3 from 5', 'released'])
  })

  it('forgets with the driver what it has to echo', () => {
    const { schedule, calls, driver, receiver, from, echoed } = setUp()
    from(DASH, 1)
    receiver.bind(undefined)
    expect(schedule.pending()).toEqual([])
    from(DASH, 2)
    expect(echoed()).toEqual([0, 0])
    receiver.bind(driver)
    from(DASH, 3)
    expect(calls).toEqual(['1 from 5', '3 from 5'])
  })

  it('what was meant for another component is never executed nor echoed by the next one, however often it is repeated', () => {
    const { clock, counters, calls, driver, receiver, from, echoed } = setUp()
    from(DASH, 1)
    receiver.bind(undefined)
    for (let i = 0; i < 40; i++) {
      receiver.pass(command(1, 1), DASH)
      clock.advance(100)
    }
    receiver.bind(driver)
    for (let i = 0; i < 40; i++) {
      from(DASH, 1)
      clock.advance(100)
    }
    expect(calls).toEqual(['1 from 5'])
    expect(echoed()).toEqual([0, 0])
    expect(counters.commandsRefused).toBe(40)
    from(DASH, 2)
    expect(calls).toEqual(['1 from 5', '2 from 5'])
    expect(echoed()).toEqual([5, 2])
  })

  it('what comes before the hub may answer is never executed, nor are its repetitions', () => {
    const { clock, counters, calls, receiver, from, echoed } = setUp()
    receiver.pass(command(7, 7), DASH)
    from(DASH, 7)
    clock.advance(REPEAT_WINDOW_ms)
    receiver.pass(command(7, 7), DASH)
    clock.advance(REPEAT_WINDOW_ms)
    from(DASH, 7)
    expect(calls).toEqual([])
    expect(echoed()).toEqual([0, 0])
    expect(counters.commandsRefused).toBe(2)
    from(TOOL, 7)
    clock.advance(REPEAT_WINDOW_ms + 1)
    from(DASH, 7)
    expect(calls).toEqual(['7 from 9', 'released', '7 from 5'])
  })

  it('stays executed once when the hub loses its address meanwhile', () => {
    const { calls, receiver, from, echoed } = setUp()
    from(DASH, 7)
    receiver.pass(command(7, 7), DASH)
    from(DASH, 7)
    expect(calls).toEqual(['7 from 5', 'repeated'])
    expect(echoed()).toEqual([5, 7])
  })

  it('takes a sequence again when another one of its sender was refused between', () => {
    const { calls, driver, from } = setUp()
    from(DASH, 1)
    driver.accepts = false
    from(DASH, 2)
    driver.accepts = true
    from(DASH, 1)
    expect(calls).toEqual(['1 from 5', '1 from 5'])
  })

  it('a hold that comes back before its sender would have given it up starts nothing', () => {
    const { clock, calls, from } = setUp()
    from(DASH, 1)
    clock.advance(REPEAT_WINDOW_ms)
    from(DASH, 1)
    expect(calls).toEqual(['1 from 5', 'released'])
    expect(REPEAT_WINDOW_ms).toBeGreaterThan(HELD_SILENCE_ms + WindowCommandCodec.lifetime_ms)
  })

  it('arms no timer for a driver to which silence means nothing', () => {
    const { schedule, receiver, from } = setUp()
    receiver.bind({ statusCount: 1, command: () => true, moving: () => false, dispose: () => undefined })
    from(DASH, 1)
    from(DASH, 1)
    expect(schedule.pending()).toEqual([])
  })
})
