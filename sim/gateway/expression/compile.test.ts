import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageId } from '#protocol/index.ts'
import { anyFrame, frameOf } from '../testing/index.ts'
import { compileExpression } from './compile.ts'
import { FIELDS } from './names.ts'
import { ExpressionError } from './tokens.ts'

const window = frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [1, 2, 0x83] })

describe('expressions', () => {
  it.each([
    ['1', 1], ['0x1F', 31], ['0b101', 5], ['1_000', 1000], ['1 + 2 * 3', 7], ['(1 + 2) * 3', 9], ['7 / 2', 3], ['7 % 4', 3], ['1 - 2 - 3', -4],
    ['1 << 4 | 1', 17], ['0x80 >> 3', 16], ['~0 == 0xFFFFFFFF', 1], ['~0xFF & 0x1FF', 256], ['6 & 3 == 2', 1], ['6 ^ 3 == 5', 1],
    ['1 == 2 || 3 == 3 && 0', 0], ['!0', 1], ['!5', 0], ['-1 < 0', 1], ['1 ? 2 : 3', 2], ['0 ? 2 : 0 ? 3 : 4', 4], ['1/0 == 1/0 - 1/0', 0],
    ['id', window.id], ['extended && !remote && !fd && !error', 1], ['source', 0xf9], ['page', 1], ['kind', 8], ['location == FL', 1], ['priority', 2],
    ['message == WindowCommand', 1], ['message == WindowStatus', 0], ['actuates', 1], ['length', 3], ['data[2] & 0x80', 0x80], ['data[3]', -1],
    ['data[length - 1]', 0x83], ['pf == 0xFF && ps == 0x81', 1], ['destination == 0xFF', 1], ['true', 1], ['bus', 0],
    ['id & 0x1FFFFF00 == 0x18FF8100 && source != 0xF9', 0],
  ])('%s is %d', (text, value) => {
    expect(compileExpression(text)(window)).toBe(value)
  })

  it('take the example of a filter as it reads', () => {
    const filter = compileExpression('id & 0x1FFFFF00 == 0x18FF8100 && source != 0xF9')
    expect([0x18ff_8181, 0x18ff_81f9, 0x18ff_8281].map(id => filter(frameOf({ id })))).toEqual([1, 0, 0])
  })

  it('find no source, kind or location where there is none', () => {
    const short = frameOf({ id: 0x123, extended: false })
    for (const name of ['source', 'kind', 'location', 'message', 'pgn', 'priority']) expect(compileExpression(name)(short)).toBe(-1)
    expect(compileExpression('source != 0xF9')(short)).toBe(1)
    expect(compileExpression('message')(frameOf({ id: 0x18ea_ff81 }))).toBe(-1)
  })

  it.each([
    ['', 'column 1: a value is missing before the end'], ['1 +', 'column 4: a value is missing before the end'],
    ['id = 3', 'column 4: "= 3" is no number'], ['(1', '")" is missing before the end'], ['1 2', 'column 3: "2" is not expected here'],
    ['sorce == 1', 'column 1: there is no "sorce": did you mean source?'], ['data', '"[" is missing'], ['data[1', '"]" is missing'],
    ['1 < 2 < 3', 'comparisons in a row'], ['0x1FFFFFFFF', 'more than 32 bits'], ['1.5', 'is no number, name or operator'],
    ['12x', 'is no number'], ['process.exit()', 'column 8'], ['process', 'there is no "process"'], ['constructor', 'there is no "constructor"'], ['1 ? 2', '":" is missing'],
    ['('.repeat(60) + '1', 'nested too deeply'], ['!'.repeat(60) + '1', 'nested too deeply'], ['1+'.repeat(1500), '3000 characters'],
    ['id & "x"', 'column 6'],
  ])('that are wrong say where: %s', (text, message) => {
    expect(() => compileExpression(text)).toThrow(ExpressionError)
    expect(() => compileExpression(text)).toThrow(message)
  })

  it('of any text are read, or refused in one line, and never hurt', () => {
    const word = fc.constantFrom(...Object.keys(FIELDS), 'data', '[', ']', '(', ')', '&', '&&', '|', '==', '<', '~', '!', '-', '?', ':', '1', '0x1F', '+', '/', '%', ' ')
    fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 40 }), fc.array(word, { maxLength: 15 }).map(words => words.join(' '))), anyFrame(), (text, frame) => {
      try {
        expect(typeof compileExpression(text)(frame)).toBe('number')
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }), { seed: 5, numRuns: 3000 })
  })

  it('agree with JavaScript on arithmetic', () => {
    const term = fc.tuple(fc.nat(1000), fc.constantFrom('+', '-', '*', '|', '&', '^'), fc.nat(1000), fc.constantFrom('+', '-', '*'), fc.nat(100))
    fc.assert(fc.property(term, ([a, f, b, g, c]) => {
      const grouped = `(${a} ${g} ${c}) ${f} (${b})`
      const value = globalThis.eval(grouped) as number
      expect(compileExpression(grouped)(window)).toBe('|&^'.includes(f) ? value >>> 0 : value)
    }), { seed: 6 })
  })
})
