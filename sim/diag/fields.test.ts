import { describe, expect, it } from 'vitest'
import { WindowStatus } from '#protocol/catalogue/index.ts'
import { fieldText, fieldsJson, fieldsText } from './fields.ts'

describe('fields in words', () => {
  const values = {
    supply_V: 13.5, current_A: 4.2, granted_A: NaN, echoSender: 5, echoSequence: 3, position_pct: 40, state: 2, pinch: 0, thermal: 1,
    learned: 1, fault: 0,
  }

  it('writes a line for people', () => {
    expect(fieldsText(WindowStatus, values)).toBe('supply_V=13.5 current_A=4.2 granted_A=n/a echoSender=5 echoSequence=3 '
      + 'position_pct=40.0 state=opening pinch=no thermal=yes learned=yes fault=no')
    expect(fieldText(WindowStatus.fields.supply_V, 13.5)).toBe('13.5 V')
    expect(fieldText(WindowStatus.fields.position_pct, Infinity)).toBe('out of range')
    expect(fieldText(WindowStatus.fields.state, 15)).toBe('code 15')
  })

  it('gives programs names, booleans and null', () => {
    expect(fieldsJson(WindowStatus, values)).toMatchObject({ granted_A: null, state: 'opening', thermal: true, position_pct: 40 })
  })
})
