import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonProblem, readData } from './json-file.ts'

describe('a text that is no JSON', () => {
  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{', 'it ends too early, in line 1'],
    ['{\n  "name": "mine', 'it ends too early, in line 2'],
    ['{\n  "a": [1, 2\n', 'it ends too early, in line 3'],
    ['{\n  "a": tru', 'it ends too early, in line 2'],
    ['{\n  "a": 1,\n  "length_m": NaN,\n  "b": 2\n}', 'line 3 is wrong at "NaN,"'],
    ['{\n  "a": 1,\n}', 'line 3 is wrong at "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3 is wrong at "\\"b\\": 2"'],
    ['{\n  "a": "x\n"}', 'line 2 is wrong at its end'],
    ['[1, 2]]', 'line 1 is wrong at "]"'],
    ['\u0000\u0001\u0007', 'line 1 is wrong at "\\u0000\\u0001\\u0007"'],
    [`{"a": 1 ${'x'.repeat(1000)}`, `line 1 is wrong at "${'x'.repeat(30)}"`],
  ])('%j: says where', (text, problem) => {
    expect(jsonProblem(text)).toBe(problem)
  })
})

describe('a file with the mark of UTF-8 before it, as some editors write it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-json-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  it('is read as without it', () => {
    const file = join(folder, 'mine.json')
    writeFileSync(file, '\uFEFF{"a": 1}')
    expect(readData(file, 'is none', data => data)).toEqual({ a: 1 })
  })
})
