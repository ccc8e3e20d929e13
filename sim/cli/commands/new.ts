import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Argument, type Command } from 'commander'
import { Failure, fileFailure } from '../lib/failure.ts'
import { makeFolder } from '../lib/folder.ts'
import { type ClassPlan, planClass } from '../lib/new-class.ts'
import { shared, upTo } from '../lib/options.ts'
import type { Terminal } from '../lib/terminal.ts'
import { addCarOptions, BODIES_TEXT, type CarOptions, makeCar } from '../new/new-car.ts'

const HELP = `
A class begins as a copy of the simplest one, a seat fan: rows of kind 14, driver with its test, plant, journey, and a line in
each table that knows all classes. It runs as it is; firmware/components/README.md says what to change, in which order.

A car begins as a body with hubs where something is: its file has places, lines and copper that is laid along them and sized; it
starts, and the power manager admits it. On a terminal it asks; what is said on the command line is not asked, the rest is usual:
${BODIES_TEXT}

Examples:
  npx spine new car myvan                                asks
  npx spine new car myvan --body van --length 5400 --rear fan,worklight --out myvan.json
  npx spine new class seat-heater --run-A 4 --peak-A 6
  npx spine new class rear-wiper --summary "a wiper with one speed" --dry-run
  npm run new-class seat-heater -- --run-A 4`

interface Options extends CarOptions {
  readonly summary?: string
  readonly runA: number
  readonly peakA?: number
  readonly dryRun?: boolean
}

/** `spine new`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<what>', 'what to begin').choices(['class', 'car']))
    .argument('<name>', 'its name, such as seat-heater or myvan')
    .option('--summary <text>', 'class: what it is, in a few words')
    .option('--run-A <current>', 'class: what it draws while it works, A at 13.5 V', upTo(20), 2)
    .option('--peak-A <current>', 'class: what it draws at first, A (default: half as much again)', upTo(200))
    .option('--dry-run', 'class: only tell what would be written')
  addCarOptions(command)
  command
    .addOption(shared('json', 'what was written, for programs'))
    .addHelpText('after', HELP)
    .action(async (what: string, name: string, options: Options) => {
      if (what === 'car') await makeCar(name, options, terminal)
      else makeClass(name, options, terminal)
    })
}

function makeClass(name: string, options: Options, terminal: Terminal): void {
  const { summary, runA: run_A, peakA: peak_A = 1.5 * run_A, dryRun = false, json = false } = options
  const root = checkoutRoot()
  const files = git(root, 'ls-files', '--cached', '--others', '--exclude-standard').split('\n').filter(file => existsSync(join(root, file)))
  const plan = planClass({ files, read: file => readFileSync(join(root, file), 'utf8') }, { name, summary, run_A, peak_A })
  if (!dryRun) {
    if (git(root, 'status', '--porcelain') !== '') terminal.warn('spine new: there are changes that are not committed: the git commands below would undo them too')
    write(root, plan)
    generate(root)
  }
  terminal.write(json ? `${JSON.stringify(reportOf(plan, dryRun))}\n` : `${textOf(plan, name, dryRun)}\n`)
}

/** The checkout that this command is of. */
function checkoutRoot(): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  if (existsSync(join(root, 'protocol/enums.ts'))) return root
  throw new Failure('a class is added to the sources: this works in a checkout of Spine, not from its package')
}

function git(root: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Failure(`git ${words[0]} failed: ${error?.message ?? stderr.trim()}`)
  return stdout.trim()
}

function write(root: string, { created, changed }: ClassPlan): void {
  for (const [file, text] of [...created, ...[...changed].map(([file, { text }]) => [file, text] as const)]) {
    try {
      makeFolder(dirname(join(root, file)))
      writeFileSync(join(root, file), text)
    } catch (error) {
      throw fileFailure('write', file, error)
    }
  }
}

function generate(root: string): void {
  const { status, stderr, error } = spawnSync('npm', ['run', '--silent', 'generate'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Failure(`npm run generate failed: ${error?.message ?? stderr.trim()}`)
}

function reportOf({ className, code, created, changed }: ClassPlan, dryRun: boolean): object {
  return {
    class: className, code, dryRun, created: [...created.keys()],
    changed: Object.fromEntries([...changed].map(([file, { lines }]) => [file, lines])),
  }
}

function textOf({ className, code, created, changed }: ClassPlan, name: string, dryRun: boolean): string {
  const news = [...created.keys()]
  const shared = [...changed].flatMap(([file, { lines }]) => [`  ${file}`, ...lines.map(line => `    + ${line.trim()}`)])
  const head = [`class ${className}, code ${code} of kind 14${dryRun ? ' (nothing is written)' : ''}`, '', 'new files:', ...news.map(file => `  ${file}`), '', 'lines in tables:', ...shared]
  if (dryRun) return head.join('\n')
  return [
    ...head, '', 'and what npm run generate makes of the catalogue. Next, as firmware/components/README.md says:',
    `  npx tsc && npx vitest run ${name}                  it runs as it is: types, the driver's test, the journey`,
    `  protocol/catalogue/${name}.ts                      what it is told and tells; then npm run generate`,
    `  firmware/components/${name}/${name}.ts             when it runs, what power it asks for`,
    `  sim/plants/${name}.ts                              what it draws and does`,
    `  sim/car/sedan.ts                                   { class: '${className}' } among the ports of a hub, for a car that has one`,
    '', 'To undo it:',
    `  git restore protocol/messages.generated.ts protocol/spine.proto ${[...changed.keys()].join(' ')}`,
    `  git clean -fd ${[...new Set(news.map(file => file.includes(`/${name}/`) ? dirname(file) : file))].join(' ')}`,
  ].join('\n')
}
