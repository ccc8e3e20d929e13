import { nearest } from '#protocol/messages/index.ts'
import { CONSTANTS, dataByte, FIELDS, type FrameValue } from './names.ts'
import { ExpressionError, tokenize, type Token } from './tokens.ts'

type Binary = (left: FrameValue, right: FrameValue) => FrameValue

/**
 * Operators from the weakest to the strongest. Other than in C, `&`, `^` and `|` bind more tightly than comparisons:
 * `id & 0xFF00 == 0x8100` means what it seems to mean. Bitwise operators take and give unsigned 32-bit numbers.
 */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { '||': (a, b) => frame => a(frame) !== 0 || b(frame) !== 0 ? 1 : 0 },
  { '&&': (a, b) => frame => a(frame) !== 0 && b(frame) !== 0 ? 1 : 0 },
  {
    '==': (a, b) => frame => a(frame) === b(frame) ? 1 : 0,
    '!=': (a, b) => frame => a(frame) !== b(frame) ? 1 : 0,
    '<': (a, b) => frame => a(frame) < b(frame) ? 1 : 0,
    '<=': (a, b) => frame => a(frame) <= b(frame) ? 1 : 0,
    '>': (a, b) => frame => a(frame) > b(frame) ? 1 : 0,
    '>=': (a, b) => frame => a(frame) >= b(frame) ? 1 : 0,
  },
  { '|': (a, b) => frame => (a(frame) | b(frame)) >>> 0 },
  { '^': (a, b) => frame => (a(frame) ^ b(frame)) >>> 0 },
  { '&': (a, b) => frame => (a(frame) & b(frame)) >>> 0 },
  {
    '<<': (a, b) => frame => (a(frame) << b(frame)) >>> 0,
    '>>': (a, b) => frame => a(frame) >>> b(frame),
  },
  { '+': (a, b) => frame => a(frame) + b(frame), '-': (a, b) => frame => a(frame) - b(frame) },
  {
    '*': (a, b) => frame => a(frame) * b(frame),
    '/': (a, b) => frame => Math.trunc(a(frame) / b(frame)),
    '%': (a, b) => frame => a(frame) % b(frame),
  },
]
const COMPARISONS = 2

const UNARY: Readonly<Record<string, (value: FrameValue) => FrameValue>> = {
  '!': value => frame => value(frame) === 0 ? 1 : 0,
  '~': value => frame => ~value(frame) >>> 0,
  '-': value => frame => -value(frame),
}

const MAX_DEPTH = 50

/**
 * Reads an expression over a frame, such as `message == WindowStatus && data[2] > 0x80` or
 * `id & 0x1FFFFF00 == 0x18FF8100 && source != 0xF9`. The result is plain functions that allocate nothing; no code is
 * made from text. Division by zero gives a number that equals nothing. Throws ExpressionError in one line.
 */
export function compileExpression(text: string): FrameValue {
  return new Parser(text).read()
}

class Parser {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private at = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
    this.tokens = tokenize(text)
  }

  read(): FrameValue {
    const value = this.choice()
    if (this.next.kind !== 'end') throw this.error(`${quoted(this.next)} is not expected here`)
    return value
  }

  private get next(): Token {
    return this.tokens[this.at]!
  }

  /** `condition ? value : other` */
  private choice(): FrameValue {
    if (++this.depth > MAX_DEPTH) throw this.error('the expression is nested too deeply')
    const condition = this.binary(0)
    if (!this.take('?')) {
      this.depth--
      return condition
    }
    const yes = this.choice()
    this.expect(':')
    const no = this.choice()
    this.depth--
    return frame => condition(frame) !== 0 ? yes(frame) : no(frame)
  }

  private binary(level: number): FrameValue {
    if (level === LEVELS.length) return this.unary()
    let left = this.binary(level + 1)
    for (let compared = 0; ;) {
      const token = this.next
      if (token.kind !== 'operator' || !Object.hasOwn(LEVELS[level]!, token.text)) return left
      if (level === COMPARISONS && ++compared > 1) throw this.error('comparisons in a row: use && and parentheses')
      this.at++
      left = LEVELS[level]![token.text]!(left, this.binary(level + 1))
    }
  }

  private unary(): FrameValue {
    const token = this.next
    if (token.kind !== 'operator' || !Object.hasOwn(UNARY, token.text)) return this.primary()
    if (++this.depth > MAX_DEPTH) throw this.error('the expression is nested too deeply')
    this.at++
    const value = UNARY[token.text]!(this.unary())
    this.depth--
    return value
  }

  private primary(): FrameValue {
    const token = this.next
    if (token.kind === 'number') {
      this.at++
      const { value } = token
      if (!(value <= 0xffff_ffff)) throw this.error(`${token.text} has more than 32 bits`, token)
      return () => value
    }
    if (token.kind === 'name') return this.name(token)
    if (!this.take('(')) throw this.error(`a value is missing before ${quoted(token)}`)
    const value = this.choice()
    this.expect(')')
    return value
  }

  private name(token: Token): FrameValue {
    this.at++
    const { text } = token
    if (text === 'data') {
      this.expect('[')
      const index = this.choice()
      this.expect(']')
      return dataByte(index)
    }
    if (Object.hasOwn(FIELDS, text)) return FIELDS[text]!.value
    const constant = CONSTANTS.get(text)
    if (constant !== undefined) return () => constant
    const near = nearest(text, [...Object.keys(FIELDS), 'data', ...CONSTANTS.keys()])
    const hint = near === undefined ? `there are ${Object.keys(FIELDS).join(', ')}, data[0]…, locations and messages` : `did you mean ${near}?`
    throw this.error(`there is no "${text}": ${hint}`, token)
  }

  private take(text: string): boolean {
    if (this.next.kind !== 'operator' || this.next.text !== text) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.error(`"${text}" is missing before ${quoted(this.next)}`)
  }

  private error(what: string, token = this.next): ExpressionError {
    return new ExpressionError(`"${this.text}": column ${token.column}: ${what}`)
  }
}

function quoted(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`
}
