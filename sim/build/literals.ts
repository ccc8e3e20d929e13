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

/** The script with every decimal number that Espruino misreads as a quotient; other engines read the same value. */
export function withExactLiterals(code: string): string {
  const file = ts.createSourceFile('hub.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS)
  const edits: { from: number, to: number, text: string }[] = []
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
  return edits.reverse().reduce((all, edit) => all.slice(0, edit.from) + edit.text + all.slice(edit.to), code)
}
