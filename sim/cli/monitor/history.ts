import type { Watched } from './scene.ts'
import { componentName } from './scene.ts'

/** Samples and courses that are kept: what a hostile bus can make this remember. */
const SAMPLES = 600
const MOST_COURSES = 2000
/** Who commanded last is no value to plot. */
const NOT_PLOTTED = ['echoSender', 'echoSequence']

/** A value over time: seconds of the bus, oldest first; times at which it was not known are left out. */
export type Course = readonly (readonly [time_s: number, value: number])[]

/** The courses of all values that a bus tells, by names such as `FL.window position_pct`: a sample each time they are looked at. */
export class History {
  private readonly times_s = new Float64Array(SAMPLES)
  private readonly courses = new Map<string, Float64Array>()
  private taken = 0
  private last_s = -Infinity

  sample({ model, foreign }: Watched): void {
    const time_s = model.now_ns / 1e9
    if (time_s === this.last_s) return
    // Another car, or another log.
    if (time_s < this.last_s) {
      this.courses.clear()
      this.taken = 0
    }
    this.last_s = time_s
    const at = this.taken++ % SAMPLES
    this.times_s[at] = time_s
    for (const course of this.courses.values()) course[at] = NaN
    this.put(at, 'bus load_pct', 100 * model.load.load)
    this.put(at, 'bus frames_per_s', model.load.frames_per_s)
    for (const signal of model.signals.values()) {
      for (const [field, value] of Object.entries(signal.values)) {
        if (!NOT_PLOTTED.includes(field)) this.put(at, `${componentName(signal)} ${field}`, value)
      }
    }
    for (const { name, signals } of foreign?.messages.values() ?? []) {
      for (const [signal, { value }] of signals) this.put(at, `${name}.${signal}`, Number(value))
    }
  }

  /** Names in which all words are, in any case. */
  named(words: string): string[] {
    return [...this.courses.keys()].filter(name => hasWords(name, words)).sort()
  }

  /** Up to `until_s`. */
  course(name: string, until_s = Infinity): Course {
    const course = this.courses.get(name)
    if (course === undefined) return []
    const first = Math.max(0, this.taken - SAMPLES)
    return Array.from({ length: this.taken - first }, (_, i) => (first + i) % SAMPLES)
      .map((at): [number, number] => [this.times_s[at]!, course[at]!])
      .filter(([time_s, value]) => time_s <= until_s && Number.isFinite(value))
  }

  private put(at: number, name: string, value: number): void {
    let course = this.courses.get(name)
    if (course === undefined) {
      if (this.courses.size >= MOST_COURSES) return
      course = new Float64Array(SAMPLES).fill(NaN)
      this.courses.set(name, course)
    }
    course[at] = value
  }
}

/** All `words` are somewhere in a text, in any case. */
export function hasWords(text: string, words: string): boolean {
  const low = text.toLowerCase()
  return words.toLowerCase().split(' ').every(word => low.includes(word))
}
