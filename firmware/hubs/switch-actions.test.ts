import { describe, expect, it } from 'vitest'
import {
  LATCH_ACTION, LIGHT_ACTION, LightStatusCodec, LOCATION, LOCATION_NAMES, MIRROR_ACTION, MirrorStatusCodec, STEREO_ACTION,
  StereoStatusCodec, SWITCH, SWITCH_EDGE, SWITCH_LAYOUT, type SwitchEdge, topicOf, WINDOW_ACTION,
} from '#protocol/index.ts'
import { LatchCommand, LightCommand, MESSAGES, MirrorCommand, StereoCommand, WindowCommand } from '#protocol/catalogue/index.ts'
import type { LocationName } from '#protocol/catalogue/index.ts'
import type { CommandEncoder, CommandValues } from '../message.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { KnownStatus, type SwitchAction, Switches } from '../hub/index.ts'
import { FakeHal } from '../testing/index.ts'
import { DASH_ACTIONS, DOOR_ACTIONS, TRUNK_ACTIONS } from './switch-actions.ts'

type SwitchName = keyof typeof SWITCH

function setUp(actions: readonly SwitchAction[], location: number) {
  const hal = new FakeHal(location, 0)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const known = new KnownStatus(actions)
  const sent: string[] = []
  const record = (how: string) => (codec: CommandEncoder, to: number, values: CommandValues): void => {
    codec.encode(values, new Uint8Array(8))
    const fields = Object.entries(values)
      .filter(([name, value]) => name !== 'sequence' && value !== 0 && !Number.isNaN(value)).map(([name, value]) => `${name}=${value}`)
    sent.push([how, codec.name, LOCATION_NAMES[to], ...fields].join(' '))
  }
  const command = record('send')
  const held = record('hold')
  const outlet = {
    sendCommand: (codec: CommandEncoder, to: number, values: CommandValues, hold: boolean) => (hold ? held : command)(codec, to, values),
    endHold: record('end'),
  }
  const switches = new Switches(actions, location, outlet, { add: () => undefined }, known, schedule, counters)
  const take = (): string[] => sent.splice(0)
  const press = (name: SwitchName): string[] => {
    switches.changed(0, SWITCH[name], SWITCH_EDGE.pressed, 0)
    hal.clock.advance(0)
    return take()
  }
  const release = (name: SwitchName, duration_ms: number, edge: SwitchEdge = SWITCH_EDGE.released): string[] => {
    switches.changed(0, SWITCH[name], edge, duration_ms)
    hal.clock.advance(0)
    return take()
  }
  return { hal, clock: hal.clock, counters, known, switches, press, release, take }
}

describe('the tables of switch actions', () => {
  const tables = [
    ['driver', DASH_ACTIONS, 'DASH'], ['door', DOOR_ACTIONS, 'FL'], ['trunk', TRUNK_ACTIONS, 'TRUNK'],
  ] as const

  it('have one row for every switch of the pack, and no other', () => {
    for (const [layout, actions] of tables) {
      const codes: number[] = actions.map(action => action.code)
      expect([...codes].sort((a, b) => a - b)).toEqual(SWITCH_LAYOUT[layout].map(name => SWITCH[name]).sort((a, b) => a - b))
    }
  })

  it('send commands that the catalogue knows, from senders and to locations it allows', () => {
    for (const [, actions, own] of tables) {
      for (const action of actions) {
        const row = MESSAGES.find(message => message.name === action.codec.name)!
        expect(row.senders).toContain(own)
        for (const target of action.targets) {
          const to: LocationName = target === 0 ? own : LOCATION_NAMES[target]!
          expect(row.locations).toContain(to)
        }
        for (const fields of [action.press, action.release, action.tap]) {
          for (const name of Object.keys(fields ?? {})) expect(Object.keys(row.fields)).toContain(name)
        }
      }
    }
    expect([WindowCommand, MirrorCommand, LatchCommand, LightCommand, StereoCommand].every(row => row.actuates)).toBe(true)
  })
})

describe('switches', () => {
  it('a tap runs a window all the way, a hold stops it at the release', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    expect(press('windowRR.up')).toEqual([`hold WindowCommand RR action=${WINDOW_ACTION.up}`])
    expect(release('windowRR.up', 299)).toEqual([`end WindowCommand RR action=${WINDOW_ACTION.autoUp}`])
    expect(press('windowRR.down')).toEqual([`hold WindowCommand RR action=${WINDOW_ACTION.down}`])
    expect(release('windowRR.down', 900, SWITCH_EDGE.held)).toEqual([])
    expect(release('windowRR.down', 1200)).toEqual(['end WindowCommand RR'])
    expect(release('windowRR.down', 1200)).toEqual([])
  })

  it('a switch that sticks, or whose pack is pulled out, ends its hold and is no tap', () => {
    const { press, release } = setUp(DOOR_ACTIONS, LOCATION.RL)
    press('window.up')
    expect(release('window.up', 100, SWITCH_EDGE.stuck)).toEqual(['end WindowCommand RL'])
    press('window.up')
    expect(release('window.up', NaN)).toEqual(['end WindowCommand RL'])
  })

  it('a thumb that slides to the opposite switch begins a new hold, which the late release of the first does not end', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    press('windowFL.up')
    expect(press('windowFL.down')).toEqual([`hold WindowCommand FL action=${WINDOW_ACTION.down}`])
    expect(release('windowFL.up', 200)).toEqual([])
    expect(release('windowFL.down', 900)).toEqual(['end WindowCommand FL'])
    press('windowFL.up')
    press('windowFL.down')
    expect(release('windowFL.down', 200)).toEqual([`end WindowCommand FL action=${WINDOW_ACTION.autoDown}`])
    expect(release('windowFL.up', 900)).toEqual([])
  })

  it('a tap on up beside a held down closes nothing by itself: what is held goes on', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    press('windowFL.down')
    press('windowFL.up')
    expect(release('windowFL.up', 200)).toEqual([`hold WindowCommand FL action=${WINDOW_ACTION.down}`])
    press('windowFR.up')
    expect(release('windowFR.up', 200)).toEqual([`end WindowCommand FR action=${WINDOW_ACTION.autoUp}`])
    expect(release('windowFL.down', 900)).toEqual(['end WindowCommand FL'])
    press('windowFL.up')
    expect(release('windowFL.up', 200)).toEqual([`end WindowCommand FL action=${WINDOW_ACTION.autoUp}`])
  })

  it('windows that are held at once do not end each other', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    press('windowFL.up')
    press('windowFR.down')
    press('mirrorFL.left')
    expect(release('windowFL.up', 900)).toEqual(['end WindowCommand FL'])
    expect(release('windowFR.down', 900)).toEqual(['end WindowCommand FR'])
    expect(release('mirrorFL.left', 900)).toEqual(['end MirrorCommand FL directionX=1 directionY=1'])
  })

  it('what is held ends before another command, and its release does not stop that', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    press('mirrorFR.left')
    expect(press('mirrors.fold')).toEqual([
      `send MirrorCommand FL action=${MIRROR_ACTION.fold} directionX=1 directionY=1`, 'end MirrorCommand FR directionX=1 directionY=1',
      `send MirrorCommand FR action=${MIRROR_ACTION.fold} directionX=1 directionY=1`,
    ])
    expect(release('mirrorFR.left', 900)).toEqual([])
  })

  it('a mirror tilts as long as it is held', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    expect(press('mirrorFR.left')).toEqual([`hold MirrorCommand FR action=${MIRROR_ACTION.tilt} directionY=1`])
    expect(release('mirrorFR.left', 100)).toEqual(['end MirrorCommand FR directionX=1 directionY=1'])
  })

  it('locks reach every door and the trunk, releases their one', () => {
    const { press, release } = setUp(DASH_ACTIONS, LOCATION.DASH)
    expect(press('doors.lock')).toEqual(['FL', 'FR', 'RL', 'RR', 'TRUNK'].map(to => `send LatchCommand ${to} action=${LATCH_ACTION.lock}`))
    expect(release('doors.lock', 50)).toEqual([])
    expect(press('trunk.release')).toEqual(['send LatchCommand TRUNK'])
    expect(press('hood.release')).toEqual(['send LatchCommand HOOD'])
    const trunk = setUp(TRUNK_ACTIONS, LOCATION.TRUNK)
    expect(trunk.press('latch.close')).toEqual([`send LatchCommand TRUNK action=${LATCH_ACTION.cinch}`])
  })

  it('lights toggle by what the status last said', () => {
    const { known, press } = setUp(DASH_ACTIONS, LOCATION.DASH)
    const on = ['send LightCommand HOOD level_pct=100', 'send LightCommand HOOD channel=1 level_pct=100']
    const off = ['send LightCommand HOOD', 'send LightCommand HOOD channel=1']
    expect(LIGHT_ACTION.set).toBe(0)
    expect(press('lights.head')).toEqual(on)
    expect(press('lights.head')).toEqual(off)
    known.observe(topicOf(LightStatusCodec), LOCATION.HOOD, { ...LightStatusCodec.create(), channel: 0, level_pct: 40 })
    known.observe(topicOf(LightStatusCodec), LOCATION.HOOD, { ...LightStatusCodec.create(), channel: 1, level_pct: 0 })
    known.observe(topicOf(LightStatusCodec), LOCATION.TRUNK, { ...LightStatusCodec.create(), channel: 0, level_pct: 0 })
    expect(press('lights.head')).toEqual(off)
    expect(press('lights.interior')).toEqual(['send LightCommand DASH level_pct=100 fade_ms=500'])
  })

  it('mirrors heat together and toggle', () => {
    const { known, press } = setUp(DASH_ACTIONS, LOCATION.DASH)
    const heat = (action: number): string[] => ['FL', 'FR'].map(to => `send MirrorCommand ${to} action=${action} directionX=1 directionY=1`)
    known.observe(topicOf(MirrorStatusCodec), LOCATION.FL, { ...MirrorStatusCodec.create(), heat: 1 })
    expect(press('mirrors.heat')).toEqual(heat(MIRROR_ACTION.heatOff))
    expect(press('mirrors.heat')).toEqual(heat(MIRROR_ACTION.heatOn))
  })

  it('the volume steps from where the stereo is, within its range; up and down agree', () => {
    const { known, press } = setUp(DASH_ACTIONS, LOCATION.DASH)
    const volume = (step: number): string[] => [`send StereoCommand STEREO action=${STEREO_ACTION.volume}${step > 0 ? ` volume=${step}` : ''}`]
    expect(press('stereo.volumeDown')).toEqual(volume(0))
    known.observe(topicOf(StereoStatusCodec), LOCATION.STEREO, { ...StereoStatusCodec.create(), volume: 29, muted: 1, source: 3 })
    expect(press('stereo.volumeUp')).toEqual(volume(30))
    expect(press('stereo.volumeUp')).toEqual(volume(30))
    expect(press('stereo.volumeDown')).toEqual(volume(29))
    expect(press('stereo.mute')).toEqual([`send StereoCommand STEREO action=${STEREO_ACTION.unmute}`])
    expect(press('stereo.mute')).toEqual([`send StereoCommand STEREO action=${STEREO_ACTION.mute}`])
    expect(press('stereo.source')).toEqual(['send StereoCommand STEREO'])
    expect(press('stereo.source')).toEqual(['send StereoCommand STEREO source=1'])
  })

  it('what one switch commands goes out one command a callback, and before what the next one does', () => {
    const { hal, clock, switches, take } = setUp(DASH_ACTIONS, LOCATION.DASH)
    const { after } = hal
    const perCallback: number[] = []
    hal.after = (delay_ms, fire) => after.call(hal, delay_ms, () => {
      const before = take().length
      fire()
      perCallback.push(before, take().length)
    })
    switches.changed(0, SWITCH['doors.lock'], SWITCH_EDGE.pressed, 0)
    expect(take().length).toBe(1)
    clock.advance(0)
    expect(perCallback.filter(count => count > 0)).toEqual([1, 1, 1, 1])
    switches.changed(0, SWITCH['doors.lock'], SWITCH_EDGE.pressed, 0)
    switches.changed(0, SWITCH['doors.unlock'], SWITCH_EDGE.pressed, 0)
    const actions = [...new Array<number>(5).fill(LATCH_ACTION.lock), LATCH_ACTION.unlock]
    expect(take().map(text => text.split(' ').at(-1))).toEqual(actions.map(action => `action=${action}`))
  })

  it('indicators blink until pressed again, one side at a time', () => {
    const { clock, press, take } = setUp(DASH_ACTIONS, LOCATION.DASH)
    const lit = (channel: number): string => `send LightCommand HOOD channel=${channel} level_pct=100`
    const dark = (channel: number): string => `send LightCommand HOOD channel=${channel}`
    expect(press('lights.left')).toEqual([lit(2)])
    clock.advance(1000)
    expect(take()).toEqual([dark(2), lit(2)])
    expect(press('lights.right')).toEqual([dark(2), lit(3)])
    clock.advance(360)
    expect(take()).toEqual([dark(3)])
    expect(press('lights.right')).toEqual([])
    clock.advance(5000)
    expect(take()).toEqual([])
  })

  it('a switch that is in no table is counted', () => {
    const { counters, press } = setUp(DOOR_ACTIONS, LOCATION.FL)
    expect(press('stereo.mute')).toEqual([])
    expect(counters.switchesUnknown).toBe(1)
  })
})
