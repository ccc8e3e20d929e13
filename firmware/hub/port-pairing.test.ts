import { describe, expect, it } from 'vitest'
import { decodeDescriptor, DESCRIPTOR_STATE, encodeDescriptor, PORT_FAULT, PORT_STATE } from '#protocol/index.ts'
import { boot, DESCRIPTORS } from '../testing/index.ts'

const SETTLED_ms = 500
const latch = decodeDescriptor(encodeDescriptor(DESCRIPTORS.latch)).descriptor!

describe('a socket that is paired', () => {
  it('holds nothing else: what does not belong there stays off and is strange, until the hub learns it', () => {
    const { hub, slot, socket, clock } = boot()
    hub.pairing.learn([latch, undefined, undefined])
    expect(slot.isStrange()).toBe(false)
    socket.plug(DESCRIPTORS.window)
    expect(slot.isStrange()).toBe(true)
    clock.advance(SETTLED_ms)
    expect([slot.descriptorState, slot.state(), slot.component]).toEqual([DESCRIPTOR_STATE.notPaired, PORT_STATE.rejected, undefined])
    expect(slot.isStrange()).toBe(true)

    slot.pairingChanged()
    clock.advance(SETTLED_ms)
    expect(slot.descriptorState).toBe(DESCRIPTOR_STATE.notPaired)

    hub.pairing.forget()
    slot.pairingChanged()
    clock.advance(SETTLED_ms)
    expect([slot.descriptorState, slot.state(), slot.isStrange()]).toEqual([DESCRIPTOR_STATE.present, PORT_STATE.on, false])
  })

  it('says that nothing is in it, or that what was in it is gone; one that is to stay empty says nothing', () => {
    const { hub, slot, socket, clock } = boot()
    expect(slot.fault.code).toBe(PORT_FAULT.none)
    hub.pairing.learn([latch, undefined, undefined])
    slot.pairingChanged()
    expect(slot.fault.code).toBe(PORT_FAULT.missing)
    socket.plug(DESCRIPTORS.latch)
    clock.advance(SETTLED_ms)
    expect(slot.fault.code).toBe(PORT_FAULT.none)
    socket.unplug()
    expect(slot.fault.code).toBe(PORT_FAULT.missing)
    hub.pairing.learn([undefined, undefined, undefined])
    slot.pairingChanged()
    expect(slot.fault.code).toBe(PORT_FAULT.none)
  })

  it('that is not paired misses what it had since boot, until it holds something again', () => {
    const { slot, socket, clock } = boot()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(SETTLED_ms)
    socket.unplug()
    expect(slot.fault.code).toBe(PORT_FAULT.missing)
    socket.plug(Uint8Array.of(1))
    socket.unplug()
    expect(slot.fault.code).toBe(PORT_FAULT.missing)
    socket.plug(DESCRIPTORS.window)
    clock.advance(SETTLED_ms)
    expect(slot.fault.code).toBe(PORT_FAULT.none)
  })

  it('holds what it is paired with, and stays as it is when its pairing changes', () => {
    const { hub, slot, socket, clock } = boot()
    hub.pairing.learn([latch, undefined, undefined])
    slot.pairingChanged()
    socket.plug(DESCRIPTORS.latch)
    clock.advance(SETTLED_ms)
    const { component } = slot
    expect([slot.descriptorState, slot.isStrange(), component === undefined]).toEqual([DESCRIPTOR_STATE.present, false, false])
    slot.pairingChanged()
    clock.advance(SETTLED_ms)
    expect(slot.component).toBe(component)
  })
})
