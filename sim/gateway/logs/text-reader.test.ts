import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyPieces } from '../testing/index.ts'
import { CandumpParser, formatCandumpLine } from './candump.ts'
import { asCandump } from './testing/index.ts'
import { TextLogReader } from './text-reader.ts'

it.each([['\n'], ['\r\n'], ['\r'], ['\r\r']])('lines that end with %j are read, and counted, however they are cut', (end) => {
  const bytes = Buffer.from(['(0.0) can0 123#11', '(1.0) can0 456#22', 'rubbish', '(2.0) can0 789#33', ''].join(end))
  for (const piece of [1, 2, 7, 18, 19, 1000]) {
    const found: string[] = []
    const reader = new TextLogReader(new CandumpParser(), 40, {
      onFrame: frame => found.push(asCandump(frame)), onBadLine: bad => found.push(`line ${bad.line}`),
    })
    for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece))
    reader.end()
    expect(found, `pieces of ${piece}`).toEqual(['123#11', '456#22', end === '\r\r' ? 'line 5' : 'line 3', '789#33'])
  }
})

it('a text log reads the same however its bytes are cut', () => {
  const read = (pieces: readonly Uint8Array[]): string[] => {
    const found: string[] = []
    const reader = new TextLogReader(new CandumpParser(), 40, {
      onFrame: frame => found.push(formatCandumpLine(frame)),
      onBadLine: bad => found.push(`${bad.line}: ${bad.reason}: ${bad.text}`),
    })
    for (const piece of pieces) reader.push(piece)
    reader.end()
    return found
  }
  const text = fc.array(fc.oneof(
    fc.constantFrom('(0.0) can0 123#11\n', '(1.0) can0 123#', '\n', '\r\n', '\r', '(2.0) can0 456#22\r', 'x'.repeat(39), 'x'.repeat(41)), fc.string({ maxLength: 8 }),
  )).map(parts => Buffer.from(parts.join(''), 'latin1'))
  fc.assert(fc.property(anyPieces(text), (pieces) => {
    expect(read(pieces)).toEqual(read([Buffer.concat(pieces)]))
  }), { seed: 3, numRuns: 500 })
})
