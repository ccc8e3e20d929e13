import { describe, expect, it } from 'vitest'
import { MESSAGES, message, type FieldRow, type MessageRow } from './index.ts'
import { assertCatalogue, validateCatalogue } from './validate.ts'

const right = message({
  name: 'TestStatus', kind: 13, page: 0, locations: ['FL'], senders: ['FL'], priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 100,
  minimumInterval_ms: 20, deadline_ms: 100, lifetime_ms: 3000, actuates: false, text: 'for the test',
  fields: {
    supply_V: { kind: 'measured', tag: 1, start: 16, width: 8, unit: 'V', scale: 0.1, text: 'supply' },
    level: { kind: 'count', tag: 2, start: 24, width: 4, max: 10, text: 'level' },
    state: { kind: 'enum', tag: 3, start: 28, width: 2, values: { off: 0, on: 1 }, text: 'state' },
    fault: { kind: 'flag', tag: 4, start: 30, width: 1, text: 'fault' },
  },
}) as MessageRow

/** Problems of the right row with some of it replaced. */
function problems(change: Partial<MessageRow>): string {
  return validateCatalogue([{ ...right, ...change }]).join('\n')
}

function withField(name: string, change: Partial<FieldRow>): string {
  return problems({ fields: { ...right.fields, [name]: { ...right.fields[name]!, ...change } } })
}

describe('catalogue', () => {
  it('is right', () => {
    expect(validateCatalogue(MESSAGES)).toEqual([])
    expect(() => assertCatalogue(MESSAGES)).not.toThrow()
    expect(validateCatalogue([right])).toEqual([])
  })

  it('has the identifiers apart from each other over kinds 0 to 14 and both pages', () => {
    expect(validateCatalogue([right, { ...right, name: 'Other' }])).toEqual(['Other: page 0 kind 13 location FL is already TestStatus'])
    expect(validateCatalogue([right, { ...right, kind: 12 }])).toEqual(['TestStatus: the name is used twice'])
  })

  it.each([
    [{ kind: 15 }, 'kind 15 is not 0…14'],
    [{ page: 2 as 0 }, 'page 2'],
    [{ priority: 8 }, 'priority 8 is not a J1939 priority 0…7'],
    [{ name: 'lower' }, 'UpperCamelCase'],
    [{ text: ' ' }, 'no text'],
    [{ locations: [] }, 'no location'],
    [{ locations: ['XX' as 'FL'] }, 'location XX does not exist'],
    [{ senders: ['FR'] }, 'senders and locations must be the same'],
    [{ idlePeriod_ms: -1 }, 'idlePeriod_ms -1'],
    [{ activePeriod_ms: 10 }, 'below the minimum interval'],
    [{ idlePeriod_ms: 50 }, 'longer than the idle period'],
    [{ deadline_ms: 2000 }, 'below the deadline'],
    [{ lifetime_ms: 1500 }, 'two idle periods'],
    [{ lifetime_ms: 0 }, 'lifetime_ms 0 is not 1…60000'],
    [{ fields: {} }, 'no fields'],
  ] as [Partial<MessageRow>, string][])('refuses the row with %o', (change, reason) => {
    expect(problems(change)).toContain(reason)
  })

  it.each([
    ['level', { start: 20 }, 'fields supply_V and level overlap'],
    ['level', { start: 8 }, 'bits 0…15'],
    ['level', { tag: 1 }, 'share the tag 1'],
    ['level', { max: 16 }, '0…16 does not fit 4 bits'],
    ['level', { width: 0 }, 'width 0'],
    ['level', { scale: 2 }, 'no scale'],
    ['supply_V', { start: 60 }, 'needs 9 bytes'],
    ['supply_V', { width: 17 }, 'width 17'],
    ['supply_V', { max: 25.4 }, 'needs code 254; 8 bits hold 0…253 and two sentinels'],
    ['supply_V', { max: 0.05 }, 'not on a step of 0.1'],
    ['supply_V', { min: 5, max: 5 }, 'min is not below max'],
    ['supply_V', { offset: 0.05 }, 'not a multiple of the scale'],
    ['supply_V', { scale: Math.PI }, 'no fraction'],
    ['supply_V', { unit: 'A' }, 'must end in _A'],
    ['supply_V', { unit: 'furlong' }, 'unit furlong is not known'],
    ['state', { values: { off: 0, on: 4 } }, 'code 4 of on does not fit 2 bits'],
    ['state', { values: { off: 1, on: 1 } }, 'off and on share the code 1'],
    ['state', { values: {} }, 'an enum needs values'],
    ['fault', { width: 2 }, 'a flag is 1 bit wide'],
    ['fault', { values: { no: 0 } }, 'only an enum has values'],
    ['fault', { text: '' }, 'no text'],
  ] as [string, Partial<FieldRow>, string][])('refuses the field %s with %o', (name, change, reason) => {
    expect(withField(name, change)).toContain(reason)
  })

  it('refuses names that do not say their unit, or say one that is none', () => {
    expect(problems({ fields: { speed: right.fields['supply_V']! } })).toContain('must end in _V')
    expect(problems({ fields: { level_A: right.fields['level']! } })).toContain('ends in _A but it has no unit')
    expect(problems({ fields: { Level: right.fields['level']! } })).toContain('lowerCamelCase')
  })

  it('lists every problem in one error', () => {
    expect(() => assertCatalogue([{ ...right, kind: 15, priority: 9 }])).toThrow(/kind 15[^]*priority 9/)
  })
})
