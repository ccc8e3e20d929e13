import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, DESCRIPTOR_STATE } from './enums.ts'
import { crc16 } from './crc.ts'
import { decodeDescriptor, DESCRIPTOR_BYTES, encodeDescriptor, type DescriptorContent } from './descriptor.ts'
import { LARGEST_CLASS } from './id.ts'

const u16 = fc.integer({ min: 0, max: 0xffff })
const u8 = fc.integer({ min: 0, max: 0xff })
const centi = u16.map(raw => raw / 100)
const half = u8.map(raw => raw / 2)
const classPart = fc.oneof(
  fc.record({
    class: fc.constant(COMPONENT_CLASS.window),
    data: fc.record({
      travel_pulses: u16, stall_A: centi, torque_Nm_A: u16.map(raw => raw / 100_000), winding_ohm: u16.map(raw => raw / 10_000),
      torqueTolerance_pct: half, windingTolerance_pct: half,
    }),
  }),
  fc.record({ class: fc.constant(COMPONENT_CLASS.mirror), data: fc.record({ flags: u8 }) }),
  fc.record({ class: fc.constant(COMPONENT_CLASS.latch), data: fc.record({ flags: u8 }) }),
  fc.record({
    class: fc.constant(COMPONENT_CLASS.lamp),
    data: fc.array(centi, { minLength: 1, maxLength: 8 }).map(nominal_A => ({ channels: nominal_A.length, nominal_A })),
  }),
  fc.record({ class: fc.constant(COMPONENT_CLASS.amplifier), data: fc.record({ power_W: u16 }) }),
  fc.record({ class: fc.constant(COMPONENT_CLASS.switchPack), data: fc.record({ layout: u8 }) }),
  fc.record({ class: fc.constant(COMPONENT_CLASS.vehicle), data: fc.constant({}) }),
)
const head = fc.record({
  maker: u16, model: u16, serial: fc.integer({ min: 0, max: 0xffffffff }), idle_A: u16.map(raw => raw / 1000), run_A: centi, peak_A: centi,
})
const content = fc.tuple(head, classPart).map(([a, b]) => ({ ...a, ...b }))

const window: DescriptorContent = {
  class: COMPONENT_CLASS.window, maker: 0x1234, model: 7, serial: 0xdeadbeef, idle_A: 0.004, run_A: 9.5, peak_A: 22,
  data: { travel_pulses: 1840, stall_A: 21.5, torque_Nm_A: 0.02, winding_ohm: 0.55, torqueTolerance_pct: 10, windingTolerance_pct: 7.5 },
}

describe('descriptor', () => {
  it('reads back what was written, for every class', () => {
    fc.assert(fc.property(content, (written) => {
      const { state, descriptor } = decodeDescriptor(encodeDescriptor(written))
      expect(state).toBe(DESCRIPTOR_STATE.present)
      expect(descriptor).toMatchObject(written)
    }), { numRuns: 300, seed: 1 })
  })

  it('has the documented layout', () => {
    const bytes = encodeDescriptor(window)
    expect(bytes.length).toBe(DESCRIPTOR_BYTES)
    expect(Buffer.from(bytes.subarray(0, 28)).toString('hex')).toBe('53011e01341207' + '00efbeadde0400b60398083007' + '6608d0077c15140f')
    expect(bytes[28]! | (bytes[29]! << 8)).toBe(crc16(bytes, 0, 28))
    expect([...bytes.subarray(30)].every(byte => byte === 0xff)).toBe(true)
  })

  it('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
      const { state, descriptor } = decodeDescriptor(bytes)
      return (state === DESCRIPTOR_STATE.present) === (descriptor !== undefined)
    }), { seed: 2 })
  })

  it('never throws on a valid frame around any class data', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 40 }), (code, data) => {
      const bytes = encodeDescriptor(window)
      bytes[3] = code
      bytes.set(data, 18)
      return decodeDescriptor(sealed(bytes, 20 + data.length)).state !== DESCRIPTOR_STATE.badCrc
    }), { seed: 3 })
  })

  it('notices every changed byte', () => {
    const bytes = encodeDescriptor(window)
    for (let i = 0; i < bytes[2]!; i++) {
      const changed = bytes.slice()
      changed[i]! ^= 0x10
      expect(decodeDescriptor(changed).state, `byte ${i}`).not.toBe(DESCRIPTOR_STATE.present)
    }
  })

  it('says why it does not read', () => {
    expect(decodeDescriptor(new Uint8Array(0)).state).toBe(DESCRIPTOR_STATE.unreadable)
    expect(decodeDescriptor(new Uint8Array(128).fill(0xff)).state).toBe(DESCRIPTOR_STATE.unreadable)
    const bytes = encodeDescriptor(window)
    expect(decodeDescriptor(bytes.subarray(0, 22)).state).toBe(DESCRIPTOR_STATE.badCrc)
    const version = bytes.slice()
    version[1] = 2
    expect(decodeDescriptor(sealed(version, 30)).state).toBe(DESCRIPTOR_STATE.badVersion)
    const other = bytes.slice()
    other[3] = 99
    expect(decodeDescriptor(sealed(other, 30)).state).toBe(DESCRIPTOR_STATE.unknownClass)
    const short = bytes.slice()
    expect(decodeDescriptor(sealed(short, 21)).state).toBe(DESCRIPTOR_STATE.unreadable)
  })

  it('knows every class of the catalogue and refuses all other codes, both ways', () => {
    const codes: number[] = Object.values(COMPONENT_CLASS)
    const bytes = encodeDescriptor({ ...window, class: COMPONENT_CLASS.vehicle, data: {} })
    for (let code = 0; code < 256; code++) {
      bytes[3] = code
      const known = code !== COMPONENT_CLASS.none && codes.includes(code)
      expect(decodeDescriptor(sealed(bytes, 60)).state === DESCRIPTOR_STATE.unknownClass, `class ${code}`).toBe(!known)
    }
    for (const code of [0, LARGEST_CLASS + 1, 255, NaN]) {
      expect(() => encodeDescriptor({ ...window, class: code as 1 })).toThrow(`descriptor class = ${code} is no class of components`)
    }
  })

  it.each([
    [{ class: COMPONENT_CLASS.mirror, data: { flags: 3 } }, '5301150234120700efbeadde0400b6039808037ddc'],
    [{ class: COMPONENT_CLASS.latch, data: { flags: 2 } }, '5301150334120700efbeadde0400b6039808027864'],
    [{ class: COMPONENT_CLASS.lamp, data: { channels: 3, nominal_A: [0.4, 4.55, 655.35] } }, '53011b0434120700efbeadde0400b6039808032800c701ffff8649'],
    [{ class: COMPONENT_CLASS.amplifier, data: { power_W: 300 } }, '5301160534120700efbeadde0400b60398082c01d403'],
    [{ class: COMPONENT_CLASS.switchPack, data: { layout: 4 } }, '5301150634120700efbeadde0400b603980804482c'],
    [{ class: COMPONENT_CLASS.vehicle, data: {} }, '5301140734120700efbeadde0400b60398087d4e'],
  ] as const)('has the bytes of components in the field: %o', (part, hex) => {
    const { maker, model, serial, idle_A, run_A, peak_A } = window
    const bytes = encodeDescriptor({ maker, model, serial, idle_A, run_A, peak_A, ...part } as DescriptorContent)
    expect(Buffer.from(bytes.subarray(0, bytes[2])).toString('hex')).toBe(hex)
  })

  it('ignores class data that a later writer appended', () => {
    const bytes = encodeDescriptor(window)
    bytes.set([1, 2, 3], 28)
    expect(decodeDescriptor(sealed(bytes, 33)).descriptor?.data).toEqual(window.data)
  })

  it('reads a window of an older writer, whose motor is not known', () => {
    const { descriptor } = decodeDescriptor(sealed(encodeDescriptor(window), 24))
    expect(descriptor?.data).toEqual({
      travel_pulses: 1840, stall_A: 21.5, torque_Nm_A: 0, winding_ohm: 0, torqueTolerance_pct: 0, windingTolerance_pct: 0,
    })
  })

  it('refuses values that do not fit', () => {
    expect(() => encodeDescriptor({ ...window, peak_A: 700 })).toThrow(/peak_A = 700 is outside 0…655.35/)
    expect(() => encodeDescriptor({ ...window, run_A: NaN })).toThrow(RangeError)
    expect(() => encodeDescriptor({ ...window, class: COMPONENT_CLASS.lamp, data: { channels: 2, nominal_A: [1] } })).toThrow(/channels/)
  })
})

/** Gives an image a new length and a fitting CRC. */
function sealed(bytes: Uint8Array, used: number): Uint8Array {
  bytes[2] = used
  const crc = crc16(bytes, 0, used - 2)
  bytes[used - 2] = crc & 0xff
  bytes[used - 1] = crc >> 8
  return bytes
}
