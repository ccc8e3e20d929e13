import ts from 'typescript'

/**
 * What Espruino reads where the text of a decimal number stands: digits behind the point are each multiplied by a tenth of a tenth,
 * and exponents are applied by multiplying or dividing, so that some numbers come out one unit in the last place off.
 */
function espruinoReads(text: string): number {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e') as [string, string?]
  const [whole, behind = ''] = mantissa.split('.') as [string, string?]
  let value = 0
  for (const digit of whole) value = value * 10 + Number(digit)
  let place = 0.1
  for (const digit of behind) {
    value += place * Number(digit)
    place /= 10
  }
  let power = Number(exponent)
  for (; power > 0; power--) value *= 10
  for (; power < 0; power++) value /= 10
  return value
}

/** The greatest power of ten that is a whole double. */
const LARGEST_POWER = 22
const MANTISSA_BITS = 53

/** A quotient of two whole numbers, each read exactly by every engine; IEEE 754 rounds it as it rounds the decimal. */
function quotient(text: string): string {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e') as [string, string?]
  const [whole, behind = ''] = mantissa.split('.') as [string, string?]
  const power = behind.length - Number(exponent)
  const digits = Number(whole + behind)
  if (Number.isSafeInteger(digits) && power > 0 && power <= LARGEST_POWER) return `(${digits}/1${'0'.repeat(power)})`
  // Too many digits: what the double itself is, a whole number by powers of two.
  let [numerator, twos] = [Number(text), 0]
  for (; !Number.isInteger(numerator) && twos < 2 * MANTISSA_BITS; numerator *= 2) twos++
  if (!Number.isSafeInteger(numerator)) throw new RangeError(`${text} cannot be written exactly for Espruino`)
  const first = Math.min(twos, MANTISSA_BITS - 1)
  return `(${numerator}/${2 ** first}${twos > first ? `/${2 ** (twos - first)}` : ''})`
}

/** A script after an edit, and its source map. */
export interface Mapped {
  readonly code: string
  readonly map: string
}

interface Edit { readonly from: number, readonly to: number, readonly text: string }

/** The script with every decimal number that Espruino misreads as a quotient; other engines read the same value. */
export function withExactLiterals(code: string): string {
  return edited(code, editsOf(code))
}

/** The same, and the map of what comes out. */
export function withExactLiteralsMapped({ code, map }: Mapped): Mapped {
  const edits = editsOf(code)
  return { code: edited(code, edits), map: mapShifted(code, map, edits) }
}

function editsOf(code: string): Edit[] {
  const file = ts.createSourceFile('hub.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS)
  const edits: Edit[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isNumericLiteral(node)) {
      const from = node.getStart(file)
      const text = code.slice(from, node.end)
      const decimal = /[.e]/i.test(text) && !/^0x/i.test(text)
      if (decimal && espruinoReads(text) !== Number(text)) edits.push({ from, to: node.end, text: quotient(text) })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return edits.sort((one, other) => one.from - other.from)
}

function edited(code: string, edits: readonly Edit[]): string {
  return edits.reduceRight((all, edit) => all.slice(0, edit.from) + edit.text + all.slice(edit.to), code)
}

/** The map after edits that leave lines as they are: columns behind an edit move by what it adds. */
function mapShifted(code: string, map: string, edits: readonly Edit[]): string {
  const read = JSON.parse(map) as { mappings: string }
  let begin = 0
  let next = 0
  const lines = code.split('\n')
  const mappings = read.mappings.split(';').map((line, number) => {
    let [column, before, added] = [0, 0, 0]
    const shifted = line === '' ? '' : line.split(',').map((segment) => {
      const { value, rest } = firstOf(segment)
      column += value
      for (; next < edits.length && edits[next]!.to <= begin + column; next++) added += growth(edits[next]!)
      const delta = column + added - before
      before = column + added
      return written(delta) + rest
    }).join(',')
    begin += (lines[number]?.length ?? 0) + 1
    while (next < edits.length && edits[next]!.to <= begin) next++
    return shifted
  }).join(';')
  return JSON.stringify({ ...read, mappings })
}

const growth = ({ from, to, text }: Edit): number => text.length - (to - from)

/** Base 64 as source maps write numbers: five bits a digit, the lowest first, and in the first one the sign lowest. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const MORE = 32

function firstOf(segment: string): { value: number, rest: string } {
  let [at, bits, more] = [0, 0, true]
  for (; more; at++) {
    const digit = DIGITS.indexOf(segment[at]!)
    bits += digit % MORE * MORE ** at
    more = digit >= MORE
  }
  return { value: bits % 2 === 0 ? bits / 2 : -(bits - 1) / 2, rest: segment.slice(at) }
}

function written(value: number): string {
  let bits = value < 0 ? -value * 2 + 1 : value * 2
  let text = ''
  do {
    const digit = bits % MORE
    bits = (bits - digit) / MORE
    text += DIGITS[bits > 0 ? digit + MORE : digit]!
  } while (bits > 0)
  return text
}
