import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cutInto } from '../testing/index.ts'
import { READABLE_KINDS } from './readable.ts'
import { readLog, writeLog } from './testing/index.ts'

const LINES = '(1.0) can0 123#11\n(2.0) can0 123#22\n'
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const FOREIGN: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['packed with gzip', gzipSync(LINES)],
  ['packed with zip', Buffer.from('504b0304140000000800', 'hex')],
  ['packed with zstd', Buffer.from('28b52ffda0e13201', 'hex')],
  ['packed with bzip2', Buffer.from('BZh91AY&SY', 'latin1')],
  ['packed with xz', Buffer.from('fd377a585a000004e6d6', 'hex')],
  ['packed with 7-Zip', Buffer.from('377abcaf271c0004', 'hex')],
  ['UTF-16', Buffer.from(`\ufeff${LINES}`, 'utf16le')],
  ['UTF-16', swapped(`\ufeff${LINES}`)],
  ['UTF-16', Buffer.from(LINES, 'utf16le')],
  ['UTF-16', swapped(LINES)],
]

describe.each(READABLE_KINDS.map(({ name }) => name))('a file that is said to be %s', (name) => {
  it.each(FOREIGN)('and is %s: one line says so, however it is cut', (what, bytes) => {
    for (const pieces of [[bytes], cutInto(bytes, Array.from({ length: 100 }, () => 1))]) {
      const { frames, bad } = readLog(name, pieces)
      expect(frames).toEqual([])
      expect(bad.map(({ line, reason }) => [line, reason.includes(what)])).toEqual([[1, true]])
    }
  })

  it('and is a short one, or nothing, is read', () => {
    expect(readLog(name, [])).toEqual({ frames: [], bad: [] })
    const empty = writeLog(name, [])
    expect(readLog(name, cutInto(empty, Array.from({ length: empty.length }, () => 1))).bad).toEqual([])
  })
})

it('a log shorter than its first bytes is read', () => {
  expect(readLog('candump', [Buffer.from('ab')]).bad.map(({ cause }) => cause)).toEqual(['bad-line'])
})
