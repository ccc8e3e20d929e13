import { type CarOptions, CARS, type PowerFaults, type TopologyData } from '#sim/car/index.ts'
import { pageLine } from '#sim/cli/lib/page-link.ts'
import { type Drive, readDrive, Session } from '#sim/live/index.ts'
import type { Deeds } from './deeds.ts'
import { recordFrames } from './trace-file.ts'

/** How a journey is begun. */
type Options = Omit<CarOptions, 'seed' | 'topology'> & { readonly unpowered?: boolean, readonly power?: PowerFaults }

/** Options that a link does not carry. */
const LEFT_OUT = [
  'without', 'unpowered', 'bitrate', 'dataBitrate', 'learned', 'image', 'can', 'cpu', 'sensors',
] as const satisfies readonly (keyof Options)[]

/** What became of a journey. */
interface Driven {
  readonly options: Options
  readonly topology: TopologyData
  readonly seed: number
  readonly deeds: Deeds
  /** Up to here, ms of bus time. */
  readonly now_ms: number
  /** Lines of the bus, the newest ones. */
  readonly log: readonly string[]
}

/**
 * A line with the link that shows a journey in the page: same car, same seed, same faults, same presses. The link is tried first: where
 * it does not give the same frames, because the journey did what a link cannot carry, the line says so.
 */
export function pageLineOf(driven: Driven): string {
  const { options, topology, seed, deeds, now_ms, log } = driven
  const beyond = [...LEFT_OUT.filter(name => options[name] !== undefined).map(name => `the option ${name}`), ...deeds.beyond]
  if (beyond.length > 0) return `no link to the page: it does not carry ${beyond[0]}${beyond.length > 1 ? ` and ${beyond.length - 1} more` : ''}`
  const { faults, power } = options
  const car = Object.keys(CARS).find(name => CARS[name] === topology) ?? topology
  const drive: Drive = {
    ...car !== 'sedan' && { car }, seed, for_ms: now_ms, events: deeds.events,
    faults: { ...faults, ...power, copper: [...power?.copper ?? [], ...deeds.copper] },
  }
  const differs = differenceOf(drive, log)
  return differs === undefined ? pageLine(drive) : `no link to the page: ${differs}`
}

/** The first frame in which what a link shows differs from what was logged. */
function differenceOf(drive: Drive, log: readonly string[]): string | undefined {
  try {
    const session = new Session(readDrive(drive), { now_ms: () => 0, after: () => () => undefined }, () => undefined)
    const shown = recordFrames({ onFrame: handler => session.car.tapFrames(({ frame, end_ns }) => handler(frame, end_ns)) })
    session.car.boot()
    session.finish()
    const first = log.findIndex((line, i) => line !== shown[i])
    return first < 0 ? undefined : `the journey reached for what a link cannot carry, before ${log[first]!.split(' ')[0]!} s`
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error)
  }
}
