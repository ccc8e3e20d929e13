import type { Verdict } from '../checkers/index.ts'
import { runScript } from './run.ts'
import type { FuzzEvent, Script } from './script.ts'

/** Runs spent on making one script smaller. */
const MOST_RUNS = 250
/** What is left of the run after the moment in which the checker spoke. */
const MARGIN_ms = 1
/** Durations are halved down to this. */
const LEAST_ms = 5

export interface Shrunk {
  readonly script: Script
  readonly verdict: Verdict
  /** Runs it took. */
  readonly runs: number
}

/** Runs a script and says what the judges say. */
export type Runner = (script: Script) => { readonly verdicts: readonly Verdict[] }

/**
 * Makes a failing script as small as it can: ends it when the checker speaks, drops events (delta debugging, Zeller and
 * Hildebrandt 2002), shortens those that last. What stays fails in the same way: the same checker says the same, names of
 * places aside. `breathe` is awaited before each run; `false` from it ends the work.
 */
export async function shrink(script: Script, verdict: Verdict, run: Runner = runScript, breathe?: () => Promise<boolean>): Promise<Shrunk> {
  const shrinker = new Shrinker(script, verdict, run, breathe)
  await shrinker.cut()
  await shrinker.drop()
  await shrinker.shorten()
  await shrinker.drop()
  return { script: shrinker.script, verdict: shrinker.verdict, runs: shrinker.runs }
}

class Shrinker {
  script: Script
  verdict: Verdict
  runs = 0
  private stopped = false
  private readonly run: Runner
  private readonly breathe: (() => Promise<boolean>) | undefined
  private readonly wanted: string

  constructor(script: Script, verdict: Verdict, run: Runner, breathe: (() => Promise<boolean>) | undefined) {
    this.script = script
    this.verdict = verdict
    this.run = run
    this.breathe = breathe
    this.wanted = kindOf(verdict)
  }

  /** Nothing after the verdict matters. */
  async cut(): Promise<void> {
    const for_ms = Math.ceil(this.verdict.t_ns / 1e6) + MARGIN_ms
    if (for_ms >= this.script.for_ms) return
    await this.accept({ ...this.script, for_ms, events: this.script.events.filter(event => event.at_ms < for_ms) })
  }

  /** Leaves out chunks of events, ever smaller ones. */
  async drop(): Promise<void> {
    let size = Math.ceil(this.script.events.length / 2)
    while (size >= 1) {
      const before = this.script.events.length
      for (let from = before - size; from > -size; from -= size) await this.dropChunk(Math.max(0, from), size)
      const dropped = this.script.events.length < before
      if (size > 1) size = Math.min(Math.floor(size / 2), Math.max(1, this.script.events.length))
      else if (!dropped) break
    }
    await this.cut()
  }

  /** Halves what lasts. */
  async shorten(): Promise<void> {
    for (let i = 0; i < this.script.events.length; i++) {
      for (;;) {
        const event = this.script.events[i]
        if (event === undefined || event.for_ms <= LEAST_ms) break
        if (!await this.accept(this.replaced(i, { ...event, for_ms: Math.floor(event.for_ms / 2) }))) break
      }
    }
    await this.cut()
  }

  private async dropChunk(from: number, size: number): Promise<void> {
    const { events } = this.script
    const rest = [...events.slice(0, from), ...events.slice(from + size)]
    if (rest.length < events.length) await this.accept({ ...this.script, events: rest })
  }

  private replaced(index: number, event: FuzzEvent): Script {
    return { ...this.script, events: this.script.events.map((other, i) => i === index ? event : other) }
  }

  /** Takes the smaller script if it fails as well. */
  private async accept(script: Script): Promise<boolean> {
    if (this.stopped || this.runs >= MOST_RUNS) return false
    if (this.breathe !== undefined && !await this.breathe()) {
      this.stopped = true
      return false
    }
    this.runs++
    const found = this.run(script).verdicts.find(verdict => kindOf(verdict) === this.wanted)
    if (found === undefined) return false
    this.script = script
    this.verdict = found
    return true
  }
}

/** What a verdict says without the places it names. */
export function kindOf(verdict: Verdict): string {
  return `${verdict.checker}: ${verdict.what.replace(/\b[A-Z]{2,6}(?:\.[\w]+)?\b/g, '…').split(' at ')[0]}`
}
