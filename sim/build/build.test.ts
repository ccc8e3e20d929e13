import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { deskWiring } from '#firmware/boards/index.ts'
import { LOCATION } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { buildHub, type Engine, espruinoProgram, figureRows, growthOf, mapTrace, moddableProject, readReport } from './index.ts'
import { withExactLiterals, withExactLiteralsMapped } from './literals.ts'
import { ROOT } from './bundle.ts'
import { propertyNames } from './names.ts'
import { refusalsOf, refusedSyntax } from './refuse.ts'
import { BoardSources } from './sources.ts'
import { readSource, transformed } from './transform.ts'

const LIMIT_ms = 120_000

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
    ['/(?<=a)b/', 'no ?'], ['/(?<n>a)b/', 'no ?'], ['/a/m', 'flags'], ['/a/gu', 'flags'], ['/a\\/b/y', 'flags'],
    ['a ??= 1', '??='], ['a **= 2', '**='], ['a.at(0)', 'method at'], ['Number.EPSILON', 'Number.EPSILON'], ['a.indexOf(\'ab\')', 'the beginning of a text'],
    ['switch (a) { default: b(); case 1: c() }', 'default'], ['Math.trunc(a)', 'Math.trunc'],
  ])('%s is refused', (text, reason) => {
    expect(refusalsOf('x.ts', `let z\n${text}`)).toEqual([{ path: 'x.ts', line: 2, reason: expect.stringContaining(reason) as string }])
  })

  it('what it can do is not', () => {
    expect(refusalsOf('x.ts', 'class A { get b() { return this.c ?? 1 } }\nfor (const x of [1]) `${x}`\nswitch (a) { case 1: b(); default: c() }\n/(a)b|c\\/d/gi')).toEqual([])
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
  const code = '\nx=(3/10);f=.5;g()'
  const head = (version: string): string => `//spine ${JSON.stringify({ hub: 'hood', engine: 'espruino', version, sha256: createHash('sha256').update(code).digest('hex') })}`
  const artefact = `${head('1.0.0')}\n${code}`
  const map = JSON.stringify({
    version: 3, x_sha256: createHash('sha256').update(code).digest('hex'), sources: ['firmware/hub/hub.ts'], names: [], mappings: ';;AAIA,IAAI,OAAO',
  })
  const mapped = (text: string): string => mapTrace(text, { artefact, map }).text

  it.each([
    ['at z (hub:6:4)', 'at z (firmware/hub/hub.ts:5)'], ['    at hub:6:12', '    at firmware/hub/hub.ts:5'],
    ['at boot code (.bootcde:6:4)', 'at boot code (firmware/hub/hub.ts:5)'], ['at line 6 col 4 in .bootcde', 'at firmware/hub/hub.ts:5'],
    ['at f (build/hood.espruino.js:3:4)', 'at f (firmware/hub/hub.ts:5)'],
    ['at function () {a(1);if (b) throw (hub:6:4)', 'at function () {a(1);if (b) throw (firmware/hub/hub.ts:5)'],
  ])('%s names file and line of the source', (place, source) => {
    expect(mapTrace(`Error: x\n${place}\n`, { artefact, map })).toEqual({ text: `Error: x\n${source}\n`, found: 1, strange: 0 })
  })

  it.each([
    '2026-12-01 12:30:45 hub FL', 'http://127.0.0.1:7080:12', 'at http://127.0.0.1:6:4', 'at ./foo/bar.js:6:4', 'at hub.js:6:4', 'at foo/hub:6:4', 'at door.js:3:4',
    'at eval (:6:4)', 'at z (:1:54)', 'at spineBoard (hub:3:47)', 'at hub:6:4:7', 'at 12:34:56', 'the hub:6:4',
  ])('%s is none of the artefact', (text) => {
    expect(mapTrace(text, { artefact, map })).toEqual({ text, found: 0, strange: 0 })
  })

  it.each(['at hub:999:1', 'at hub:6:100', 'at hub:5:1', 'at hub:4:3'])('%s is told as strange, and kept', (text) => {
    expect(mapTrace(text, { artefact, map })).toEqual({ text, found: 0, strange: 1 })
  })

  it('that a terminal recorded is told without its line ends, its cursor and its marks far right', () => {
    const mark = `${' '.repeat(78_864)}^`
    const text = `\r\x1b[J>Uncaught Error: x\r\n    at z (hub:6:4)\r\n\r\n${mark}\r\n\r\n    at y (hub:6:12)\r\n     ^\r\n`
    expect(mapped(text)).toBe('>Uncaught Error: x\n    at z (firmware/hub/hub.ts:5)\n\n    at y (firmware/hub/hub.ts:5)\n     ^\n')
  })

  it('is refused where map, artefact and program are not of one build', () => {
    const other = `${head('1.0.0')}\n${code};h()`
    for (const broken of ['{"version":3,', 'null']) expect(() => mapTrace('', { artefact, map: broken })).toThrow('of two builds')
    for (const text of [other, 'g()', artefact.replace('x=', 'y=')]) expect(() => mapTrace('', { artefact: text, map })).toThrow('of two builds')
    expect(() => mapTrace('//spine-board {"hub":"hood","version":"0.9.0"}\nat hub:6:4', { artefact, map })).toThrow('of hood 0.9.0, and what was built last is hood 1.0.0')
    expect(mapped('//spine-board {"hub":"hood","version":"1.0.0"}\nat hub:6:4')).toContain('at firmware/hub/hub.ts:5')
  })

  it('of a program of a board is found in it, for each engine', async () => {
    const of = async (engine: Engine): Promise<void> => {
      const built = await buildHub('hood', engine, 0, undefined)
      const program = engine === 'espruino' ? (await espruinoProgram('hood', '0.0.0', built.text, deskWiring('esp32', LOCATION.HOOD))).text
        : (await moddableProject('hood', '0.0.0', built.text, deskWiring('esp32-xs', LOCATION.HOOD))).files['hub.js']!
      const lines = program.split('\n')
      const line = lines.findIndex(each => each.includes('is outside 1'))
      const before = lines[line]!.slice(0, lines[line]!.indexOf('is outside 1…8`)') + 'is outside 1…8`'.length)
      // Espruino counts bytes, and tells of what is thrown the last bracket of its statement.
      const column = engine === 'espruino' ? Buffer.byteLength(before) : before.length
      const place = `at z (${engine === 'espruino' ? 'hub' : 'hub.js'}:${line + 1}:${column + 1})`
      const source = `firmware/hub/hub.ts:${readFileSync(`${ROOT}/firmware/hub/hub.ts`, 'utf8').split('\n').findIndex(each => each.includes('is outside 1')) + 1}`
      expect([engine, mapTrace(place, { artefact: built.text, map: built.map }).text]).toEqual([engine, `at z (${source})`])
    }
    await of('xs')
    await of('espruino')
  }, LIMIT_ms)
})

describe('a map after numbers were written out', () => {
  it('leads to the same places as before', async () => {
    const source = 'let a = [0.3, 0.5, 1e-3]\nfoo(a, 0.7)\nlet t = `\n${0.1}`, u = 0.2; bar(t)\nbar(u)\n'
    const { code, map } = await transform(source, { minify: false, sourcemap: 'external', sourcefile: 'x.ts' })
    const after = withExactLiteralsMapped({ code, map })
    expect(after.code).not.toBe(code)
    const placeOf = (text: string, places: string, what: string): unknown => {
      const line = text.split('\n').findIndex(each => each.includes(what))
      return new SourceMap(JSON.parse(places) as ConstructorParameters<typeof SourceMap>[0]).findEntry(line, text.split('\n')[line]!.indexOf(what))
    }
    for (const what of ['foo(', 'bar(t', 'bar(u', ', 0.5']) {
      expect(placeOf(after.code, after.map, what))
        .toMatchObject({ ...placeOf(code, map, what) as object, generatedColumn: expect.any(Number) as number })
    }
  })
})

describe('the report of the build before', () => {
  it.each(['{broken', '', 'null', '[]', '{"figures":{"bytes":"many"},"modules":{}}'])('%j is none', (text) => {
    expect(readReport(text)).toBeUndefined()
  })

  it('is read', () => {
    expect(readReport('{"hub":"door","figures":{"bytes":5,"heap":null},"modules":{"a":1}}')).toEqual({ figures: { bytes: 5, heap: null }, modules: { a: 1 } })
  })
})

/** What the interpreter makes of a regular expression, beside the language: the same or not. Seen in 2v29. */
const REGULAR_EXPRESSIONS: readonly [source: string, text: string, same: boolean][] = [
  ['/a{2}/', 'aa', false], ['/a+?/', 'aaa', false], ['/(?=a)a/', 'a', false], ['/(?:a)b/', 'ab', false], ['/\\bfoo/', 'a foo', false],
  ['/\\u0041/', 'A', false], ['/x(a|b)/', 'xb', false], ['/[^a]b?/', 'xb', false], ['/^b/m', 'a\nb', false],
  ['/[^a]b*/', 'xb', true], ['/\\d+/', 'x12', true], ['/^a$/i', 'A', true], ['/(a)(b)/', 'ab', true], ['/\\x41/', 'A', true], ['/[\\d-]/', '-', true],
  ['/.*b/', 'aab', true], ['/a|b/g', 'b', true], ['/[?{2}]/', '?', true], ['/a\\?\\{2/', 'a?{2', true],
]

describe('a regular expression', () => {
  it.each(REGULAR_EXPRESSIONS)('%s is refused where the interpreter does otherwise', (source, _text, same) => {
    expect(refusalsOf('x.ts', source).length === 0).toBe(same)
  })

  it.skipIf(process.env['ESPRUINO_BIN'] === undefined)('is found in a text by the real interpreter as it is told here', () => {
    const folder = mkdtempSync(join(tmpdir(), 'espruino-'))
    const one = (source: string, text: string): string =>
      `(function(){try{var m=${source}.exec(${JSON.stringify(text)});return m?m[0]:m}catch(e){return "?"}})()`
    const all = REGULAR_EXPRESSIONS.map(([source, text]) => one(source, text)).join(',')
    writeFileSync(join(folder, 'a.js'), `require('fs').writeFileSync('out',JSON.stringify([${all}]));quit()`)
    spawnSync(process.env['ESPRUINO_BIN']!, ['a.js'], { cwd: folder, stdio: 'ignore', timeout: 20_000 })
    const found = JSON.parse(readFileSync(join(folder, 'out'), 'latin1')) as unknown[]
    rmSync(folder, { recursive: true })
    const wanted = runInNewContext(`[${all}]`) as unknown[]
    const told = REGULAR_EXPRESSIONS.map(([source, , same]) => [source, same])
    expect(told.map(([source], i) => [source, found[i] === wanted[i]])).toEqual(told)
  })
})

describe('a build for Espruino', () => {
  it('throws only what the interpreter has', async () => {
    const { text } = await buildHub('hood', 'espruino', 0, undefined)
    expect(text).not.toContain('RangeError')
    expect(text).toContain('new Error')
    expect(refusedSyntax('hub.js', `${text}\na?.b`).map(({ reason }) => reason)).toEqual(['Espruino has no ?.'])
  }, LIMIT_ms)
})
