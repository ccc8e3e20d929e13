import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A minute on an idle machine; a busy one may take its time. */
const TOGETHER_ms = 900_000
const EACH_ms = 600_000

interface Ended { readonly code: number | null, readonly out: string, readonly err: string }

/** What `spine new --json` tells. */
interface Report { readonly class: string, readonly code: number, readonly created: string[], readonly changed: Record<string, string[]> }

async function run(cwd: string, file: string, words: readonly string[], timeout_ms = EACH_ms): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|NODE_ENV|SPINE_)/.test(name)))
  const child = spawn(file, words, { cwd, env, timeout: timeout_ms, killSignal: 'SIGKILL' })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => { out += text.toString() })
  child.stderr.on('data', (text: Buffer) => { err += text.toString() })
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  return { code, out, err }
}

async function succeeded(cwd: string, file: string, ...words: string[]): Promise<string> {
  const { code, out, err } = await run(cwd, file, words)
  if (code !== 0) expect.fail(`${file} ${words.join(' ')} ended with ${code}\n${out}\n${err}`)
  return out
}

/** A copy of the checkout as it is now, in git, with the same packages. */
async function copyCheckout(): Promise<string> {
  const copy = mkdtempSync(path.join(tmpdir(), 'spine-new-class-'))
  const listed = await succeeded(ROOT, 'git', 'ls-files', '--cached', '--others', '--exclude-standard')
  for (const file of listed.trim().split('\n')) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
    cpSync(path.join(ROOT, file), path.join(copy, file), { force: true })
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
  await succeeded(copy, 'git', 'init', '-q')
  await succeeded(copy, 'git', 'add', '--all')
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgsign=false']
  await succeeded(copy, 'git', ...who, 'commit', '-qm', 'as it was')
  return copy
}

/** Messages of the compiler for these files, by file. */
function mistakesIn(root: string, files: readonly string[]): Map<string, string> {
  const config = ts.getParsedCommandLineOfConfigFile(path.join(root, 'tsconfig.json'), { incremental: false }, {
    ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => { throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n')) },
  })!
  const program = ts.createProgram(files.map(file => path.join(root, file)), config.options)
  return new Map(files.map((file) => {
    const problems = program.getSemanticDiagnostics(program.getSourceFile(path.join(root, file)))
    return [file, problems.map(problem => ts.flattenDiagnosticMessageText(problem.messageText, '\n')).join('\n')]
  }))
}

describe('npm run new-class seat-heater', () => {
  let copy = ''
  let report: Report
  const spine = (...words: string[]) => succeeded(copy, process.execPath, 'sim/cli/bin/spine.js', ...words)
  const node = (tool: string, ...words: string[]) => succeeded(copy, process.execPath, path.join('node_modules', tool), ...words)

  beforeAll(async () => {
    copy = await copyCheckout()
    const told = await spine('new', 'class', 'seat-heater', '--summary', 'a heated cushion', '--run-A', '4', '--peak-A', '6', '--json')
    report = JSON.parse(told) as Report
  }, TOGETHER_ms)
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  it('writes files of its own and lines in tables, and the guide names each of them once', async () => {
    expect(report).toMatchObject({ class: 'seatHeater', code: 9 })
    const generated = ['protocol/messages.generated.ts', 'protocol/spine.proto']
    const touched = [...report.created, ...Object.keys(report.changed), ...generated].sort()
    const status = await succeeded(copy, 'git', 'status', '--porcelain', '--untracked-files=all')
    expect(status.trimEnd().split('\n').map(line => line.slice(3)).sort()).toEqual(touched)
    const guide = readFileSync(path.join(ROOT, 'firmware/components/README.md'), 'utf8').split('\n').filter(line => line.startsWith('| ')).join('\n')
    // The guide speaks of the class that is copied.
    for (const file of touched) expect(guide.split(`\`${file.replaceAll('seat-heater', 'seat-fan')}\``), `${file} in the guide`).toHaveLength(2)
    const plant = readFileSync(path.join(copy, 'sim/plants/seat-heater.ts'), 'utf8')
    expect(plant).toContain('run_A: 4,')
    expect(plant).toContain('peak_A: 6,')
    const readme = readFileSync(path.join(copy, 'firmware/components/seat-heater/README.md'), 'utf8')
    expect(readme).toMatch(/^# Seat heater\n\nA heated cushion\./)
    for (const file of report.created) expect(readFileSync(path.join(copy, file), 'utf8'), file).not.toMatch(/seat.?fan/i)
  })

  it('compiles, is clean, and drives a seat heater in the sedan', async () => {
    const sources = [...report.created, ...Object.keys(report.changed)]
    const [out] = await Promise.all([
      node('vitest/vitest.mjs', 'run', '--reporter=json', 'seat-heater', 'seat-fan', 'firmware/hubs/images', 'protocol/messages.generated', 'documents'),
      node('typescript/bin/tsc', '--noEmit', '--incremental', 'false', '--tsBuildInfoFile', 'null'),
      node('eslint/bin/eslint.js', ...sources.filter(file => file.endsWith('.ts'))),
    ])
    const { numPassedTests, testResults } = JSON.parse(out) as { numPassedTests: number, testResults: { name: string, status: string }[] }
    const files = testResults.map(({ name, status }) => `${path.relative(copy, name)} ${status}`)
    expect(files).toContain('harness-tests/journeys/seat-heater.test.ts passed')
    expect(files).toContain('firmware/components/seat-heater/seat-heater.test.ts passed')
    expect(numPassedTests).toBeGreaterThan(50)
  }, TOGETHER_ms)

  it('is in what is exported, beside the class it was copied from', async () => {
    const dbc = await spine('export', 'dbc')
    expect(dbc).toMatch(/BO_ \d+ LaterStatus_FL: 8 FL/)
    for (const signal of ['SeatFanStatus_level_pct m8', 'SeatHeaterStatus_level_pct m9', 'SeatHeaterCommand_level_pct m9']) expect(dbc).toContain(`SG_ ${signal} :`)
  }, EACH_ms)

  it('is missed by the compiler wherever its line is left out', async () => {
    const tables = Object.keys(report.changed)
    const whole = new Map(tables.map(file => [file, readFileSync(path.join(copy, file), 'utf8')]))
    const exhaustive = ['protocol/descriptor.ts', 'sim/plants/observation.ts', 'sim/car/kinds.ts', 'firmware/hubs/images.test.ts']
    try {
      await succeeded(copy, 'git', 'checkout', '-q', ...exhaustive, 'firmware/hubs/door.ts')
      for (const [file, mistakes] of mistakesIn(copy, exhaustive)) {
        expect(mistakes, file).toMatch(file === 'firmware/hubs/images.test.ts' ? /'9' is missing/ : /seatHeater/)
      }
    } finally {
      for (const [file, text] of whole) writeFileSync(path.join(copy, file), text)
    }
  }, EACH_ms)

  it('refuses what it made already, and a second class gets the next code', async () => {
    const again = await run(copy, process.execPath, ['sim/cli/bin/spine.js', 'new', 'class', 'seat-heater'])
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('"seat-heater" is taken: there is a class seatHeater')])
    const next = JSON.parse(await spine('new', 'class', 'rear-wiper', '--dry-run', '--json')) as Report
    expect(next).toMatchObject({ class: 'rearWiper', code: 10 })
    expect(next.created).toContain('sim/plants/rear-wiper.ts')
  }, EACH_ms)
})
