import { describe, expect, it } from 'vitest'
import { MESSAGES } from './catalogue/index.ts'
import { decodeFrame, encodeEntry, parseTarget, valueText, type NamedValues } from './messages/index.ts'
import vectors from './vectors.json' with { type: 'json' }

/** CRC-8 of AUTOSAR profile 11 bit by bit, from the specification's text. */
function plainCrc8(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc & 0x80) !== 0 ? ((crc << 1) ^ 0x1d) & 0xff : (crc << 1) & 0xff
  }
  return crc
}

describe('known answers', () => {
  it('exist for every message that has a kind of its own', () => {
    const rows = MESSAGES.filter(row => row.class === undefined)
    expect([...new Set(vectors.map(vector => vector.message))]).toEqual(rows.map(row => row.name))
  })

  it.each(vectors)('$message@$location #$counter $data', ({ message, location, source, counter, values, id, data }) => {
    const target = parseTarget(`${message}@${location}`)
    const frame = encodeEntry(target.entry, target.location, values, { source, counter })
    expect(frame.id.toString(16).toUpperCase().padStart(8, '0')).toBe(id)
    expect(Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')).toBe(data)
    const decoded = decodeFrame(frame)!
    expect(decoded).toMatchObject({ name: message, location, source, counter })
    const { row } = target.entry
    const read: NamedValues = decoded.values
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'string') expect(valueText(row.fields[name]!, read[name]!)).toBe(value)
      else expect(read[name]).toBe(value)
    }
  })

  it.each(vectors)('has the CRC of $message@$location $data', ({ id, data }) => {
    const [crc, ...rest] = Buffer.from(data, 'hex')
    const number = Number.parseInt(id, 16)
    const dataId = ((number >> 16) & 0x300) | ((number >> 8) & 0xff)
    expect(plainCrc8([dataId & 0xff, dataId >> 8, ...rest])).toBe(crc)
  })
})
