import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describeVerdict } from '#sim/checkers/index.ts'
import {
  Campaign, carNames, describeEvent, type Failure, FUZZ_DEFAULTS, FUZZ_KINDS, type FuzzOptions, fuzzOptions, generateScript, isComplete,
  keepRun, mergeReports, parseShard, readReport, readScript, type Report, runScript, type Script, type Shard, shardFrom, totalsOf, WHOLE,
} from '#sim/fuzz/index.ts'
import type { Command } from 'commander'
import { formatDuration } from '../lib/duration.ts'
import { describe, Failure as CliFailure, fileFailure, usage } from '../lib/failure.ts'
import { collect, duration, wholeNumber } from '../lib/options.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Each run boots a car, does random things to it for a while of virtual time, and lets the checkers judge the trace: force,
ampacity, voltage, leases, motion, commands, silence, frames, health; one run in 20 is run twice and must be the same. In each
run some kinds of event are left out, so that rare combinations come up. A run that fails is replayed by its seed and number,
and shrunk to the few events that it takes. Exit code 1 when a run failed.

Kinds of event (a minute, in a run that has the kind):
${FUZZ_KINDS.map(kind => `  ${kind.name.padEnd(11)} ${String(kind.perMinute).padStart(4)}  ${kind.summary}`).join('\n')}

A campaign spreads over machines: --shard 2/8 takes the second of eight shares; on GitLab, CircleCI, Buildkite, Azure, AWS
Batch and Slurm the share comes from their variables, in a Kubernetes indexed job from --shard auto/8. Reports of shares are
merged into one.

Examples:
  npx spine fuzz --runs 1000 --seed 7
  npx spine fuzz --runs 100000 --for 60s --resume campaign.json     stop it with Ctrl-C, start it again, it goes on
  npx spine fuzz --runs 10000 --shard 2/8 --json > share-2.json
  npx spine fuzz --merge share-*.json
  npx spine fuzz --seed 7 --run 123                                 one run again, with its trace in .traces/
  npx spine fuzz --script small.json
  npx spine fuzz --only press,obstacle --rate obstacle=60`

interface Options {
  runs: number
  seed: number
  for: number
  run?: number
  script?: string
  only?: string
  without?: string
  rate?: [string, number][]
  shard?: string
  resume?: string
  merge?: string[]
  shrink: boolean
  maxFailures: number
  json?: boolean
}

/** `spine fuzz`. */
export function define(command: Command, terminal: Terminal): void {
  const seed = wholeNumber(0, 0xffff_ffff)
  command
    .option('--runs <n>', 'how many runs', wholeNumber(1, 1e9), 100)
    .option('--seed <n>', 'of the campaign', seed, FUZZ_DEFAULTS.seed)
    .option('--for <duration>', 'virtual time of a run', duration, FUZZ_DEFAULTS.for_ms)
    .option('--run <n>', 'only run number n of the campaign', wholeNumber(0, 1e9))
    .option('--script <file>', 'only this script, as a failure printed it')
    .option('--only <kinds>', 'no other kinds of event, and these in every run')
    .option('--without <kinds>', 'not these kinds of event')
    .option('--rate <kind=n>', 'so many a minute; may be given several times', collect(rate))
    .option('--shard <i/n>', 'the i-th of n shares of the runs; auto/n takes i from the scheduler')
    .option('--resume <file>', 'keep the report there, and go on from it')
    .option('--merge <files...>', 'join the reports of shares')
    .option('--no-shrink', 'do not make failing scripts small')
    .option('--max-failures <n>', 'stop after so many', wholeNumber(1, 1e6), 10)
    .option('--json', 'the report for programs')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      if (options.merge !== undefined) return finish(merged(options.merge), options, terminal)
      if (options.script !== undefined) return single(readScriptFile(options.script), `script-${Date.now()}`, options, terminal)
      const fuzz = settings(options)
      if (options.run === undefined) return finish(await campaign(fuzz, options, terminal), options, terminal)
      return single(generateScript(fuzz, options.run, carNames()), traceName(fuzz, options.run), options, terminal)
    })
}

function settings(options: Options): FuzzOptions {
  const perMinute: Record<string, number> = {}
  if (options.only !== undefined) for (const { name } of FUZZ_KINDS) perMinute[name] = 0
  for (const name of list(options.only)) perMinute[name] = FUZZ_DEFAULTS.perMinute[name] ?? NaN
  for (const name of list(options.without)) perMinute[name] = Object.hasOwn(FUZZ_DEFAULTS.perMinute, name) ? 0 : NaN
  for (const [name, value] of options.rate ?? []) perMinute[name] = value
  try {
    return fuzzOptions({ seed: options.seed, for_ms: options.for, perMinute, ...(options.only !== undefined && { off: 0 }) })
  } catch (error) {
    throw usage(describe(error))
  }
}

async function campaign(fuzz: FuzzOptions, options: Options, terminal: Terminal): Promise<Report> {
  const shard = shareOf(options)
  const resumed = options.resume === undefined ? undefined : resumedFrom(options.resume, fuzz, options.runs, shard)
  const run = new Campaign({
    runs: options.runs, options: fuzz, shard, shrink: options.shrink, clock_s: () => performance.now() / 1000,
    replay: number => replayCommand(options, number),
    keep: (number, script) => keepRun(traceName(fuzz, number), script),
    ...(resumed !== undefined && { resumed }),
  })
  const { stop } = terminal
  const progress = new Progress(run, fuzz, shard, terminal)
  while (run.done < run.share && run.failed < options.maxFailures && !stop.aborted) {
    const failure = run.next()
    if (failure !== undefined) terminal.warn(failureText(failure))
    if (progress.due() && options.resume !== undefined) save(options.resume, run.report())
    // Signals and the screen get their turn.
    await new Promise(resolve => setImmediate(resolve))
  }
  progress.end()
  if (options.resume !== undefined) save(options.resume, run.report())
  return run.report()
}

/** A line now and then, of how far it is. */
class Progress {
  private readonly run: Campaign
  private readonly fuzz: FuzzOptions
  private readonly terminal: Terminal
  private readonly share: string
  private readonly begun = performance.now()
  private readonly first: number
  private shown = performance.now()

  constructor(run: Campaign, fuzz: FuzzOptions, shard: Shard, terminal: Terminal) {
    this.run = run
    this.fuzz = fuzz
    this.terminal = terminal
    this.first = run.done
    this.share = shard.count === 1 ? '' : `, share ${shard.index + 1}/${shard.count}`
    terminal.warn(`fuzzing: ${run.share} runs of ${formatDuration(fuzz.for_ms)}, seed ${fuzz.seed}${this.share}${run.done > 0 ? `, ${run.done} done before` : ''}`)
  }

  /** True when it has just printed a line. */
  due(): boolean {
    if (performance.now() - this.shown < 5000) return false
    this.shown = performance.now()
    this.print()
    return true
  }

  end(): void {
    if (this.shown > this.begun) this.print()
  }

  private print(): void {
    const { run } = this
    const took_ms = performance.now() - this.begun
    const here = run.done - this.first
    const left_ms = here === 0 ? Infinity : took_ms / here * (run.share - run.done)
    const times = here * this.fuzz.for_ms / took_ms
    this.terminal.warn(`${run.done}/${run.share} runs, ${run.failed} failed, ${times.toFixed(0)}× real time, ${formatDuration(left_ms)} to go`)
  }
}

/** One script: what is done, and what the checkers say to it. */
function single(script: Script, name: string, options: Options, terminal: Terminal): void {
  const { verdicts, digest } = runScript(script)
  const trace = keepRun(name, script)
  if (options.json === true) terminal.write(`${JSON.stringify({ script, verdicts, digest: digest.value, trace }, undefined, 2)}\n`)
  else {
    for (const event of script.events) terminal.write(`${describeEvent(event)}\n`)
    terminal.write(`${(script.for_ms / 1000).toFixed(3).padStart(8)} s  end, digest ${digest.value}, trace ${trace} (npx spine decode ${trace})\n`)
    for (const verdict of verdicts) terminal.write(`${terminal.colors.red(describeVerdict(verdict))}\n`)
    if (verdicts.length === 0) terminal.write(`${terminal.colors.green('no checker objects')}\n`)
  }
  if (verdicts.length > 0) throw new CliFailure(`${verdicts.length} objections`)
}

function finish(report: Report, options: Options, terminal: Terminal): void {
  const totals = totalsOf(report)
  if (options.json === true) terminal.write(`${JSON.stringify({ ...report, totals }, undefined, 2)}\n`)
  else {
    if (options.merge !== undefined) for (const failure of report.failures) terminal.write(`${failureText(failure)}\n`)
    terminal.write(`${totals.done} of ${report.runs} runs, ${formatDuration(totals.virtual_s * 1000)} of virtual time in ${formatDuration(totals.wall_s * 1000)}, `
      + `${totals.events.toLocaleString('en')} events, ${totals.frames.toLocaleString('en')} frames, digest ${totals.digest}: `
      + `${report.failures.length === 0 ? terminal.colors.green('no checker objects') : terminal.colors.red(`${report.failures.length} runs failed`)}\n`)
    if (options.merge !== undefined && !isComplete(report)) terminal.warn(`${totals.missing} runs are missing`)
  }
  if (report.failures.length > 0) throw new CliFailure(`${report.failures.length} of ${totals.done} runs failed`)
}

function failureText(failure: Failure): string {
  return [
    `run ${failure.run} failed:`,
    ...failure.verdicts.slice(0, 5).map(verdict => `  ${describeVerdict(verdict)}`),
    ...(failure.verdicts.length > 5 ? [`  … and ${failure.verdicts.length - 5} more`] : []),
    `shrunk to ${failure.script.events.length} events in ${(failure.script.for_ms / 1000).toFixed(3)} s, car seed ${failure.script.seed}:`,
    ...failure.script.events.map(event => `  ${describeEvent(event)}`),
    `script: ${JSON.stringify(failure.script)}`,
    ...(failure.trace === undefined ? [] : [`trace: ${failure.trace} (npx spine decode ${failure.trace})`]),
    `replay: ${failure.replay}`,
  ].join('\n')
}

/** The command line that runs one run again, with all that shaped it. */
function replayCommand(options: Options, run: number): string {
  const given = [
    options.for === FUZZ_DEFAULTS.for_ms ? '' : `--for ${options.for}ms`,
    options.only === undefined ? '' : `--only ${options.only}`,
    options.without === undefined ? '' : `--without ${options.without}`,
    ...(options.rate ?? []).map(([kind, value]) => `--rate ${kind}=${value}`),
  ].filter(text => text !== '')
  return ['npx spine fuzz', `--seed ${options.seed}`, `--run ${run}`, ...given].join(' ')
}

function traceName(fuzz: FuzzOptions, run: number): string {
  return `fuzz-seed-${fuzz.seed}-run-${run}`
}

function shareOf(options: Options): Shard {
  try {
    return options.shard === undefined ? shardFrom(process.env) ?? WHOLE : parseShard(options.shard, process.env)
  } catch (error) {
    throw usage(describe(error))
  }
}

function resumedFrom(file: string, fuzz: FuzzOptions, runs: number, shard: Shard): Report | undefined {
  if (!existsSync(file)) return undefined
  const report = load(file)
  const [own] = report.shards
  const same = JSON.stringify([report.options, report.runs]) === JSON.stringify([fuzz, runs])
    && own !== undefined && own.index === shard.index && own.count === shard.count
  if (!same) throw usage(`${file} is the report of another campaign or share: give another file, or the same --seed, --runs, --for, kinds and --shard`)
  return report
}

function merged(files: readonly string[]): Report {
  try {
    return mergeReports(files.map(load))
  } catch (error) {
    if (error instanceof CliFailure) throw error
    throw new CliFailure(describe(error))
  }
}

function load(file: string): Report {
  const text = read(file)
  try {
    return readReport(text)
  } catch (error) {
    throw new CliFailure(`${file}: ${describe(error)}`)
  }
}

function readScriptFile(file: string): Script {
  const text = read(file)
  try {
    return readScript(JSON.parse(text), FUZZ_KINDS.map(kind => kind.name))
  } catch (error) {
    throw new CliFailure(`${file}: ${describe(error)}`)
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fileFailure('read', file, error)
  }
}

function save(file: string, report: Report): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
  } catch (error) {
    throw fileFailure('write', file, error)
  }
}

function list(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map(name => name.trim()).filter(name => name !== '')
}

/** `obstacle=60`. */
function rate(text: string): [string, number] {
  const [kind, value] = text.split('=')
  if (kind === undefined || value === undefined || value.trim() === '') throw usage(`"${text}" is no rate: write it like obstacle=60`)
  return [kind, Number(value)]
}
