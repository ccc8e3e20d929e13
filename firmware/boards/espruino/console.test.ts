import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONSOLE_WORD } from '../uart.ts'
import { asksForConsole } from './hal.ts'

/** `indexOf` of Espruino 2v29 (jswrap_string.c): at the end of the text the beginning of what is looked for is enough. */
function espruinoText(text: string): string {
  const indexOf = (wanted: string): number => {
    if (wanted.length > text.length) return -1
    for (let at = 0; at < text.length; at++) if (wanted.startsWith(text.slice(at, at + wanted.length))) return at
    return -1
  }
  return Object.assign(Object(text) as string, { indexOf })
}

const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 }).map(codes => String.fromCharCode(...codes))
const beginning = fc.nat(CONSOLE_WORD.length - 1).map(length => CONSOLE_WORD.slice(0, length))

describe('a board on the desk', () => {
  it('keeps its line for frames, whatever they hold and wherever the line cuts them', () => {
    expect(espruinoText('x'.repeat(40) + '"').indexOf(CONSOLE_WORD)).toBe(40)
    fc.assert(fc.property(bytes, beginning, (before, begun) => {
      expect(asksForConsole(espruinoText(before + begun))).toBe(false)
    }))
  })

  it('gives its console back to who asks for it in a piece', () => {
    fc.assert(fc.property(bytes, bytes, (before, after) => {
      expect(asksForConsole(espruinoText(before + CONSOLE_WORD + after))).toBe(true)
    }))
  })
})
