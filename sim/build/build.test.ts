import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { figureRows, growthOf, mapTrace } from './index.ts'
import { withExactLiterals } from './literals.ts'
import { ROOT } from './bundle.ts'
import { propertyNames } from './names.ts'
import { refusalsOf } from './refuse.ts'
import { BoardSources } from './sources.ts'
import { readSource, transformed } from './transform.ts'

describe('names', () => {
  const { own, reserved } = propertyNames(new BoardSources(ROOT))

  it('what a board knows by name is never shortened', () => {
    for (const name of ['now', 'after', 'supply_V', 'onReceive', 'takeMeans', 'mask', 'filters']) expect([name, own.has(name)]).toEqual([name, false])
    for (const name of ['length', 'push', 'fill', 'prototype']) expect([name, reserved.has(name)]).toEqual([name, true])
  })

  it('members of the firmware are', () => {
    for (const name of ['statusChanged', 'travel_pulses', 'echoSequence']) expect([name, own.has(name)]).toEqual([name, true])
  })
})

describe('sources as they are bundled', () => {
  const names = new Set(['pausing', 'wish'])
  const of = async (text: string): Promise<string> =>
    transformed(await readSource(ROOT, 'firmware/hub/x.ts', text), { names, unused: new Set(['idle']) })

  it('have constants of other modules in place', async () => {
    const text = await of('import { GEAR, VehicleStateCodec } from \'#protocol/index.ts\'\nconst a = GEAR.reverse + VehicleStateCodec.lifetime_ms\n')
    expect(text.split('\n')[1]).toBe('const a = 1 + 300')
  })

  it('and their own', async () => {
    expect(await of('const PHASE = { rest: 0, back: -1 } as const\nlet a = PHASE.back\n')).toContain('let a = (-1)')
  })

  it('leave what only looks like one', async () => {
    const text = 'import { GEAR } from \'#protocol/index.ts\'\nconst a = { GEAR: 1 }.GEAR\n'
    expect(await of(text)).toBe(text)
  })

  it('say of calls that make constants that nothing else comes of them', async () => {
    expect(await of('const a = [f(new G(1))]\nconst h = () => f(2)\nf(3)\n'))
      .toBe('const a = [/* @__PURE__ */ f(/* @__PURE__ */ new G(1))]\nconst h = () => f(2)\nf(3)\n')
  })

  it('mark texts that are names of properties', async () => {
    expect(await of('let a = \'wish\', b = \'other\'')).toBe('let a = /* @__KEY__ */ \'wish\', b = \'other\'')
  })
})

describe('what Espruino cannot do', () => {
  it.each([
    ['function f(a = 1) {}', 'default parameters'], ['function f(...a) {}', 'rest parameters'], ['f(...a)', 'spread'], ['const { a } = b', 'destructuring'],
    ['a?.b', '?.'], ['new Map()', 'Map'], ['async () => 1', 'async'], ['function* f() {}', 'generators'], ['class A extends B {}', 'super.method'], ['a = { [b]: 1 }', 'computed names'],
    ['switch (a) { default: b(); case 1: c() }', 'default'], ['Math.trunc(a)', 'Math.trunc'],
  ])('%s is refused', (text, reason) => {
    expect(refusalsOf('x.ts', `let z\n${text}`)).toEqual([{ path: 'x.ts', line: 2, reason: expect.stringContaining(reason) as string }])
  })

  it('what it can do is not', () => {
    expect(refusalsOf('x.ts', 'class A { get b() { return this.c ?? 1 } }\nfor (const x of [1]) `${x}`\nswitch (a) { case 1: b(); default: c() }')).toEqual([])
  })
})

describe('numbers for Espruino', () => {
  it('those that it misreads become quotients', () => {
    expect(withExactLiterals('x=.3;y=.5;z=1e-3;w=1e3;v=11.099749999999998')).toBe('x=(3/10);y=.5;z=1e-3;w=1e3;v=(6248603745488207/562949953421312)')
  })

  it('every number keeps its value', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 12 }), (digits, places) => {
      const text = (digits / 10 ** places).toFixed(places)
      expect(runInNewContext(withExactLiterals(text))).toBe(Number(text))
    }))
  })
})

describe('a report', () => {
  it('says what is over budget, and leaves out what was not measured', () => {
    expect(figureRows({ bytes: 110, boot: 5, heap: NaN }, { bytes: 100, boot: 5 }, { bytes: 90 })).toEqual([
      { name: 'bytes', value: 110, budget: 100, before: 90, over: true },
      { name: 'boot', value: 5, budget: 5, before: undefined, over: false },
    ])
  })

  it('names the modules that grew, shrank, came and went', () => {
    expect(growthOf({ a: 5, b: 20, c: 7 }, { a: 5, b: 10, d: 3 })).toEqual([
      { module: 'b', before: 10, now: 20 }, { module: 'c', before: 0, now: 7 }, { module: 'd', before: 3, now: 0 },
    ])
  })
})

describe('a stack trace', () => {
  const map = JSON.stringify({ version: 3, sources: ['firmware/hub/hub.ts'], names: [], mappings: ';AAIA,IAAI' })

  it('names files and lines of the sources, whoever wrote it', () => {
    expect(mapTrace('at f (hub.js:2:6)\n at line 2 col 6 in .bootcde', map)).toBe('at f (firmware/hub/hub.ts:5)\n at firmware/hub/hub.ts:5 in .bootcde')
  })

  it('keeps what is not in the map', () => {
    expect(mapTrace('at 12:34:56', JSON.stringify({ version: 3, sources: [], names: [], mappings: '' }))).toBe('at 12:34:56')
  })
})
