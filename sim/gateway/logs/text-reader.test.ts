import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyPieces } from '../testing/index.ts'
import { CandumpParser, formatCandumpLine } from './candump.ts'
import { TextLogReader } from './text-reader.ts'

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
    fc.constantFrom('(0.0) can0 123#11\n', '(1.0) can0 123#', '\n', '\r\n', 'x'.repeat(39), 'x'.repeat(41)), fc.string({ maxLength: 8 }),
  )).map(parts => Buffer.from(parts.join(''), 'latin1'))
  fc.assert(fc.property(anyPieces(text), (pieces) => {
    expect(read(pieces)).toEqual(read([Buffer.concat(pieces)]))
  }), { seed: 3, numRuns: 500 })
})
