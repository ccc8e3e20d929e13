import { build } from 'esbuild'
import * as z from 'zod/mini'
import { describe, expect, it } from 'vitest'
import {
  byName, DataError, list, looseObject, number, object, oneOf, oneOfObjects, optional, problemsOf, read, related, text, whole, withDefault,
  yesNo,
} from './index.ts'

const window = object({ kind: z.literal('window'), opening_pct: optional(number(0, 100, '%')) })
const lamp = object({ kind: z.literal('lamp'), rated_W: list(whole(1, 100, 'W'), 1, 3) })
const door = related(object({
  name: text, side: oneOf(['left', 'right']), locked: withDefault(yesNo, false), parts: list(oneOfObjects('kind', [window, lamp])), rates: optional(byName(number(0, 1))),
}), ({ name, side }, path) => name.startsWith(side) ? [] : [`${path}.name: ${name} is not on the ${side}, ${path}.side`])

describe('data that are right', () => {
  it('are read, and what is left out is filled in', () => {
    const data = { name: 'left front', side: 'left', parts: [{ kind: 'window', opening_pct: 3 }, { kind: 'lamp', rated_W: [5] }], rates: { a: 1 } }
    expect(read(door, data, 'door')).toEqual({ ...data, locked: false })
    expect(read(looseObject({ name: text }), data, 'door')).toEqual({ name: 'left front' })
  })
})

describe('data that are wrong', () => {
  it('are told all at once, unknown fields first, each with its path, what it is and what it should be', () => {
    const data = {
      name: '', side: 'lft', locked: 'no', colour: 1, rates: { a: 2, b: null },
      parts: [{ kind: 'window', opening_pct: 101 }, { kind: 'lamp', rated_w: [], rated_W: [] }, { kind: 'lmp' }, { kind: 3 }, {}, [], { kind: 'lamp', rated_W: [1.5, NaN, 0] }],
    }
    expect(problemsOf(door, data, 'door')).toEqual([
      'door.parts[1].rated_w: is not known here: kind, rated_W; did you mean rated_W?',
      'door.colour: is not known here: name, side, locked, parts, rates',
      'door.name: is "", not a text',
      'door.side: "lft" is not one of left, right; did you mean left?',
      'door.locked: is "no", not true or false',
      'door.parts[0].opening_pct: is 101, not a number in 0…100 %',
      'door.parts[1].rated_W: has 0 entries, not 1…3',
      'door.parts[2].kind: "lmp" is not one of window, lamp; did you mean lamp?',
      'door.parts[3].kind: is 3, not a text',
      'door.parts[4].kind: is missing',
      'door.parts[5]: is a list, not an object',
      'door.parts[6].rated_W[0]: 1.5 is not a whole number',
      'door.parts[6].rated_W[1]: is NaN, not a number in 1…100 W',
      'door.parts[6].rated_W[2]: is 0, not a number in 1…100 W',
      'door.rates.a: is 2, not a number in 0…1',
      'door.rates.b: is null, not a number in 0…1',
    ])
  })

  it('are judged as a whole once each field is right', () => {
    expect(() => read(list(door), [{ name: 'right rear', side: 'left', parts: [] }], 'doors'))
      .toThrow(new DataError(['doors[0].name: right rear is not on the left, doors[0].side']))
  })
})

describe('in the page', () => {
  it('schemas bring what they use of the library, not every language of it', async () => {
    const { outputFiles } = await build({
      entryPoints: [new URL('index.ts', import.meta.url).pathname], bundle: true, minify: true, platform: 'browser', format: 'esm', write: false,
    })
    expect(outputFiles[0]!.contents.length).toBeLessThan(60_000)
  })
})
