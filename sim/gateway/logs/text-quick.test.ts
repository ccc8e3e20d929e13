import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LinkFrame } from '../link.ts'
import { anyFrame } from '../testing/index.ts'
import { AscParser } from './asc-reader.ts'
import { latin1, latin1Bytes } from './bytes.ts'
import { CandumpParser } from './candump.ts'
import { createLogFrame, NO_DETAILS, type LogFrame } from './log-frame.ts'
import type { LineParser } from './text-reader.ts'
import { TrcParser } from './trc-reader.ts'
import { writeLog } from './testing/index.ts'

const CASES: readonly (readonly [format: string, parser: () => LineParser, heads: readonly string[]])[] = [
  ['candump', () => new CandumpParser(), ['', '(0.0) can0 123#', '(0.0) spine0 123#00']],
  ['asc', () => new AscParser(), ['base hex timestamps absolute', 'base dec timestamps absolute', 'base hex timestamps relative']],
  ['trc', () => new TrcParser(), [
    // What our writer writes is of version 2.1.
    ...['2.1', '2.1', '2.1', '2.1', '1.0', '1.1', '1.2', '1.3', '2.0', '2.1'].map(version => `;$FILEVERSION=${version}`),
    ';$COLUMNS=O,I,L,D', ';$COLUMNS=O,L,T,I,D', ';$COLUMNS=O,I,L,l,D', ';$COLUMNS=O,I,X,L,D', ';$COLUMNS=O,I,D,D', ';$COLUMNS=O,B,B,I,L,D',
  ]],
]
const WORDS = [
  '(0.0)', '(12.345678901)', 'can0', 'spine0', '123#00', '123##1AABB', '18FF8100#', '00000123#R', '123#0011_9', 'T', 'R',
  '1)', '12', '0.1', '-0.5', '17535.400', '1', '2', '0', '8', '9', '-', 'CANFD', 'Rx', 'Tx', 'TxRq', 'd', 'r', 'DT', 'FD', 'FB', 'BI', 'RR', 'ER', 'ST', 'RTR',
  '123', '0123', '00000123', 'FFFFFFFF', '18FF8100x', '00', 'AA', '0a', '300', 'Name', 'ErrorFrame', '\xa0', '0\x0b0', '3000', '303000', '10',
]

/** What is told of a frame: data beyond its length is not. */
function told({ data, length, ...rest }: LogFrame): unknown {
  return { ...rest, length, data: rest.remote ? [] : [...data.subarray(0, length)] }
}

/** The line of a log that holds the frame. */
function lineOf(format: string, frame: LinkFrame): string {
  const lines = latin1(writeLog(format, [{ ...NO_DETAILS, ...frame }])).trimEnd().split('\n')
  return lines.filter(line => !/^(?:;|date|base|no|Begin|End)/.test(line)).at(-1) ?? ''
}

it.each(CASES)('%s: a line that is read out of its bytes is the frame that the grammar reads', (format, parserOf, heads) => {
  const separator = fc.constantFrom(' ', ' ', '  ', '\t')
  const random = fc.array(fc.tuple(fc.constantFrom(...WORDS), separator), { maxLength: 24 }).map(parts => parts.flat().join(''))
  const good = anyFrame().map(frame => lineOf(format, frame))
  const damaged = fc.tuple(good, fc.nat(), fc.constantFrom('', ' ', 'x', 'R', '0', '9', 'G', '\xa0', '\0', '#', '.', '-'))
    .map(([line, at, put]) => line.slice(0, at % (line.length + 1)) + put + line.slice(at % (line.length + 1) + 1))
  const line = fc.oneof(random, good, damaged).map(text => text.trimEnd()).filter(text => !text.startsWith(';') && text !== '')
  let quickly = 0
  fc.assert(fc.property(fc.constantFrom(...heads), fc.array(line, { minLength: 1, maxLength: 6 }), (head, lines) => {
    const [quick, slow] = [parserOf(), parserOf()]
    const [a, b] = [createLogFrame(), createLogFrame()]
    for (const parser of [quick, slow]) parser.parse(head, createLogFrame())
    for (const text of lines) {
      const bytes = latin1Bytes(`#${text}0`)
      const read = quick.quick(bytes, 1, bytes.length - 1, a)
      if (read) quickly++
      const fault = read ? undefined : quick.parse(text, a)
      const expected = slow.parse(text, b)
      expect([text, fault]).toEqual([text, expected])
      if (expected === undefined) expect([text, told(a)]).toEqual([text, told(b)])
    }
  }), { seed: 12, numRuns: 1500 })
  expect(quickly).toBeGreaterThan(150)
})
