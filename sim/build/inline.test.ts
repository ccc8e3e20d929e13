import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Inliner } from './inline.ts'
import { BoardSources } from './sources.ts'
import { unusedMethods } from './unused.ts'

const LIMIT_ms = 60_000
const GLASS = `export const MM = { pulse: 2 * (3 - 1), least: -4 } as const
const SHARE = 0.5
const limits = [1, 2]
export function half(value: number): number { return value * SHARE }
export function limit(at: number): number { return limits[at]! }
function pair(at: number): number { return limits[at]! + limits[at + 1]! }
export function wide(at: number): number { return pair(at + 1) + 1 }
export function twice(value: number): number { return value + value }
export class Glass {
  count: number
  readonly ends: Ends
  constructor() { this.count = 0; this.ends = new Ends() }
  closes(): boolean { return this.count === MM.least }
  gap(from: number): number { return (from - this.count) / MM.pulse }
  behind(value: number): number { return this.step() + value }
  step(): number { this.count = this.count + 1; return this.count }
  stop(): void { this.ends.held = true }
}
export class Ends {
  held: boolean
  constructor() { this.held = false }
  lasts(): boolean { return this.held }
}
`
/** A line each, and what it becomes. */
const LINES: readonly (readonly [what: string, line: string, written: string])[] = [
  ['a method', 'if (glass.closes()) local++', 'if ((glass.count === (-4))) local++'],
  ['a method of what is read-only', 'return glass.ends.lasts()', 'return (glass.ends.held)'],
  ['a function of another module, with its constants', 'return half(local)', 'return (local * 0.5)'],
  ['one in the argument of one', 'return half(glass.gap(local))', 'return ((((local - glass.count) / 4)) * 0.5)'],
  ['an argument that is worked out once', 'return half(local + 1)', 'return ((local + 1) * 0.5)'],
  ['not one that would be worked out twice', 'return twice(local + 1)', 'return twice(local + 1)'],
  ['not one whose working out changes something', 'return half(glass.step())', 'return half(glass.step())'],
  ['not one that a call before it may change', 'return glass.behind(glass.count)', 'return glass.behind(glass.count)'],
  ['not what the place cannot see', 'return limit(local)', 'return limit(local)'],
  ['nor what calls what the place cannot see', 'return wide(local)', 'return wide(local)'],
  ['a statement, with no bracket behind a line that may go on', 'glass.stop()', 'glass.ends.held = true'],
  ['its lines stay', 'return half(\n    local,\n  )', 'return (local * 0.5\n\n)'],
]

describe('small functions where they are called', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-inline-'))
  let inliner: Inliner

  beforeAll(() => {
    for (const name of ['protocol', 'firmware']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "module": "NodeNext", "strict": true, "allowImportingTsExtensions": true } }')
    writeFileSync(join(folder, 'protocol/glass.ts'), GLASS)
    for (const [i, [, line]] of LINES.entries()) writeFileSync(join(folder, `firmware/line${i}.ts`), around(line))
    inliner = new Inliner(new BoardSources(folder))
  }, LIMIT_ms)
  afterAll(() => rmSync(folder, { recursive: true }))

  const around = (line: string): string => `import { Glass, half, limit, twice, wide } from '../protocol/glass.ts'
export function used(glass: Glass, before: number): number | boolean | void {
  let local = before
  ${line}
}
`
  it.each(LINES.map(([what, , written], i) => [what, i, written] as const))('%s', (_what, i, written) => {
    expect(inliner.text(`firmware/line${i}.ts`)).toBe(around(written))
  })
})

describe('methods that nobody calls', () => {
  const unused = (script: string): string[] => [...unusedMethods(script, new Set(['fire']))].sort()

  it('are those that nothing reaches, with what they alone call', () => {
    expect(unused(`class A { constructor() { this.made() } made() {} a() { this.b() } b() {} fire() { this.c() } c() {} get d() { return e() } }
      function e() { return new A().f } class B { f() {} }
      new A()`)).toEqual(['a', 'b', 'd', 'f'])
  })

  it('not those that are named by a text', () => {
    expect(unused('class A { a() {} b() {} } new A()["a"]()')).toEqual(['b'])
  })
})
