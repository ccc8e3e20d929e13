import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { describeVerdict } from '#sim/checkers/index.ts'
import {
  BrokenRun, Campaign, carNames, chosenCar, coverageText, describeEvent, EVERYTHING, failureText, FUZZ_DEFAULTS, type FuzzOptions,
  fuzzOptions, generateScript, mergeReports, missingShares, onlyRates, parseShard, readReport, readScript,
  type Report, runScript, type Script, type Shard, shardFrom, totalsOf, unreached, WHOLE, withoutCount,
} from '#sim/fuzz/index.ts'
import { CARS, type CpuName, CPUS } from '#sim/car/index.ts'
import { DataError } from '#sim/schema/index.ts'
import { type Command, Option } from 'commander'
import { formatDuration } from '../lib/duration.ts'
import { describe, Failure as CliFailure, fileFailure, usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'
import { keepError, keepRun, keepScript } from '../lib/keep-run.ts'
import { pageLine } from '../lib/page-link.ts'
import { allBut, collect, duration, refuseIdle, wholeNumber } from '../lib/options.ts'
import { Progress } from '../lib/progress.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Each run boots a car, does random things to it for a while of virtual time, and lets the checkers judge the trace: force,
ampacity, voltage, leases, shedding, motion, commands, silence, sleep, frames, health; one run in 20 is run twice and must be
the same. In each run some kinds of event are left out, so that rare combinations come up. A run that fails is replayed by its
seed and number, and shrunk to the few events that it takes. Exit code 1 when a run failed.

Kinds of event (a minute, in a run that has the kind), and scenes of several events:
${Object.entries(EVERYTHING).map(([name, { perMinute, summary }]) => `  ${name.padEnd(11)} ${String(perMinute).padStart(4)}  ${summary}`).join('\n')}
After some runs comes a night (--nights): ignition off until the car sleeps, and something that wakes it.

The report counts in how many runs a state was reached (a reversal, a takeover, sleep, …): what none reached was not tested.

A campaign spreads over machines: --shard 2/8 takes the second of eight shares. GitLab (parallel: 8), CircleCI, Buildkite, Azure,
AWS Batch and Slurm tell their jobs the share in variables, and nothing needs to be given. A Kubernetes indexed job knows its index
only: --shard auto/8. GitHub Actions: a matrix with shard: [1, 2, 3, 4] and --shard \${{ matrix.shard }}/4.
Reports of shares (--json, or the files of --resume) are merged into one; exit code 1 when a share is missing or there twice.

Examples:
  npx spine fuzz --runs 1000 --seed 7
  npx spine fuzz --runs 100000 --for 60s --resume campaign.json     stop it with Ctrl-C, start it again, it goes on
  npx spine fuzz --runs 10000 --shard 2/8 --json > share-2.json
  npx spine fuzz --merge share-*.json
  npx spine fuzz --seed 7 --run 123                                 one run again, with its trace in .traces/
  npx spine fuzz --script small.json
  npx spine fuzz --car sedan-dual
  npx spine fuzz --cpu esp32-xs                                     hubs as slow as the boards that they are meant for
  npx spine fuzz --only press,hand --rate hand=20`

interface Options {
  car?: string
  cpu?: CpuName
  runs: number
  seed: number
  for: number
  run?: number
  script?: string
  only?: string
  without?: string
  rate?: [string, number][]
  nights?: number
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
    .addOption(new Option('--car <name>', 'a car that comes with the project').choices(Object.keys(CARS)))
    .addOption(new Option('--cpu <name>', 'what its hubs run on: each callback takes as long as measured there').choices(CPUS))
    .option('--runs <n>', 'how many runs', wholeNumber(1, 1e9), 100)
    .option('--seed <n>', 'of the campaign', seed, FUZZ_DEFAULTS.seed)
    .option('--for <duration>', 'virtual time of a run', duration, FUZZ_DEFAULTS.for_ms)
    .option('--run <n>', 'only run number n of the campaign', wholeNumber(0, 1e9))
    .option('--script <file>', 'only this script, as a failure printed it')
    .option('--only <kinds>', 'no other kinds of event, and these in every run')
    .option('--without <kinds>', 'not these kinds of event')
    .option('--rate <kind=n>', 'so many a minute; may be given several times', collect(rate))
    .option('--nights <chance>', `chance of a night after a run, 0…1 (default: ${FUZZ_DEFAULTS.nights})`, Number)
    .option('--shard <i/n>', 'the i-th of n shares of the runs; auto/n takes i from the scheduler')
    .option('--resume <file>', 'keep the report there, and go on from what it says was done')
    .option('--merge <files...>', 'join the reports of shares')
    .option('--no-shrink', 'do not make failing scripts small')
    .option('--max-failures <n>', 'stop after so many', wholeNumber(1, 1e6), 10)
    .option('--json', 'the report for programs')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { merge, script, run } = options
      refuseIdle(command, [
        [merge !== undefined, allBut(command, 'merge', 'json'), 'with --merge: nothing runs'],
        [script !== undefined, allBut(command, 'script', 'json'), 'with --script: all is in it'],
        [run !== undefined, ['runs', 'shard', 'resume', 'shrink', 'maxFailures'], 'with --run: it is one run'],
      ])
      if (merge !== undefined) return finish(merged(merge), options, terminal)
      if (script !== undefined) return single(readScriptFile(script), `script-${Date.now()}`, options, terminal)
      const fuzz = settings(options)
      if (options.run === undefined) return finish(await campaign(fuzz, options, terminal), options, terminal)
      return single(generateScript(fuzz, options.run, carNames(options.car)), traceName(fuzz, options.run), options, terminal)
    })
}

function settings(options: Options): FuzzOptions {
  const perMinute: Record<string, number> = options.only === undefined ? {} : onlyRates({})
  const nights = options.nights ?? (options.only === undefined ? FUZZ_DEFAULTS.nights : 0)
  for (const name of list(options.only)) perMinute[name] = FUZZ_DEFAULTS.perMinute[name] ?? NaN
  for (const name of list(options.without)) perMinute[name] = Object.hasOwn(FUZZ_DEFAULTS.perMinute, name) ? 0 : NaN
  for (const [name, value] of options.rate ?? []) perMinute[name] = value
  try {
    return fuzzOptions({
      ...chosenCar(options),
      seed: options.seed, for_ms: options.for, perMinute, nights, ...(options.only !== undefined && { off: 0 }),
    })
  } catch (error) {
    throw usage(describe(error))
  }
}

async function campaign(fuzz: FuzzOptions, options: Options, terminal: Terminal): Promise<Report> {
  const shard = shareOf(options, terminal)
  const resumed = options.resume === undefined ? undefined : resumedFrom(options.resume, fuzz, options.runs, shard)
  const { stop } = terminal
  // Signals and the screen get their turn.
  const breathe = (): Promise<boolean> => new Promise(resolve => setImmediate(() => resolve(!stop.aborted)))
  const run = new Campaign({
    runs: options.runs, options: fuzz, shard, shrink: options.shrink, breathe, clock_s: () => performance.now() / 1000,
    replay: number => replayCommand(options, number),
    keep: (number, script) => keepRun(traceName(fuzz, number), script),
    ...(resumed !== undefined && { resumed }),
  })
  const failedBefore = run.failed
  const keepReport = (): void => {
    if (options.resume !== undefined) save(options.resume, run.report())
  }
  const share = shard.count === 1 ? '' : `, share ${shard.index + 1}/${shard.count} of ${options.runs}`
  const before = run.done > 0 ? `, ${run.done} done before` : ''
  terminal.warn(`fuzzing: ${run.share} runs of ${formatDuration(fuzz.for_ms)}, seed ${fuzz.seed}${share}${before}`)
  const progress = await Progress.open(terminal, progressOf(run, fuzz), { plain: options.json === true })
  // Whatever ends this campaign, its report is there.
  keepReport()
  let saved_ms = performance.now()
  try {
    while (run.done < run.share && run.failed - failedBefore < options.maxFailures && await breathe()) {
      const failure = await run.next()
      if (failure !== undefined) progress.interrupt(`${failureText(failure)}\n${pageLine(failure.script)}`)
      progress.show()
      if (performance.now() - saved_ms < SAVE_ms) continue
      keepReport()
      saved_ms = performance.now()
    }
  } catch (error) {
    if (!(error instanceof BrokenRun)) throw error
    const name = traceName(fuzz, error.run)
    throw broken(name, keepScript(name, error.script), error.cause, replayCommand(options, error.run))
  } finally {
    progress.close()
    keepReport()
  }
  if (run.done < run.share) terminal.warn(`stopped after ${run.done} of ${run.share} runs${options.resume === undefined ? '' : `: the same command goes on`}`)
  return run.report()
}

/** The report is kept this often. */
const SAVE_ms = 5000
/** How far a campaign is, in words. */
function progressOf(run: Campaign, { for_ms }: FuzzOptions): () => string {
  const begun_ms = performance.now()
  const first = run.done
  return () => {
    const took_ms = performance.now() - begun_ms
    const here = run.done - first
    const left = here === 0 ? '' : `, ${formatDuration(took_ms / here * (run.share - run.done))} to go`
    return `${run.done}/${run.share} runs, ${run.failed} failed, ${(here * for_ms / took_ms).toFixed(0)}× real time${left}`
  }
}

/** A run that came to no end leaves its script and what was thrown, and says how to see it again. */
function broken(name: string, script: string, error: unknown, replay: string): CliFailure {
  return new CliFailure(`${name} came to no end: ${describe(error)}\n  script: ${script}\n  error: ${keepError(name, error)}\n  replay: ${replay}`)
}

function whole<Result>(run: () => Result, name: string, script: string): Result {
  try {
    return run()
  } catch (error) {
    throw broken(name, script, error, `npx spine fuzz --script ${script}`)
  }
}

/** One script: what is done, and what the checkers say to it. */
function single(script: Script, name: string, options: Options, terminal: Terminal): void {
  const kept = keepScript(name, script)
  const { verdicts, digest, trace } = whole(() => ({ ...runScript(script), trace: keepRun(name, script) }), name, kept)
  if (options.json === true) terminal.write(`${JSON.stringify({ script, verdicts, digest: digest.value, trace }, undefined, 2)}\n`)
  else {
    for (const event of script.events) terminal.write(`${describeEvent(event)}\n`)
    terminal.write(`${(script.for_ms / 1000).toFixed(3).padStart(8)} s  end, digest ${digest.value}, trace ${trace} (npx spine decode ${trace})\n`)
    terminal.write(`${pageLine(script)}\n`)
    for (const verdict of verdicts) terminal.write(`${terminal.colors.red(describeVerdict(verdict))}\n`)
    if (verdicts.length === 0) terminal.write(`${terminal.colors.green('no checker objects')}\n`)
  }
  if (verdicts.length > 0) throw new CliFailure(`${verdicts.length} objections`)
}

function finish(report: Report, options: Options, terminal: Terminal): void {
  const totals = totalsOf(report)
  if (options.json === true) terminal.write(`${JSON.stringify({ ...report, totals }, undefined, 2)}\n`)
  else {
    const { red, green, yellow } = terminal.colors
    if (options.merge !== undefined) for (const failure of report.failures) terminal.write(`${failureText(failure)}\n`)
    terminal.write(`${coverageText(totals)}\n`)
    const missed = unreached(totals)
    if (totals.done >= MANY_RUNS && missed.length > 0) terminal.write(yellow(`not tested, because no run came there: ${missed.join(', ')}\n`))
    terminal.write(`${totals.done} of ${report.runs} runs, ${formatDuration(totals.virtual_s * 1000)} of virtual time in ${formatDuration(totals.wall_s * 1000)}, `
      + `${totals.events.toLocaleString('en')} events, ${totals.frames.toLocaleString('en')} frames, digest ${totals.digest}: `
      + `${report.failures.length === 0 ? green('no checker objects') : red(`${report.failures.length} runs failed`)}\n`)
  }
  const missing = options.merge === undefined ? [] : missingShares(report)
  const problems = [
    ...(report.failures.length > 0 ? [`${report.failures.length} of ${totals.done} runs failed`] : []),
    ...(missing.length > 0 ? [`${totals.missing} of ${report.runs} runs are missing, of share ${missing.join(', ')}`] : []),
  ]
  if (problems.length > 0) throw new CliFailure(problems.join('; '))
}

/** From so many runs on a state that none reached is worth a word. */
const MANY_RUNS = 200

/** The command line that runs one run again, with all that shaped it. */
function replayCommand(options: Options, run: number): string {
  const given = [
    options.car === undefined ? '' : `--car ${options.car}`,
    options.cpu === undefined ? '' : `--cpu ${options.cpu}`,
    options.for === FUZZ_DEFAULTS.for_ms ? '' : `--for ${options.for}ms`,
    options.nights === undefined ? '' : `--nights ${options.nights}`,
    options.only === undefined ? '' : `--only ${options.only}`,
    options.without === undefined ? '' : `--without ${options.without}`,
    ...(options.rate ?? []).map(([kind, value]) => `--rate ${kind}=${value}`),
  ].filter(text => text !== '')
  return ['npx spine fuzz', `--seed ${options.seed}`, `--run ${run}`, ...given].join(' ')
}

function traceName(fuzz: FuzzOptions, run: number): string {
  return `fuzz-seed-${fuzz.seed}-run-${run}`
}

function shareOf(options: Options, terminal: Terminal): Shard {
  try {
    const alone = options.shard === undefined ? withoutCount(process.env) : undefined
    if (alone !== undefined) terminal.warn(`${alone} is set, but not of how many: this job does all runs; --shard auto/N takes its share of N`)
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
  const sources = files.map(name => ({ name, report: load(name) }))
  try {
    return mergeReports(sources)
  } catch (error) {
    if (error instanceof DataError) throw new CliFailure(`the reports do not fit together:\n${error.problems.map(problem => `  ${problem}`).join('\n')}`)
    throw error
  }
}

function load(file: string): Report {
  return readData(file, 'is no report of spine fuzz', readReport)
}

function readScriptFile(file: string): Script {
  return readData(file, 'is no script of spine fuzz', readScript)
}

/** Whole or not at all: a report that is cut off cannot be gone on from. */
function save(file: string, report: Report): void {
  try {
    writeFileSync(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`)
    renameSync(`${file}.part`, file)
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
