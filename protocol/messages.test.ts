import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOCATION, WINDOW_ACTION, type GivenValues } from './catalogue/index.ts'
import { readName } from './claim.ts'
import { createFrame, type CanFrame } from './frame.ts'
import { PGN_ADDRESS_CLAIMED } from './id.ts'
import {
  addressNamed, addressText, copyDecoded, decodeFrame, echoSenderText, encodeClaim, encodeEntry, encodeMessage, encodeRequest, ENTRIES,
  FrameDecoder, parseAssignments, parseTarget, pgnNamed, valueJson, valueText, type EncodeOptions,
} from './messages/index.ts'

function frame(id: number, bytes: readonly number[], change: Partial<CanFrame> = {}): CanFrame {
  const made = createFrame(8)
  made.data.set(bytes)
  return { ...made, id, length: bytes.length, ...change }
}

/** A message as a command line names it. */
function encodeText(text: string, values: GivenValues, options?: EncodeOptions): CanFrame {
  const { entry, location } = parseTarget(text)
  return encodeEntry(entry, location, values, options)
}

describe('encoding by name', () => {
  it('takes enum names, units, numbers and flags', () => {
    const made = encodeText('WindowCommand@FL', { action: 'goto', position_pct: '50 %', sequence: 3 }, { source: 0xf9, counter: 1 })
    expect(made.id).toBe(0x09ff81f9)
    expect(decodeFrame(made)).toMatchObject({
      name: 'WindowCommand', location: 'FL', source: 0xf9, counter: 1, values: { action: WINDOW_ACTION.goto, position_pct: 50, sequence: 3 },
    })
    expect(encodeText('windowcommand@fl', { ACTION: 'UP' }).data).toEqual(encodeMessage('WindowCommand@FL', { action: 'up' }).data)
    expect(decodeFrame(encodeText('WindowStatus@RR', { pinch: true, thermal: 'yes', supply: '13.5V' }))!.values)
      .toMatchObject({ pinch: 1, thermal: 1, learned: 0, supply_V: 13.5, position_pct: NaN })
  })

  it('needs no location where there is but one', () => {
    expect(decodeFrame(encodeMessage('StereoCommand', { action: 'mute' }))!.location).toBe('STEREO')
    expect(decodeFrame(encodeMessage('VehicleState', {}))!.location).toBe('ALL')
    expect(() => encodeText('WindowCommand', {})).toThrow('WindowCommand needs a location: WindowCommand@FL, @FR, @RL, @RR')
  })

  it.each([
    ['WindowComand', 'FL', {}, 'unknown message "WindowComand": did you mean WindowCommand?'],
    ['HubStauts', 'FL', {}, 'unknown message "HubStauts": did you mean HubStatus?'],
    ['Banana', 'FL', {}, /^unknown message "Banana" \(known: HubStatus, .*…\)$/],
    ['WindowCommand', 'XX', {}, /^unknown location "XX"/],
    ['WindowCommand', 'TRUNK', {}, 'WindowCommand has no location TRUNK (it has FL, FR, RL, RR)'],
    ['WindowCommand', 'FL', { acton: 'up' }, 'unknown field of WindowCommand "acton": did you mean action?'],
    ['WindowCommand', 'FL', { action: 'upp' }, 'unknown value of WindowCommand.action "upp": did you mean up?'],
    ['WindowCommand', 'FL', { action: 9 }, /WindowCommand.action = 9 is outside its codes 0…6/],
    ['WindowCommand', 'FL', { position_pct: 101 }, 'WindowCommand.position_pct = 101 is outside 0…100 %'],
    ['WindowCommand', 'FL', { position_pct: '50 V' }, 'WindowCommand.position_pct is in %, not in "V"'],
    ['WindowCommand', 'FL', { position_pct: 'half' }, 'WindowCommand.position_pct = "half" is not a number 0…100 %'],
    ['WindowCommand', 'FL', { sequence: '1 A' }, 'WindowCommand.sequence has no unit, so not "A"'],
    ['WindowStatus', 'FL', { pinch: 'maybe' }, 'WindowStatus.pinch = "maybe" is not yes or no'],
    ['WindowStatus', 'FL', { state: true }, /WindowStatus.state = true is not/],
  ] as [string, string, Record<string, string | number | boolean>, string | RegExp][])('explains %s@%s %o', (name, location, values, message) => {
    expect(() => encodeText(`${name}@${location}`, values)).toThrow(message)
  })

  it('refuses addresses and counters that do not exist', () => {
    expect(() => encodeMessage('VehicleState@ALL', {}, { source: 256 })).toThrow('source address 256 is outside 0…255')
    expect(() => encodeMessage('VehicleState@ALL', {}, { counter: 15 })).toThrow('E2E counter 15 is outside 0…14')
  })

  it('takes targets and assignments apart', () => {
    const { entry, location } = parseTarget('WindowCommand@rr')
    expect([entry.row.name, location]).toEqual(['WindowCommand', 'RR'])
    expect(parseTarget('StereoCommand').location).toBe('STEREO')
    for (const text of ['', '@FL', 'WindowCommand@', 'WindowCommand@FL@FR']) expect(() => parseTarget(text), text).toThrow(/MESSAGE@LOCATION/)
    expect(parseAssignments(['action=up', 'x=a=b'])).toEqual({ action: 'up', x: 'a=b' })
    expect(() => parseAssignments(['action'])).toThrow('"action" is not FIELD=VALUE')
    expect(() => parseAssignments(['a=1', 'a=2'])).toThrow('given twice')
  })

  it('addresses every message at every location, and decodes it', () => {
    for (const entry of ENTRIES) {
      for (const location of entry.row.locations) {
        const decoded = decodeFrame(encodeEntry(entry, location, {}, { source: 0x81 }))
        expect(decoded).toMatchObject({ name: entry.row.name, location, source: 0x81, priority: entry.row.priority })
      }
    }
  })
})

describe('decoding', () => {
  it('counts by cause and never throws', () => {
    const decoder = new FrameDecoder()
    const good = encodeMessage('WindowStatus@FL', {}, { source: 0x81 })
    expect(decoder.decode(good)?.name).toBe('WindowStatus')
    expect(decoder.failure).toBeUndefined()
    const cases: [CanFrame, string][] = [
      [frame(0x123, [1, 2]), 'unknownId'],
      [frame(0x123, [1, 2], { extended: false }), 'foreignFormat'],
      [{ ...good, remote: true }, 'foreignFormat'],
      [{ ...good, fd: true }, 'foreignFormat'],
      [frame(0x10ffe181, [0, 0, 0]), 'unknownMessage'],
      [frame(0x10ff8581, [0, 0, 0, 0, 0, 0, 0, 0]), 'unknownMessage'],
      [{ ...good, length: 7 }, 'tooShort'],
      [frame(0x18eaff81, [0, 0xee]), 'tooShort'],
      [frame(0x18eeff81, [0, 0xee]), 'tooShort'],
      [frame(good.id, [...good.data].map((byte, i) => (i === 5 ? byte ^ 1 : byte))), 'badCrc'],
    ]
    for (const [bad, cause] of cases) {
      expect(decoder.decode(bad)).toBeUndefined()
      expect(decoder.failure).toBe(cause)
    }
    expect(decoder.counts).toEqual({ decoded: 1, foreignFormat: 3, unknownId: 1, unknownMessage: 2, tooShort: 3, badCrc: 1 })
  })

  it('accounts for any frame at all', () => {
    const decoder = new FrameDecoder()
    const broadcast = fc.tuple(fc.nat(1), fc.nat(0xffff)).map(([page, low]) => (page << 24) | 0xff0000 | low)
    const id = fc.oneof(fc.integer({ min: 0, max: 0x1fffffff }), broadcast)
    let frames = 0
    fc.assert(fc.property(id, fc.array(fc.nat(255), { maxLength: 8 }), fc.boolean(), (anId, bytes, extended) => {
      frames++
      const decoded = decoder.decode(frame(anId, bytes, { extended }))
      return (decoded === undefined) === (decoder.failure !== undefined)
    }), { numRuns: 2000, seed: 1 })
    expect(Object.values(decoder.counts).reduce((sum, count) => sum + count, 0)).toBe(frames)
  })

  it('accepts bytes that a newer sender appended, under the CRC', () => {
    const entry = ENTRIES.find(({ row }) => row.name === 'WindowCommand')!
    expect(entry.codec.length).toBe(4)
    const longer = frame(0x09ff81f9, [0x00, 0x00, 0x10, 0xff, 0x55])
    expect(decodeFrame(longer)).toBeUndefined()
    for (let crc = 0; crc < 256; crc++) {
      longer.data[0] = crc
      if (decodeFrame(longer) !== undefined) return
    }
    expect.fail('no CRC fits')
  })

  it('reuses one record a message; a copy stays', () => {
    const decoder = new FrameDecoder()
    const first = decoder.decode(encodeMessage('WindowCommand@FL', { action: 'up' }))!
    const kept = copyDecoded(first)
    const second = decoder.decode(encodeMessage('WindowCommand@FR', { action: 'down' }))!
    expect(second).toBe(first)
    if (kept.name !== 'WindowCommand' || second.name !== 'WindowCommand') expect.fail(`${kept.name}, ${second.name}`)
    expect([kept.location, kept.values.action, second.location, second.values.action]).toEqual(['FL', 1, 'FR', 2])
  })
})

describe('J1939 frames', () => {
  it('are claims, cannot-claims and requests', () => {
    const name = readName(new Uint8Array([0x45, 0x23, 0xe1, 0xff, 0x18, 0x02, 0, 0x10]))
    const claim = encodeClaim(0x83, name)
    const claimed = { name: 'AddressClaimed', location: 'RL', source: 0x83, counter: -1, values: { functionInstance: 3 } }
    expect(decodeFrame(claim)).toMatchObject(claimed)
    expect(decodeFrame(encodeClaim(0xfe, name))).toMatchObject({ name: 'CannotClaimAddress', location: 'ALL', source: 0xfe })
    expect(decodeFrame(encodeRequest(PGN_ADDRESS_CLAIMED))).toMatchObject({ name: 'Request', values: { pgn: 0xee00, destination: 0xff } })
    expect(decodeFrame(encodeRequest(pgnNamed('ComponentAnnounce@FL'), addressNamed('FL')))!.values).toEqual({ pgn: 0xff11, destination: 0x81 })
    expect(pgnNamed('AddressClaimed')).toBe(0xee00)
    expect(pgnNamed('0x1ff81')).toBe(0x1ff81)
    expect(() => encodeRequest(0x40000)).toThrow(RangeError)
  })
})

describe('texts', () => {
  const field = (message: string, name: string) => ENTRIES.find(({ row }) => row.name === message)!.row.fields[name]!

  it('of values', () => {
    const supply = field('WindowStatus', 'supply_V')
    const state = field('WindowStatus', 'state')
    const pinch = field('WindowStatus', 'pinch')
    expect([13.5, NaN, Infinity].map(value => valueText(supply, value))).toEqual(['13.5 V', 'not available', 'out of range'])
    expect([13.5, NaN, Infinity].map(value => valueJson(supply, value))).toEqual([13.5, null, 'out of range'])
    expect([valueText(state, 3), valueText(state, 15), valueJson(state, 3), valueJson(state, 15)]).toEqual(['closing', 'code 15', 'closing', 15])
    expect([valueText(pinch, 1), valueText(pinch, 0), valueJson(pinch, 1)]).toEqual(['yes', 'no', true])
  })

  it('of addresses, both ways', () => {
    expect([0x81, 0x85, 0xf9, 0xfa, 0xfe, 0xff, 0x12].map(addressText)).toEqual(['FL', 'DASH', 'tool', 'tool2', 'none', 'all', '0x12'])
    for (const name of ['FL', 'STEREO', 'tool', 'tool2', 'all']) expect(addressText(addressNamed(name))).toBe(name)
    expect(addressNamed('0x90')).toBe(0x90)
    expect(() => addressNamed('0x100')).toThrow(RangeError)
    expect([0, LOCATION.DASH, 9, 10].map(echoSenderText)).toEqual(['', 'DASH', 'tool', 'tool2'])
  })
})
