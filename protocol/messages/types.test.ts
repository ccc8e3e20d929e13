import { describe, expect, expectTypeOf, it } from 'vitest'
import { CATALOGUE, type GivenOf, type MessageName, type MessageValues, type ReadingOf, type Target, type TargetOf } from '../catalogue/index.ts'
import { decodeFrame, encodeEntry, encodeMessage, parseTarget, readValues } from './index.ts'

/** As a testers' kit offers it. What is marked with `@ts-expect-error` is to be refused by the compiler, which `npm run check` runs. */
function status<From extends Target>(target: From): ReadingOf<From> {
  const decoded = decodeFrame(encodeMessage('WindowStatus@FL', { position_pct: 12.5, state: 'opening', pinch: true, supply_V: NaN }))
  if (decoded?.name !== 'WindowStatus') expect.fail(`${target}: ${decoded?.name}`)
  return readValues(decoded.row, decoded.values) as ReadingOf<From>
}

describe('what a program writes about messages', () => {
  it('is read by name, by the compiler too', () => {
    const window = status('WindowStatus@FL')
    expect(window).toMatchObject({ position_pct: 12.5, state: 'opening', pinch: true, thermal: false, supply_V: NaN, echoSender: 0 })
    expectTypeOf(window.position_pct).toEqualTypeOf<number>()
    expectTypeOf(window.pinch).toEqualTypeOf<boolean>()
    expect(window.state === 'opening').toBe(true)
    // @ts-expect-error No such state.
    expect(window.state === 'opned').toBe(false)
    // @ts-expect-error No such field.
    expect(window.position).toBeUndefined()
  })

  it('is checked down to message, location, field and value', () => {
    expect(encodeMessage('WindowCommand@FL', { action: 'up', position_pct: 50 }).length).toBe(4)
    // @ts-expect-error No such message.
    expect(() => encodeMessage('WindowComand@FL', {})).toThrow('did you mean WindowCommand?')
    // @ts-expect-error No such location of this message.
    expect(() => encodeMessage('WindowCommand@TRUNK', {})).toThrow('no location TRUNK')
    // @ts-expect-error It has several locations.
    expect(() => encodeMessage('WindowCommand', {})).toThrow('needs a location')
    // @ts-expect-error No such field.
    expect(() => encodeMessage('WindowCommand@FL', { acton: 'up' })).toThrow('did you mean action?')
    // @ts-expect-error No such value.
    expect(() => encodeMessage('WindowCommand@FL', { action: 'upp' })).toThrow('did you mean up?')
    // @ts-expect-error No such code.
    expect(() => encodeMessage('WindowCommand@FL', { action: 9 })).toThrow('outside its codes')
    // @ts-expect-error A position is a number.
    expect(() => encodeMessage('WindowCommand@FL', { position_pct: true })).toThrow('not a number')
    // @ts-expect-error A flag is no number but 0 and 1.
    expect(() => encodeMessage('WindowStatus@FL', { pinch: 2 })).toThrow('outside the whole numbers')
  })

  it('follows a target that was taken apart', () => {
    const { entry, location } = parseTarget('LatchCommand@HOOD')
    expect(encodeEntry(entry, location, { action: 'release' }).id).toBe(0x05ffa7f9)
    // @ts-expect-error No such action of a latch.
    expect(() => encodeEntry(entry, location, { action: 'up' })).toThrow('unknown value')
    const text: string = 'LatchCommand@HOOD'
    expect(() => encodeEntry(parseTarget(text).entry, 'HOOD', { anything: 'goes' })).toThrow('unknown field')
  })

  it('narrows a decoded frame by its name', () => {
    const decoded = decodeFrame(encodeMessage('VehicleState', { gear: 'drive' }))
    if (decoded?.name !== 'VehicleState') expect.fail(`${decoded?.name}`)
    expectTypeOf(decoded.values).toEqualTypeOf<MessageValues<'VehicleState'>>()
    expectTypeOf(decoded.values.gear).toEqualTypeOf<0 | 1 | 2 | 3 | 4>()
    expect(decoded.values.gear).toBe(3)
  })

  it('has the names of the catalogue', () => {
    expectTypeOf<(typeof CATALOGUE)[number]['name']>().toEqualTypeOf<MessageName>()
    expectTypeOf<TargetOf<'MirrorStatus'>>().toEqualTypeOf<'MirrorStatus@FL' | 'MirrorStatus@FR'>()
    expectTypeOf<TargetOf<'VehicleState'>>().toEqualTypeOf<'VehicleState@ALL' | 'VehicleState'>()
    expectTypeOf<GivenOf<'LightStatus@FL'>['fading']>().toEqualTypeOf<boolean | 0 | 1 | undefined>()
    for (const { name, locations } of CATALOGUE) for (const location of locations) expect(parseTarget(`${name}@${location}`).location).toBe(location)
  })
})
