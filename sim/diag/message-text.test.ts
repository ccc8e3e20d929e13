import { describe, expect, it } from 'vitest'
import { MirrorCommand, WindowCommand, WindowStatus } from '#protocol/catalogue/index.ts'
import { fieldRange, formatFields, formatValue, jsonFields, parseMessage } from './message-text.ts'

describe('messages in words', () => {
  it('reads message, location, enums by name and numbers with or without their unit', () => {
    const parsed = parseMessage('windowcommand@rr', ['action=goto', 'position_pct=50'])
    expect(parsed).toMatchObject({ row: { name: 'WindowCommand' }, location: 'RR', values: { action: 5, position_pct: 50 } })
    expect(parseMessage('WindowCommand@FL', ['action=GOTO', 'position=12.5%']).values).toEqual({ action: 5, position_pct: 12.5 })
    expect(parseMessage('MirrorCommand@FL', ['action=2', 'tiltX_deg=-3.5deg']).values).toEqual({ action: 2, tiltX_deg: -3.5 })
  })

  it('needs no location where there is one only', () => {
    expect(parseMessage('StereoCommand', ['action=volume', 'volume=9']).location).toBe('STEREO')
  })

  it.each([
    ['WindowComand@FL', [], 'unknown message "WindowComand": did you mean WindowCommand'],
    ['WindowCommand', ['action=up'], 'WindowCommand needs a location: WindowCommand@FL; it can be FL, FR, RL, RR'],
    ['WindowCommand@TRUNK', ['action=up'], 'unknown location of WindowCommand "TRUNK": it is one of FL, FR, RL, RR'],
    ['WindowCommand@FL@FR', [], 'more than one @'],
    ['WindowCommand@FL', ['up'], '"up" is no field=value'],
    ['WindowCommand@FL', ['actoin=up'], 'unknown field of WindowCommand "actoin": did you mean action?'],
    ['WindowCommand@FL', ['action=dwon'], 'unknown value of action "dwon": did you mean down'],
    ['WindowCommand@FL', ['action=up', 'action=down'], 'action is there twice'],
    ['WindowCommand@FL', ['position_pct=101'], 'position_pct = 101 is out of range: it is 0 to 100 %'],
    ['WindowCommand@FL', ['position_pct=50mm'], 'position_pct is in %, not in "mm"'],
    ['WindowCommand@FL', ['position_pct=half'], 'position_pct is "half": it is a number %'],
    ['WindowCommand@FL', ['sequence=1.5'], 'sequence = 1.5 is out of range: it is 0 to 15, a whole number'],
    ['WindowCommand@FL', ['sequence=1A'], 'sequence has no unit'],
  ])('%s %j: %s', (target, words, message) => {
    expect(() => parseMessage(target, words)).toThrow(message)
  })

  it('takes "not available" where a command has it', () => {
    expect(parseMessage('WindowCommand@FL', ['position_pct=na']).values.position_pct).toBeNaN()
  })

  it('knows ranges: reserved codes are no values', () => {
    expect(fieldRange(WindowCommand.fields.position_pct)).toEqual({ min: 0, max: 100 })
    expect(fieldRange(WindowStatus.fields.supply_V)).toEqual({ min: 0, max: 25.3 })
    expect(fieldRange(MirrorCommand.fields.memory)).toEqual({ min: 0, max: 3 })
  })

  it('writes values for people and for programs', () => {
    const values = {
      supply_V: 13.5, current_A: 4.2, granted_A: NaN, echoSender: 5, echoSequence: 3, position_pct: 40.5, state: 2, pinch: 0, thermal: 1,
      learned: 1, fault: 0,
    }
    expect(formatFields(WindowStatus, values)).toBe('supply_V=13.5 current_A=4.2 granted_A=n/a echoSender=5 echoSequence=3 '
      + 'position_pct=40.5 state=opening pinch=no thermal=yes learned=yes fault=no')
    expect(formatValue(WindowStatus.fields.supply_V, 13.5)).toBe('13.5 V')
    expect(formatValue(WindowStatus.fields.position_pct, Infinity)).toBe('out of range')
    expect(formatValue(WindowStatus.fields.state, 15)).toBe('15')
    expect(jsonFields(WindowStatus, values)).toMatchObject({ granted_A: null, state: 'opening', thermal: true, position_pct: 40.5 })
  })
})
