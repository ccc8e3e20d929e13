import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Linter } from 'eslint'
import { hasXs } from '#sim/engines/index.ts'
import { HUB_TYPE, IMAGE_ENGINE, IMAGE_FAULT, IMAGE_HEADER_BYTES, imageFault, imageVersion, readImageHeader } from '#protocol/index.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const LIMIT_ms = 120_000

describe('spine build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-build-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const freeNames = (script: string): string[] => new Linter().verify(script, {
    languageOptions: { sourceType: 'script', globals: { spineBoard: 'readonly' } }, rules: { 'no-undef': 'error' },
  }).map(({ message }) => message)

  async function spine(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(['build', '--out', folder, ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  it('every hub keeps to its budgets, and reads no name that nobody gives it', async () => {
    const { code, out, err } = await spine('--all')
    expect([code, err, out]).toEqual([0, hasXs() ? '' : expect.stringContaining('npm run engine:xs'), expect.stringContaining('spine build stereo for xs')])
    for (const hub of Object.keys(HUB_TYPE)) expect([hub, freeNames(readFileSync(join(folder, `${hub}.xs.js`), 'utf8'))]).toEqual([hub, []])
  }, LIMIT_ms)

  it('the same sources give the same bytes, and the head says what they are', async () => {
    await spine('hood', '--engine', 'espruino')
    const first = readFileSync(join(folder, 'hood.espruino.js'), 'utf8')
    const { out } = await spine('hood', '--engine', 'espruino')
    const [head, ...code] = first.split('\n')
    expect(readFileSync(join(folder, 'hood.espruino.js'), 'utf8')).toBe(first)
    expect(JSON.parse(head!.replace('//spine ', ''))).toMatchObject({
      hub: 'hood', engine: 'espruino', sha256: createHash('sha256').update(code.join('\n')).digest('hex'),
    })
    expect(out).toMatch(/bytes +[\d,]+ +[\d,]+ +[\d,]+\n/)
  }, LIMIT_ms)

  it('the image beside it is the artefact behind a header with its version', async () => {
    const { out } = await spine('hood', '--image-version', '1.2.3')
    const image = new Uint8Array(readFileSync(join(folder, 'hood.xs.bin')))
    const artefact = readFileSync(join(folder, 'hood.xs.js'))
    expect(imageFault(image)).toBe(IMAGE_FAULT.none)
    expect(readImageHeader(image)).toEqual({
      hubType: HUB_TYPE.hood, engine: IMAGE_ENGINE.xs, version: imageVersion(1, 2, 3), length: artefact.length,
    })
    expect(Buffer.from(image.subarray(IMAGE_HEADER_BYTES)).equals(artefact)).toBe(true)
    expect(out).toContain('hood.xs.bin: version 1.2.3')
    await spine('hood', '--image-version', '1.2.3')
    expect(readFileSync(join(folder, 'hood.xs.bin')).equals(image), 'and again').toBe(true)
  }, LIMIT_ms)

  it('a trace from a board names the sources', async () => {
    await spine('hood', '--engine', 'espruino')
    const code = readFileSync(join(folder, 'hood.espruino.js'), 'utf8').split('\n')
    const line = code.findIndex(each => each.includes('is outside 1'))
    const trace = join(folder, 'trace.txt')
    writeFileSync(trace, `RangeError at hood.espruino.js:${line + 1}:${code[line]!.indexOf('is outside 1')}\n`)
    const { out, err } = await spine('hood', '--engine', 'espruino', '--trace', trace)
    expect([out, err]).toEqual([
      expect.stringMatching(/^RangeError at firmware\/hub\/hub\.ts:\d+\n$/),
      expect.stringMatching(/hood\.espruino\.js, version 0\.1\.0, [0-9a-f]{16}: of another build/),
    ])
    writeFileSync(trace, 'at z (hub:999:1)\n')
    expect((await spine('hood', '--engine', 'espruino', '--trace', trace)).err).toContain('1 places are not in')
    writeFileSync(join(folder, 'hood.espruino.js'), code.join('\n').replace('is outside 1', 'is outside 2'))
    expect((await spine('hood', '--engine', 'espruino', '--trace', trace)).err).toContain('an artefact and its map are of two builds; build what crashed again')
  }, LIMIT_ms)

  it('a report that nobody can read is none', async () => {
    writeFileSync(join(folder, 'stereo.espruino.json'), '{broken')
    const { code, err } = await spine('stereo', '--engine', 'espruino')
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(readFileSync(join(folder, 'stereo.espruino.json'), 'utf8'))).toMatchObject({ hub: 'stereo' })
  }, LIMIT_ms)

  it.each([
    [[], 'name a hub type'], [['hood', '--image-version', '1.2'], 'three numbers'], [['hood', '--image-version', '01.2.3'], 'without leading zeros'], [['hood', '--image-version', '1.256.0'], 'minor 256'], [['boot'], 'there is no hub type "boot"'], [['hood', '--engine', 'espruino', '--trace', 'missing.txt'], 'cannot read missing.txt'],
    [['trunk', '--engine', 'espruino', '--trace', 'missing.txt'], 'build what crashed first'],
    [['hood', '--out', ''], '--out is empty: name a folder'],
    [['hood', '--out', 'README.md'], '--out README.md is a file'],
    [['--all', '--engine', 'espruino', '--trace', 'missing.txt'], 'a trace is of one hub'], [['door', '--all'], 'either door or --all'],
    [['hood', '--trace', 'x', '--json', '--image-version', '1.2.3'], '--image-version and --json do nothing with --trace'],
  ])('%j is refused', async (words, reason) => {
    const { code, err } = await spine(...words)
    expect([code > 0, err]).toEqual([true, expect.stringContaining(reason)])
  })
})
