import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codesOf, type FieldRow, isPhysical, limitsOf, MESSAGES, valueOf } from './catalogue/index.ts'
import { renderCodecs } from './export/index.ts'
import { CLASS_BYTE } from './id.ts'
import { ENTRIES, type NamedValues } from './messages/index.ts'

/** Any code a field may carry, as the value it decodes to. */
function anyValue(field: FieldRow): fc.Arbitrary<number> {
  const { low, high } = codesOf(field)
  if (field.kind === 'enum') return fc.constantFrom(...Object.values(field.values!))
  if (!isPhysical(field)) return fc.integer({ min: low, max: high })
  const value = fc.integer({ min: low, max: high }).map(raw => valueOf(field, raw))
  return fc.oneof({ weight: 8, arbitrary: value }, fc.constant(NaN), ...(field.kind === 'measured' ? [fc.constant(Infinity)] : []))
}

describe('generated codecs', () => {
  it('are in step with the catalogue (npm run generate)', () => {
    expect(readFileSync(new URL('messages.generated.ts', import.meta.url), 'utf8')).toBe(renderCodecs(MESSAGES))
  })
})

describe.each(ENTRIES)('$row.name', ({ row, codec }) => {
  const fields = Object.entries(row.fields)
  const record = fc.record(Object.fromEntries(fields.map(([name, field]) => [name, anyValue(field)])))

  it('reads back every value of every field', () => {
    const data = new Uint8Array(8)
    const read = codec.create()
    for (const [name, field] of fields) {
      const { low, high, notAvailable, outOfRange } = codesOf(field)
      const named = new Set(Object.values(field.values ?? {}))
      const values = codec.create()
      // A plain comparison first: a matcher for each of 65,536 values would take seconds.
      for (let raw = low; raw <= high; raw++) {
        if (field.kind === 'enum' && !named.has(raw)) continue
        values[name] = isPhysical(field) ? valueOf(field, raw) : raw
        codec.encode(values, data)
        codec.decode(data, read)
        if (bitsOf(data, field) !== raw) expect(bitsOf(data, field), `code of ${name} = ${values[name]}`).toBe(raw)
        if (read[name] !== values[name]) expect(read[name], `${name} of code ${raw}`).toBe(values[name])
      }
      if (!isPhysical(field)) continue
      expect(bitsOf(encoded({ ...codec.create(), [name]: NaN }), field)).toBe(notAvailable)
      if (field.kind === 'measured') expect(bitsOf(encoded({ ...codec.create(), [name]: Infinity }), field)).toBe(outOfRange)
    }
  })

  it('reads back whole records', () => {
    fc.assert(fc.property(record, (values) => {
      const read = codec.create()
      codec.decode(encoded(values), read)
      for (const [name] of fields) expect(read[name]! + 0, name).toBe(values[name]! + 0)
    }), { numRuns: 100, seed: 1 })
  })

  it('decodes any bytes without throwing, into the range, NaN or Infinity', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (data) => {
      const read = codec.create()
      codec.decode(data, read)
      for (const [name, field] of fields) {
        const { min, max } = isPhysical(field) ? limitsOf(field) : { min: 0, max: 2 ** field.width - 1 }
        const value = read[name]!
        if (isPhysical(field) && (Number.isNaN(value) || value === Infinity)) continue
        if (!(value >= min && value <= max)) throw new Error(`${name} = ${value}`)
      }
    }), { numRuns: 200, seed: 2 })
  })

  it('sets unused bits to 0 and touches no other byte', () => {
    let used = BigInt(row.class ?? 0) << BigInt(8 * CLASS_BYTE)
    for (const field of Object.values(row.fields)) used |= ((1n << BigInt(field.width)) - 1n) << BigInt(field.start)
    fc.assert(fc.property(record, (values) => {
      const data = new Uint8Array(8).fill(0xa5)
      codec.encode(values, data)
      expect([data[0], data[1], ...data.subarray(codec.length)]).toEqual(new Array(2 + 8 - codec.length).fill(0xa5))
      data.fill(0, codec.length)
      data[0] = data[1] = 0
      return (new DataView(data.buffer).getBigUint64(0, true) & ~used) === 0n
    }), { numRuns: 50, seed: 3 })
  })

  it('saturates measured values, and throws for everything else out of range', () => {
    for (const [name, field] of fields) {
      const { min, max } = limitsOf(field)
      if (field.kind === 'measured') {
        const { low, high, outOfRange } = codesOf(field)
        const cases = [[max + 0.001, high], [1e300, high], [min - 0.001, low], [-1e300, low], [-Infinity, outOfRange]] as const
        for (const [value, code] of cases) {
          expect(bitsOf(encoded({ ...codec.create(), [name]: value }), field), `${name} = ${value}`).toBe(code)
        }
        continue
      }
      const wrong = field.kind === 'commanded'
        ? [max + 0.01, min - 0.01, Infinity, -Infinity]
        : [max + 1, min - 1, min + 0.5, NaN, Infinity, 2 ** 32 + min]
      for (const value of wrong) {
        const data = new Uint8Array(8).fill(0x5a)
        expect(() => codec.encode({ ...codec.create(), [name]: value }, data), `${name} = ${value}`).toThrow(RangeError)
        expect(() => codec.encode({ ...codec.create(), [name]: value }, data)).toThrow(`${row.name}.${name} = ${value} is outside`)
        expect(data.every(byte => byte === 0x5a), 'the frame is untouched').toBe(true)
      }
      if (field.kind === 'commanded') {
        expect(() => encoded({ ...codec.create(), [name]: max + 1 })).toThrow(`${min}…${max} ${field.unit}`)
      }
    }
  })

  it('refuses codes in the gaps of an enum', () => {
    for (const [name, field] of fields) {
      if (field.kind !== 'enum') continue
      for (let code = 0; code < 2 ** field.width; code++) {
        if (Object.values(field.values!).includes(code)) continue
        expect(() => encoded({ ...codec.create(), [name]: code })).toThrow(RangeError)
      }
    }
  })

  function encoded(values: NamedValues): Uint8Array {
    const data = new Uint8Array(8)
    codec.encode(values, data)
    return data
  }
})

/** A field's raw code by plain bit arithmetic, for comparison with the generated code. */
function bitsOf(data: Uint8Array, field: FieldRow): number {
  let raw = 0
  for (let i = 0; i < field.width; i++) raw += ((data[(field.start + i) >> 3]! >> ((field.start + i) & 7)) & 1) * 2 ** i
  return raw
}
