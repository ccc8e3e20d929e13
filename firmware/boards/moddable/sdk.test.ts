import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const MODDABLE = process.env['MODDABLE'] ?? ''
const TYPINGS = [
  'xs/includes/xs.d.ts', 'typings/global.d.ts', 'typings/timer.d.ts', 'typings/time.d.ts', 'typings/web/worker.d.ts',
  'typings/embedded_provider/builtin.d.ts', 'typings/embedded/storage/flash.d.ts', 'modules/drivers/onewire/onewire.d.ts',
]

if (MODDABLE === '') console.warn('the board part is not compared with Moddable\'s own typings here: MODDABLE names its SDK')

describe.skipIf(MODDABLE === '')('the board part for Moddable', () => {
  it('uses its SDK as the SDK\'s own typings say', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spine-sdk-'))
    try {
      const io = readdirSync(join(MODDABLE, 'typings/embedded_io')).filter(name => name.endsWith('.d.ts') && name !== 'index.d.ts')
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
        extends: join(ROOT, 'tsconfig.json'),
        compilerOptions: {
          lib: ['ES2024'], types: [], incremental: false, module: 'preserve', moduleResolution: 'bundler',
          paths: { '#protocol/*': [join(ROOT, 'protocol/*')] },
        },
        include: [],
        files: [
          ...['main.ts', 'sampler.ts', 'modules.d.ts'].map(name => join(HERE, name)),
          ...TYPINGS.map(name => join(MODDABLE, name)), ...io.map(name => join(MODDABLE, 'typings/embedded_io', name)),
        ],
      }))
      const tsc = join(ROOT, 'node_modules/.bin/tsc')
      expect(() => execFileSync(tsc, ['--noEmit', '-p', folder], { encoding: 'utf8' })).not.toThrow()
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 60_000)
})
