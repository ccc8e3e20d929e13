import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameFrame } from '../link-frame.ts'
import { anyFrame, frameOf } from '../testing/index.ts'
import { CandumpParser, formatCandumpLine } from './candump.ts'
import { createLogFrame, type LogFrame } from './log-frame.ts'

function parse(line: string): LogFrame {
  const frame = createLogFrame()
  expect(new CandumpParser().parse(line, frame)).toBeUndefined()
  return frame
}

describe('candump lines', () => {
  it.each([
    [frameOf({ id: 0x0cff8185, timestamp_ns: 12_345_678_000, bytes: [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77] }),
      '(0000000012.345678) spine0 0CFF8185#0011223344556677\n'],
    [frameOf({ id: 0x12, extended: false, bus: 1 }), '(0000000000.000000) spine1 012#\n'],
    [frameOf({ id: 0x12, extended: false, remote: true, length: 4 }), '(0000000000.000000) spine0 012#R4\n'],
    [frameOf({ id: 0x12, remote: true }), '(0000000000.000000) spine0 00000012#R\n'],
    [frameOf({ id: 0x7ff, extended: false, fd: true, brs: true, bytes: [0xab] }), '(0000000000.000000) spine0 7FF##1AB\n'],
    [frameOf({ id: 0x40, extended: false, error: true, bytes: [0, 0, 0, 0, 0, 0, 0, 0] }), '(0000000000.000000) spine0 20000040#0000000000000000\n'],
  ])('are written as candump -L writes them', (frame, line) => {
    expect(formatCandumpLine(frame)).toBe(line)
    expect(sameFrame(parse(line), frame)).toBe(true)
  })

  it('survive the way there and back, times to the microsecond, those of today too', () => {
    fc.assert(fc.property(anyFrame(), fc.nat(2 ** 51), (frame, time_us) => {
      const line = formatCandumpLine(Object.assign(frame, { timestamp_ns: time_us * 1000 }))
      const back = createLogFrame()
      expect(new CandumpParser().parse(line.trimEnd(), back)).toBeUndefined()
      expect(sameFrame(back, frame)).toBe(true)
      expect(formatCandumpLine(back)).toBe(line)
    }), { seed: 1, numRuns: 1000 })
  })

  it('are read as other tools write them', () => {
    expect(parse('(1436509052.249713) vcan0 123#11223344 T').timestamp_ns).toBe(1_436_509_052_249_713_000)
    expect(parse('(1.5)  can3   00000123#r2\r')).toMatchObject({ bus: 3, extended: true, remote: true, length: 2, timestamp_ns: 1_500_000_000 })
    expect(parse('(0.000000001) slcan 123#')).toMatchObject({ bus: 0, timestamp_ns: 1 })
    expect(parse('(0.0) can0 123#1122334455667788_F').length).toBe(8)
    expect(parse('(0.0) can0 1fffffff##0').fd).toBe(true)
  })

  it.each([
    ['hello', 'does not start with a time'],
    ['(12) can0 123#', 'does not start with a time'],
    ['(1.0) can0 123', 'no #'],
    ['(1.0) 123#11', 'not of the form'],
    ['(1.0) can0 1234#11', 'has 4 digits, not 3 or 8'],
    ['(1.0) can0 800#11', '800 is out of range'],
    ['(1.0) can0 40000000#11', '40000000 is out of range'],
    ['(1.0) can0 123#1', 'odd number'],
    ['(1.0) can0 123#1g', 'not all hex'],
    ['(1.0) can0 123#112233445566778899', '9 bytes, more than 8'],
    ['(1.0) can0 123#R9', 'a length of 0 to 8 may follow R'],
    ['(1.0) can0 123##', 'FD flags must follow'],
    ['(1.0) can0 123##x00', 'FD flags must follow'],
    ['(1.0) can0 123##1112233445566778899', 'no length of 9 bytes'],
    ['(1.0) can0 123##1' + '00'.repeat(65), '65 bytes, more than 64'],
    ['(1.0) can0 123###1', 'CAN XL'],
    ['(1.0) can0 123#00_9', 'length code 9 means 8 bytes, not 1'],
    ['(1.0) can0 123#R4_9', 'length code 9 means 8 bytes, not 4'],
    ['(1.0) can0 123#1122334455667788_8', '9 bytes, more than 8'],
    ['(1.0) can0 123#_', 'odd number'],
    ['x'.repeat(600), 'too long'],
  ])('that are none say why: %s', (line, reason) => {
    expect(new CandumpParser().parse(line, createLogFrame())?.reason).toContain(reason)
  })

  it('of any text never throw, and what is read can be written', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.tuple(fc.constantFrom('(0.0) can0 ', '(1.23) vcan7 '), fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFR#_ '), maxLength: 30 }))
        .map(parts => parts.join('')),
    )
    fc.assert(fc.property(text, (line) => {
      const frame = createLogFrame()
      if (new CandumpParser().parse(line, frame) === undefined) expect(sameFrame(parse(formatCandumpLine(frame)), frame)).toBe(true)
    }), { seed: 2, numRuns: 3000 })
  })
})
