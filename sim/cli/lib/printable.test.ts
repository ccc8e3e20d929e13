import { describe, expect, it } from 'vitest'
import { printable } from './printable.ts'

describe('what is printed', () => {
  it('keeps text, tabs and line ends', () => {
    const text = 'ÄÖ 日本 …\t12.5 °C\n'
    expect(printable(text, false)).toBe(text)
  })

  it.each([
    ['a cursor', '\u001b[2J', '\\u001b[2J'], ['a title', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'], ['an 8-bit command', '\u009b2J', '\\u009b2J'],
    ['a return', 'a\rb', 'a\\u000db'], ['DEL', '\u007f', '\\u007f'], ['text from right to left', '\u202egnp', '\\u202egnp'],
    ['hidden text', '\u001b[8m', '\\u001b[8m'],
  ])('shows %s as its code', (_, text, shown) => {
    expect(printable(text, false)).toBe(shown)
    expect(printable(text, true)).toBe(shown)
  })

  it('lets our own colours pass on a screen that has them', () => {
    const text = '\u001b[31mred\u001b[39m \u001b[1mbold\u001b[22m'
    expect(printable(text, true)).toBe(text)
    expect(printable(text, false)).toBe(text.replaceAll('\u001b', '\\u001b'))
  })

  it('leaves JSON the same', () => {
    const value = { name: 'a\u0000\u007f\u009b\u202e"' }
    expect(JSON.parse(printable(JSON.stringify(value), false))).toEqual(value)
  })
})
