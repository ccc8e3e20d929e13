import type { Car } from '../car/index.ts'
import { Digest, type Verdict } from '../checkers/index.ts'
import type { TappedFrame } from '../checkers/index.ts'
import type { TraceEvent } from '../trace/index.ts'
import { FUZZ_KINDS } from './kinds.ts'
import type { FuzzEvent, Script } from './script.ts'
import { createStage, type FuzzImage, type Stage } from './stage.ts'

/** Checker name of what the simulator itself throws. */
export const SIMULATOR = 'simulator'

export interface RunResult {
  /** In time order of being found; none: the run is good. */
  readonly verdicts: readonly Verdict[]
  readonly digest: Digest
  readonly frames: number
  readonly virtual_s: number
  /** Names of the kinds of which something was done, and of the landmarks that were reached. */
  readonly done: ReadonlySet<string>
  readonly reached: ReadonlySet<string>
  /** Events that made no sense at their time. */
  readonly skipped: number
}

/** Who else wants to see a run. */
export interface RunWatcher {
  /** Before the car boots. */
  begin?(car: Car): void
  frame?(tapped: TappedFrame): void
  event?(event: TraceEvent): void
}

/** Something to be done at a time: an event, or the end of one. */
interface Due {
  readonly at_ms: number
  readonly order: number
  readonly event: FuzzEvent
  readonly ends: boolean
}

/**
 * Boots a car, does to it what the script says, and hears the judges. Never throws for what happens in the car. `image`:
 * other firmware than the car's own.
 */
export function runScript(script: Script, watcher: RunWatcher = {}, image?: FuzzImage): RunResult {
  const stage = createStage(script.seed, image, script)
  const { car, judges, coverage } = stage
  watcher.begin?.(car)
  const digest = new Digest()
  car.tapFrames((tapped) => {
    digest.frame(tapped)
    watcher.frame?.(tapped)
  })
  car.trace.subscribe((event) => {
    digest.event(event)
    watcher.event?.(event)
  })
  const done = new Set<string>()
  let skipped = 0
  let crash: Verdict | undefined
  try {
    car.boot()
    skipped = perform(stage, script, done)
  } catch (error) {
    const stack = error instanceof Error ? error.stack ?? error.message : String(error)
    crash = { checker: SIMULATOR, t_ns: car.now_ns, what: `the simulator threw: ${stack.split('\n').slice(0, 4).join(' ')}`, numbers: {} }
  }
  const verdicts = [...judges.finish(car.now_ns)]
  if (crash !== undefined) verdicts.push(crash)
  return { verdicts, digest, frames: digest.frames, virtual_s: car.now_ns / 1e9, done, reached: coverage.reached, skipped }
}

/** Returns how many events made no sense; adds the kinds of the others to `done`. */
function perform(stage: Stage, script: Script, done: Set<string>): number {
  const { car } = stage
  const agenda = plan(script)
  const begun = new Set<FuzzEvent>()
  let skipped = 0
  for (const { at_ms, event, ends } of agenda) {
    if (at_ms >= script.for_ms) break
    car.run(at_ms - car.now_ns / 1e6)
    const kind = FUZZ_KINDS[event.kind]
    if (ends) {
      if (begun.has(event)) kind.end!(stage, event.with)
    } else if (kind.begin(stage, event.with) === false) skipped++
    else {
      begun.add(event)
      done.add(event.kind)
    }
  }
  car.run(script.for_ms - car.now_ns / 1e6)
  return skipped
}

function plan(script: Script): Due[] {
  const agenda: Due[] = []
  script.events.forEach((event, order) => {
    agenda.push({ at_ms: event.at_ms, order, event, ends: false })
    if (FUZZ_KINDS[event.kind].end !== undefined) agenda.push({ at_ms: event.at_ms + event.for_ms, order, event, ends: true })
  })
  return agenda.sort((a, b) => a.at_ms - b.at_ms || a.order - b.order || Number(a.ends) - Number(b.ends))
}
