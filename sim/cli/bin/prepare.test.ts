import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('.', import.meta.url))
const PACKAGES = path.join(BIN, '../../../node_modules')

describe('the command line of a checkout', () => {
  let root = ''
  const write = (file: string, text: string): void => writeFileSync(path.join(root, 'sim/cli', file), text)
  const bundles = (): string[] => readdirSync(path.join(root, 'node_modules/.cache/spine')).filter(name => name.startsWith('bundle-'))
  const spine = (...words: string[]): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'sim/cli/bin/spine.js'), ...words], { encoding: 'utf8' })
    return stdout.trim() === '' ? stderr : stdout.trim()
  }

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'spine-checkout-'))
    for (const folder of ['sim/cli/bin', 'node_modules']) mkdirSync(path.join(root, folder), { recursive: true })
    for (const file of ['spine.js', 'prepare.js', 'package.json']) cpSync(path.join(BIN, file), path.join(root, 'sim/cli/bin', file))
    for (const name of ['esbuild', 'tsx']) symlinkSync(path.join(PACKAGES, name), path.join(root, 'node_modules', name))
    writeFileSync(path.join(root, 'tsconfig.json'), '{}')
    writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')
    write('main.ts', 'import { said } from \'./said.ts\'\nconsole.log(said satisfies string, import.meta.url)\n')
    write('said.ts', 'export const said: string = \'first\'\n')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('is bundled once, and anew as soon as a source has changed', () => {
    expect([spine(), spine(), bundles().length]).toEqual([expect.stringMatching(/^first /), expect.stringMatching(/^first /), 1])
    write('said.ts', 'export const said: string = \'second\'\n')
    expect([spine(), bundles().length]).toEqual([expect.stringMatching(/^second /), 2])
  })

  it('is for whoever works in the checkout, and made anew by who cannot read it', () => {
    spine()
    const folder = path.join(root, 'node_modules/.cache/spine')
    const entry = path.join(folder, bundles()[0]!, 'spine.mjs')
    expect(statSync(path.dirname(entry)).mode & 0o755).toBe(0o755)
    rmSync(entry)
    // What stands for a file that may not be looked at: root may look at all.
    symlinkSync(entry, entry)
    expect(spine()).toMatch(/^first /)
    expect(bundles().length).toBe(2)
  })

  it('runs tools as they were while a source does not compile', () => {
    spine()
    write('said.ts', 'export const said: string = =\n')
    expect([spine('monitor'), spine('build')]).toEqual([expect.stringMatching(/^first /), expect.stringMatching(/^spine: [^\n]*\n$/)])
    write('said.ts', 'export const said: string = \'third\'\n')
    expect(spine('monitor')).toMatch(/^third /)
  })

  it('tells its sources where they are, not where the bundle is', () => {
    expect(spine()).toMatch(/sim\/cli\/main\.ts$/)
  })

  it('names file and line of what does not compile, and of what throws', () => {
    write('said.ts', 'export const said: string = =\n')
    expect(spine('build')).toBe('spine: sim/cli/said.ts:1: Unexpected "="\n')
    write('said.ts', '\n\nthrow new Error(\'broken\')\nexport const said = \'\'\n')
    expect(spine()).toMatch(/Error: broken[^]*sim\/cli\/said\.ts:3/)
  })

  it('runs from its sources where nothing can be kept', () => {
    writeFileSync(path.join(root, 'node_modules/.cache'), '')
    expect(spine()).toMatch(/^first /)
  })
})
