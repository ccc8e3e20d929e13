import { describe, expect, it } from 'vitest'
import {
  check, type Codec, COMPONENT_CLASS, counterOf, dataIdOf, E2E_OUTCOME, hubAddress, kindOf, LATER_KIND, LOCATION, messageId, pageOf, SWITCH,
  SWITCH_LAYOUT, topicOf,
} from '#protocol/index.ts'
import { BlindCommand, BlindStatus, laterCodec, SeatCommand, SeatStatus } from '#protocol/export/testing/index.ts'
import type { Component, ComponentEntry } from '../components/index.ts'
import { switchPackEntry } from '../components/switch-pack/index.ts'
import { createHub, KnownStatus, NO_CHANNEL, type SwitchAction } from '../hub/index.ts'
import { DASH, DOOR } from '../hubs/index.ts'
import { fieldOf, setField } from '../message.ts'
import type { CommandValues, StatusValues } from '../message.ts'
import { connect, DESCRIPTORS, FakeClock, FakeHal, frameOf, sendTo, sentBy } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Receiver } from './receive.ts'
import { Schedule } from './schedule.ts'
import { Transmitter } from './transmit.ts'

const { FL, DASH: DASHBOARD } = LOCATION
const SEAT = { command: laterCodec(SeatCommand), status: laterCodec(SeatStatus) }
const BLIND = { command: laterCodec(BlindCommand), status: laterCodec(BlindStatus) }

/** A class whose component has a level, which commands set and its status tells; the levels it was told, in order. */
function levelled(code: ComponentEntry['code'], command: Codec<CommandValues>, status: Codec<StatusValues>): { entry: ComponentEntry, levels: number[] } {
  const levels: number[] = []
  const create: ComponentEntry['create'] = (context): Component => ({
    statusCount: 1,
    command: (values) => {
      levels.push(fieldOf(values, 'level'))
      context.statusChanged(-1)
      return true
    },
    status: (values) => { setField(values, 'level', levels.at(-1) ?? 0) },
    moving: () => false,
    dispose: () => undefined,
  })
  return { entry: { code, command, status, create }, levels }
}

function toggle(name: (typeof SWITCH_LAYOUT.driver)[number], codec: Codec<CommandValues>, status: Codec<StatusValues>): SwitchAction {
  return {
    code: SWITCH[name], codec, targets: [FL], press: {},
    known: {
      status, location: FL, channel: NO_CHANNEL, field: 'level',
      adapt: (values, level) => {
        setField(values, 'level', level > 0 ? 0 : 3)
        return level > 0 ? 0 : 3
      },
    },
  }
}

/** A door with a seat and a blind, under one identifier, and a dash that commands them; the descriptors are of other classes. */
function car(follows: readonly Codec<StatusValues>[] = [SEAT.status, BLIND.status]) {
  const clock = new FakeClock()
  const dashHal = new FakeHal(DASHBOARD, 2, clock)
  const doorHal = new FakeHal(FL, 2, clock)
  connect([dashHal, doorHal])
  dashHal.sockets[0]!.plug(DESCRIPTORS.driverPack)
  doorHal.sockets[0]!.plug(DESCRIPTORS.lamp)
  doorHal.sockets[1]!.plug(DESCRIPTORS.latch)
  const seat = levelled(COMPONENT_CLASS.lamp, SEAT.command, SEAT.status)
  const blind = levelled(COMPONENT_CLASS.latch, BLIND.command, BLIND.status)
  const actions = [toggle('lights.head', SEAT.command, SEAT.status), toggle('lights.tail', BLIND.command, BLIND.status)]
  const dash = createHub(dashHal, { ...DASH, components: [switchPackEntry], actions, follows })
  const door = createHub(doorHal, { ...DOOR, components: [seat.entry, blind.entry] })
  clock.advance(1500)
  const press = (...names: (typeof SWITCH_LAYOUT.driver)[number][]): void => {
    for (const pressed of [true, false]) {
      for (const name of names) dashHal.sockets[0]!.set(SWITCH_LAYOUT.driver.indexOf(name), pressed)
      clock.advance(pressed ? 100 : 1000)
    }
  }
  return { clock, dash, door, dashHal, doorHal, seat: seat.levels, blind: blind.levels, press }
}

describe('two classes of kind 14 at one location', () => {
  it('obey each their own commands, and answer each with its own status', () => {
    const { dash, door, doorHal, seat, blind, press } = car()
    press('lights.head')
    expect([seat, blind]).toEqual([[3], []])
    press('lights.tail')
    expect([seat, blind]).toEqual([[3], [3]])
    expect(sentBy(doorHal, SEAT.status).at(-1)).toMatchObject({ level: 3, echoSender: DASHBOARD })
    expect(sentBy(doorHal, BLIND.status).at(-1)).toMatchObject({ level: 3, echoSender: DASHBOARD })
    press('lights.head', 'lights.tail')
    expect([seat, blind]).toEqual([[3, 0], [3, 0]])
    expect([door.counters.commandsExecuted, dash.counters.commandsEchoed, dash.counters.commandsLost]).toEqual([4, 4, 0])
  })

  it('have one sequence of counters for each identifier, and nobody who hears both finds a gap', () => {
    const { clock, dash, door, dashHal, doorHal, press } = car()
    for (let i = 0; i < 5; i++) press('lights.head', 'lights.tail')
    clock.advance(5000)
    for (const [hal, page] of [[doorHal, 0], [dashHal, 1]] as const) {
      const frames = hal.bus.sent.filter(({ id }) => kindOf(id) === LATER_KIND && pageOf(id) === page)
      expect(new Set(frames.map(({ id }) => id)).size).toBe(1)
      expect(new Set(frames.map(({ data }) => data[2]))).toEqual(new Set([28, 29]))
      expect(frames.length).toBeGreaterThanOrEqual(10)
      expect(frames.map(({ data }) => counterOf(data))).toEqual(frames.map((_, index) => index % 15))
      for (const { id, data } of frames) expect(check(data, data.length, dataIdOf(id))).toBe(true)
    }
    for (const hub of [dash, door]) {
      expect(hub.counters.e2e[E2E_OUTCOME.ok]).toBeGreaterThan(10)
      expect([...hub.counters.e2e].slice(1)).toEqual([0, 0, 0, 0, 0, 0])
    }
  })

  it('a hub that wants one class counts the other along: none of its frames is taken for lost', () => {
    const { clock, dash, press } = car([SEAT.status])
    for (let i = 0; i < 4; i++) press('lights.head')
    clock.advance(20_000)
    expect([...dash.counters.e2e].slice(1)).toEqual([0, 0, 0, 0, 0, 0])
    expect(dash.counters.rxUnwanted).toBeGreaterThan(40)
    expect([dash.counters.commandsEchoed, dash.counters.commandsLost]).toEqual([4, 0])
  })

  it('the filters of a door let in both, and a tool commands both under one counter', () => {
    const { clock, doorHal, door, seat, blind } = car()
    expect(sendTo(doorHal, SEAT.command, FL, { sequence: 1, level: 2 }, 0)).toBe(true)
    expect(sendTo(doorHal, BLIND.command, FL, { sequence: 1, level: 1, position_pct: 50 }, 1)).toBe(true)
    clock.advance(50)
    expect([seat, blind]).toEqual([[2], [1]])
    sendTo(doorHal, SEAT.command, FL, { sequence: 2, level: 1 }, 1)
    expect(door.counters.e2e[E2E_OUTCOME.conflicting]).toBe(1)
    clock.advance(50)
    expect(seat).toEqual([2])
  })
})

describe('the parts of a hub', () => {
  function receiver() {
    const hal = new FakeHal(FL, 0)
    const counters = createCounters()
    const heard = new Receiver(new Schedule(hal, counters), counters, hubAddress(FL), 32)
    const taken: string[] = []
    heard.on(SEAT.command, values => taken.push(`seat ${values.level}`))
    heard.on(BLIND.command, values => taken.push(`blind ${values.level} ${values.position_pct}`))
    return { counters, heard, taken }
  }

  it('receive: a class that is not there, a missing class and a short frame are counted and change nothing', () => {
    const { counters, heard, taken } = receiver()
    const { id, data } = frameOf(BLIND.command, FL, { sequence: 1, level: 2, position_pct: 12.34 }, 0)
    heard.receive(id, data, data.length)
    expect(taken).toEqual(['blind 2 12.34'])
    heard.receive(id, data, 6)
    heard.receive(id, data, 2)
    heard.receive(id, new Uint8Array(8), 0)
    expect(counters.rxWrongLength).toBe(3)
    const strange = frameOf({ ...SEAT.command, encode: (_, bytes) => { bytes.set([200, 0], 2) } }, FL, { sequence: 0, level: 0 }, 1)
    heard.receive(strange.id, strange.data, strange.data.length)
    expect(counters.rxUnwanted).toBe(1)
    strange.data[3] = 1
    heard.receive(strange.id, strange.data, strange.data.length)
    expect(counters.e2e[E2E_OUTCOME.badCrc]).toBe(1)
    expect(taken).toHaveLength(1)
  })

  it('transmit: the newest status of a class takes the place of its last, never of another class', () => {
    const hal = new FakeHal(FL, 0)
    const counters = createCounters()
    const transmit = new Transmitter(hal.bus, new Schedule(hal, counters), counters, hubAddress(FL), 16)
    transmit.open()
    hal.bus.hold = true
    for (let i = 0; i < 3; i++) transmit.sendPeer(messageId(6, 0, 0, i, 0), new Uint8Array(8), 8)
    const send = (level: number): void => {
      transmit.send(SEAT.status, FL, { ...SEAT.status.create(), level }, 0)
      transmit.send(BLIND.status, FL, { ...BLIND.status.create(), level }, 0)
    }
    send(1)
    send(2)
    expect(counters.txSuperseded).toBe(2)
    hal.bus.hold = false
    hal.bus.kick()
    hal.clock.advance(100)
    expect(sentBy(hal, SEAT.status).map(({ level }) => level)).toEqual([2])
    expect(sentBy(hal, BLIND.status).map(({ level }) => level)).toEqual([2])
  })

  it('know the status of each class by itself', () => {
    const actions = [toggle('lights.head', SEAT.command, SEAT.status), toggle('lights.tail', BLIND.command, BLIND.status)]
    const [seat, blind] = actions.map(action => action.known!)
    const known = new KnownStatus(actions)
    known.observe(topicOf(BLIND.status), FL, { level: 2 })
    expect([known.value(seat!), known.value(blind!)]).toEqual([NaN, 2])
    known.expect(seat!, 1)
    expect([known.value(seat!), known.value(blind!)]).toEqual([1, 2])
  })

  it('have a topic for each class, apart from the kinds', () => {
    const topics = [SEAT.command, BLIND.command, { kind: 8 }, { kind: 0 }].map(topicOf)
    expect(topics).toEqual([44, 45, 8, 0])
  })
})
