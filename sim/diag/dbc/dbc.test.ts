import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DbcDatabase, dbcText, parseDbc } from './index.ts'

const FILE = `VERSION ""
NS_ :
\tNS_DESC_
\tCM_
\tVAL_
\tSG_MUL_VAL_
BS_:
BU_: Engine Dash
VAL_TABLE_ OnOff 1 "on" 0 "off" ;
BO_ 291 Plain: 8 Engine
 SG_ Speed : 0|16@1+ (0.1,-40) [0|6513.5] "km/h" Dash
 SG_ Torque : 23|12@0- (1,0) [-2048|2047] "Nm" Dash
 SG_ Ready : 32|1@1+ (1,0) [0|1] "" Dash
 SG_ Ratio : 40|16@1- (1,0) [0|0] "" Vector__XXX
BO_ 2147484000 Wide: 64 Vector__XXX
 SG_ Exact : 0|64@1+ (1,0) [0|0] "" Vector__XXX
 SG_ Single : 64|32@1- (1,0) [0|0] "" Vector__XXX
 SG_ Double : 135|64@0- (2,1) [0|0] "" Vector__XXX
BO_ 512 Chosen: 8 Vector__XXX
 SG_ Which M : 0|8@1+ (1,0) [0|0] "" Vector__XXX
 SG_ A m1 : 8|8@1+ (1,0) [0|0] "" Vector__XXX
 SG_ Inner m2M : 8|8@1+ (1,0) [0|0] "" Vector__XXX
 SG_ B m3 : 16|8@1+ (1,0) [0|0] "" Vector__XXX
BO_ 2566844926 EEC1: 8 Vector__XXX
 SG_ EngineSpeed : 24|16@1+ (0.125,0) [0|8031.875] "rpm" Vector__XXX
CM_ BO_ 291 "text with
BO_ 9999 inside: 8 X
and \\"quotes\\"; and so on";
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2566844926 3;
VAL_ 291 Ready OnOff;
VAL_ 291 Torque -1 "minus \\"one\\"" 7 "seven" ;
SIG_VALTYPE_ 291 Ratio : 1;
SIG_VALTYPE_ 2147484000 Single : 1;
SIG_VALTYPE_ 2147484000 Double : 2;
SG_MUL_VAL_ 512 B Inner 5-6, 9-9;
`
const dbc = parseDbc(FILE)
const database = new DbcDatabase(dbc.messages)

function read(id: number, extended: boolean, data: readonly number[]): unknown {
  const reading = database.read({ id, extended, data: Uint8Array.from(data), length: data.length })
  if (reading === undefined) return undefined
  const signals = Object.fromEntries(reading.signals.map(({ signal, value, text }) => [signal.name, text || value]))
  return { name: reading.message.name, ...signals, ...(reading.missing.length > 0 && { missing: reading.missing }) }
}

describe('a DBC file of others', () => {
  it('is read whole; what strings hold is no statement', () => {
    expect(dbc.problems).toEqual([])
    expect(dbc.messages.map(({ name, id, extended, sender, signals }) => [name, id, extended, sender, signals.length])).toEqual([
      ['Plain', 0x123, false, 'Engine', 4], ['Wide', 352, true, '', 3], ['Chosen', 512, false, '', 4], ['EEC1', 0x18fe_f1fe, true, '', 1],
    ])
  })

  it('tells scaled, signed, big-endian and floating-point signals, and names of values', () => {
    expect(read(0x123, false, [0xe8, 0x03, 0xff, 0xf0, 1, 0x00, 0x3c, 0])).toEqual({ name: 'Plain', Speed: 60, Torque: 'minus "one"', Ready: 'on', Ratio: 1 })
    const data = new Uint8Array(24)
    const view = new DataView(data.buffer)
    view.setBigUint64(0, 0xfedc_ba98_7654_3210n, true)
    view.setFloat32(8, 1.5, true)
    view.setFloat64(16, -0.25)
    expect(read(352, true, [...data])).toEqual({ name: 'Wide', Exact: 0xfedc_ba98_7654_3210n, Single: 1.5, Double: 0.5 })
    expect(read(352, false, [...data])).toBeUndefined()
  })

  it.each([
    [[0, 9, 5], { Which: 0 }], [[1, 9, 5], { Which: 1, A: 9 }], [[2, 4, 5], { Which: 2, Inner: 4 }],
    [[2, 6, 5], { Which: 2, Inner: 6, B: 5 }], [[2, 9, 7], { Which: 2, Inner: 9, B: 7 }], [[2, 6], { Which: 2, Inner: 6, missing: ['B'] }],
  ])('of %j only those signals that are chosen: %j', (data, signals) => {
    expect(read(512, false, data)).toEqual({ name: 'Chosen', ...signals })
  })

  it('J1939 messages are known by their PGN, whoever sends them', () => {
    const speed = [0xff, 0xff, 0xff, 0x40, 0x1f, 0xff, 0xff, 0xff]
    expect(read(0x0cfe_f131, true, speed)).toEqual({ name: 'EEC1', EngineSpeed: 1000 })
    expect(read(0x18fe_f0fe, true, speed)).toBeUndefined()
  })

  it.each([
    ['BA_ "ProtocolType" "J1939";', true],
    ['BA_DEF_ "ProtocolType" STRING ;\nBA_DEF_DEF_ "ProtocolType" "J1939";', true],
    ['BA_DEF_DEF_ "ProtocolType" "J1939";\nBA_ "ProtocolType" "CANopen";', false],
    ['BA_DEF_ "ProtocolType" ENUM "CAN","J1939";\nBA_ "ProtocolType" 1;', true],
    ['BA_DEF_DEF_ "ProtocolType" "";', false],
    ['BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";\nBA_DEF_DEF_ "VFrameFormat" "J1939PG";', true],
    ['BA_DEF_DEF_ "VFrameFormat" "StandardCAN";\nBA_ "ProtocolType" "J1939";', true],
    ['BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";\nBA_ "ProtocolType" "J1939";\nBA_ "VFrameFormat" BO_ 2566844926 1;', false],
    ['BA_ "VFrameFormat" BO_ 2566844926 "J1939PG";\nBA_ "ProtocolType" "CAN";', true],
    ['', false],
  ])('%s: J1939 is %s, of extended identifiers only', (attributes, isJ1939) => {
    const { messages, problems } = parseDbc(`BO_ 2566844926 Wide: 8 X\nBO_ 291 Short: 8 X\n${attributes}`)
    expect(problems).toEqual([])
    expect(messages.map(message => message.isJ1939)).toEqual([isJ1939, false])
    expect(new DbcDatabase(messages).find(0x0cfe_f131, true)?.name).toBe(isJ1939 ? 'Wide' : undefined)
    expect(new DbcDatabase(messages).find(0x18fe_f1fe, true)?.name).toBe('Wide')
  })

  it.each([
    ['BO_ x Name: 8 X', 'a message is BO_'],
    ['BO_ 3000 Name: 8 X', '3000 is no identifier'],
    ['BO_ 1 Name: 9999 X', 'no message has 9999 bytes'],
    ['BO_ 1 A: 8 X\nBO_ 1 B: 8 X', 'identifier 1 already'],
    ['BO_ 1 A: 8 X\n SG_ S : 0|65@1+ (1,0) [0|0] "" X', '65 bits are not 1 to 64'],
    ['BO_ 1 A: 8 X\n SG_ S : 0|8@2+ (1,0) [0|0] "" X', 'a signal is SG_'],
    ['VAL_ 1 S 0 "a";', 'there is no message 1'],
    ['BO_ 1 A: 8 X\nVAL_ 1 S 0 "a";', 'message 1 has no signal S'],
    ['BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] "" X\nSIG_VALTYPE_ 1 S : 1;', '8 bits are no float of 32'],
  ])('says what is wrong with %j, and where', (text, reason) => {
    const { problems } = parseDbc(text)
    expect(problems.map(problem => problem.reason).join()).toContain(reason)
    expect(problems[0]!.line).toBe(text.split('\n').length)
  })

  it('is read in UTF-8, in a code page of Windows, and in UTF-16', () => {
    const text = 'BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] "°C" X\n'
    const wide = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'latin1'), wide, Buffer.from(wide).swap16()]) {
      expect(parseDbc(dbcText(bytes)).messages[0]?.signals[0]?.unit).toBe('°C')
    }
  })

  it('of any text never throws, nor do its messages of any frame', () => {
    const mutation = fc.tuple(fc.nat(FILE.length), fc.nat(30), fc.string({ maxLength: 12 }))
    fc.assert(fc.property(fc.array(mutation, { maxLength: 8 }), fc.uint8Array({ maxLength: 64 }), (mutations, data) => {
      let text = FILE
      for (const [at, length, put] of mutations) text = text.slice(0, at) + put + text.slice(at + length)
      const { messages } = parseDbc(text)
      const found = new DbcDatabase(messages)
      for (const { id, extended } of messages) expect(found.read({ id, extended, data, length: data.length })).toBeDefined()
    }), { seed: 21, numRuns: 500 })
  })
})
