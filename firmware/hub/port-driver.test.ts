import { describe, expect, it } from 'vitest'
import {
  LOCATION, PORT_FAULT, SWITCH_EDGE, SwitchEventCodec, WINDOW_ACTION, WindowCommandCodec, WindowStatusCodec,
} from '#protocol/index.ts'
import { COMPONENT_FAULT } from '../components/index.ts'
import { DOOR } from '../hubs/index.ts'
import { HUB_PORT, HUB_RECORD, loadRecord, NO_CLASS } from '../runtime/index.ts'
import { boot, probe, running, sendTo, sentBy, timesOf, TOOL } from '../testing/index.ts'

describe('a driver', () => {
  it('that knows no power, tick or status is left alone', () => {
    const { component, contexts, calls, image } = probe()
    for (const part of ['tick', 'status', 'powerChanged'] as const) delete component[part]
    const entry = image.components[0]!
    const { hub, hal, clock } = boot({
      ...image,
      components: [{ ...entry, create: (context) => {
        context.power.want(9, 9, 1000, 2)
        return entry.create(context)
      } }],
    }, ['window'])
    const context = contexts[0]!
    expect(context.power.granted()).toBe(true)
    context.power.release()
    context.statusChanged(-1)
    context.tick(10)
    clock.advance(2000)
    expect([calls, timesOf(hal, WindowStatusCodec)]).toEqual([[], []])
    expect(hub.schedule.pending()).not.toContain('port 0 tick')
  })

  it('is late: the hub counts it, as a fault', () => {
    const { contexts, hub } = running()
    contexts[0]!.tickLate()
    expect(hub.counters.ticksLate).toBe(1)
  })

  it('let go of something that it met: counted for its port, and kept once nothing moves', () => {
    const { contexts, hub, hal, clock } = running()
    contexts[0]!.pinched()
    clock.advance(2000)
    expect([...loadRecord(hal.nvm, hub.counters, HUB_PORT, NO_CLASS, HUB_RECORD.pinches)!.subarray(0, 8)]).toEqual([0, 1, 0, 1, 0, 0, 0, 0])
  })

  it('may find something of its component broken: a fault of its port, until it is whole again', () => {
    const { slot } = running()
    for (const [fault, shown] of [[COMPONENT_FAULT.sensor, PORT_FAULT.driver], [COMPONENT_FAULT.bulb, PORT_FAULT.bulb],
      [COMPONENT_FAULT.motorUnknown, PORT_FAULT.motorUnknown]] as const) {
      slot.faulty(fault, true)
      expect(slot.fault.code).toBe(shown)
      slot.faulty(fault, false)
      expect(slot.fault.code).toBe(PORT_FAULT.none)
    }
  })

  it('is told of no power at the plug that it did not ask for', () => {
    expect(running().calls).not.toContain('granted')
  })

  it('commands other hubs, and ends what it holds; a lost command is the fault of its port', () => {
    const { hal, hub, clock, slot } = running()
    const down = { ...WindowCommandCodec.create(), action: WINDOW_ACTION.down }
    hub.commands.sendCommand(WindowCommandCodec, LOCATION.FR, down, true, 0)
    clock.advance(150)
    hub.commands.endHold(WindowCommandCodec, LOCATION.FR, { ...down, action: WINDOW_ACTION.stop }, 0)
    clock.advance(300)
    const actions = sentBy(hal, WindowCommandCodec).map(command => command.action)
    expect(actions.slice(0, 2)).toEqual([WINDOW_ACTION.down, WINDOW_ACTION.down])
    expect(actions.at(-1)).toBe(WINDOW_ACTION.stop)
    clock.advance(1000)
    expect(slot.fault.code).toBe(PORT_FAULT.commandLost)
  })

  it('shows a lost command until a report after the next that comes through, and a second loss as long again', () => {
    const { clock, slot } = running()
    slot.commandFinished(true)
    expect(slot.fault.code).toBe(PORT_FAULT.none)
    slot.commandFinished(false)
    clock.advance(10_000)
    expect(slot.fault.code).toBe(PORT_FAULT.commandLost)
    slot.commandFinished(true)
    clock.advance(1000)
    slot.commandFinished(true)
    clock.advance(499)
    expect(slot.fault.code).toBe(PORT_FAULT.commandLost)
    clock.advance(1)
    expect(slot.fault.code).toBe(PORT_FAULT.none)
    slot.commandFinished(false)
    slot.commandFinished(true)
    clock.advance(1000)
    slot.commandFinished(false)
    clock.advance(5000)
    expect(slot.fault.code).toBe(PORT_FAULT.commandLost)
  })

  it('tells of events, and of a wish that is refused until it is not', () => {
    const { hal, context, clock, slot } = running()
    context.sendEvent(SwitchEventCodec, { ...SwitchEventCodec.create(), switch: 3, port: 0 })
    clock.advance(10)
    expect(sentBy(hal, SwitchEventCodec)).toEqual([expect.objectContaining({ switch: 3, port: 0 })])
    slot.refusalChanged(true)
    expect(slot.fault.code).toBe(PORT_FAULT.noGrant)
    slot.refusalChanged(false)
    expect(slot.fault.code).toBe(PORT_FAULT.none)
  })

  it('has its last command echoed in every status, and may have its port named in a failing test', () => {
    const { image, component } = probe()
    component.command = () => true
    component.released = () => undefined
    const { hal, hub, clock } = boot({ ...image, components: [{ ...image.components[0]!, command: WindowCommandCodec }] }, ['window'])
    const from = TOOL & 0x0f
    sendTo(hal, WindowCommandCodec, LOCATION.FL, { ...WindowCommandCodec.create(), action: WINDOW_ACTION.down, sequence: 5 }, 0)
    expect(hub.schedule.pending()).toContain('port 0 command silence')
    clock.advance(30)
    expect(sentBy(hal, WindowStatusCodec).at(-1)).toMatchObject({ echoSender: from, echoSequence: 5 })
  })

  it('ticks in step after the hub stood still for a moment, and does not catch up after a long one', () => {
    const { component, context, clock } = running()
    const times: number[] = []
    const from_ms = clock.now_ms
    component.tick = () => times.push(clock.now_ms - from_ms)
    context.tick(20)
    clock.advance(20)
    clock.stall(35)
    clock.advance(25)
    clock.stall(65)
    clock.advance(25)
    expect(times).toEqual([20, 55, 60, 80, 145, 165])
  })

  it('does not tick twice when the next tick is due by the time of a late one', () => {
    const { component, context, clock } = running()
    const times: number[] = []
    const from_ms = clock.now_ms
    component.tick = () => times.push(clock.now_ms - from_ms)
    context.tick(20)
    clock.stall(40)
    clock.advance(20)
    expect(times).toEqual([40, 60])
  })

  it('may change its period, and stop', () => {
    const { component, context, clock } = running()
    const times: number[] = []
    const from_ms = clock.now_ms
    component.tick = () => times.push(clock.now_ms - from_ms)
    context.tick(20)
    clock.advance(15)
    context.tick(20)
    clock.advance(10)
    context.tick(10)
    clock.advance(12)
    context.tick(0)
    clock.advance(100)
    expect(times).toEqual([20, 35])
  })

  it('whose pack is pulled out with a switch pressed says so without a duration: it was no tap', () => {
    const { hal, clock } = boot(DOOR, ['doorPack'])
    hal.sockets[0]!.set(1, true)
    clock.advance(60)
    hal.sockets[0]!.set(1, false)
    clock.advance(60)
    hal.sockets[0]!.set(1, true)
    clock.advance(60)
    hal.sockets[0]!.unplug()
    clock.advance(60)
    const released = sentBy(hal, SwitchEventCodec).filter(event => event.edge === SWITCH_EDGE.released)
    expect(released.map(event => event.duration_ms > 0)).toEqual([true, false])
    expect(released[1]!.duration_ms).toBeNaN()
  })
})
