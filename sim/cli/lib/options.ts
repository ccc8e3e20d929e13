import { type Command, InvalidArgumentError, Option } from 'commander'
import { imageVersion } from '#protocol/index.ts'
import { Failure, describe, usage } from './failure.ts'
import { parseDuration_ms } from './duration.ts'

/** Parsers of option values for commander: wrong ones are usage errors that name the option. */

export function duration(text: string): number {
  return parsed(() => parseDuration_ms(text))
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('It must be a number that is not negative.')
  return value
}

/** A number from 0 to `max`. */
export function upTo(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= 0 && value <= max)) throw new InvalidArgumentError(`It must be a number from 0 to ${max}.`)
    return value
  }
}

/** Version of an image as its number. */
export function version(text: string): number {
  const [, major, minor, patch] = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/.exec(text) ?? []
  if (major === undefined) throw new InvalidArgumentError('It must be three numbers without leading zeros, such as 1.2.3.')
  try {
    return imageVersion(Number(major), Number(minor), Number(patch))
  } catch (error) {
    throw new InvalidArgumentError(`${describe(error)}.`)
  }
}

/** Virtual time per real time, or as fast as this machine can. */
function speedFactor(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const value = Number(text.replace(/[x×]$/, ''))
  if (text.trim() === '' || !(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a factor above 0, such as 1, 0.5 or 10, or max.')
  return value
}

/** Bit rates the bus is built for, bit/s; `500k` and `1M` are understood. */
function bitrate(text: string): number {
  return bitsPerSecond(text, 1_000_000, 'It must be 125k to 1M bit/s, like 500k or 250000.')
}

/** Bit rates of FD data, bit/s; `2M` is understood. The bus says whether it fits its own. */
export function dataBitrate(text: string): number {
  return bitsPerSecond(text, 8_000_000, 'It must be 125k to 8M bit/s, like 2M or 5000000.')
}

function bitsPerSecond(text: string, most: number, problem: string): number {
  const match = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text.trim())
  const value = match === null ? NaN : Number(match[1]) * (match[2] === 'k' ? 1e3 : match[2] === 'M' ? 1e6 : 1)
  if (!(value >= 125_000 && value <= most)) throw new InvalidArgumentError(problem)
  return value
}

/** For options that may be given several times. */
export function collect<T>(parse: (text: string) => T): (text: string, previous: readonly T[] | undefined) => T[] {
  return (text, previous) => [...(previous ?? []), parse(text)]
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Failure) throw new InvalidArgumentError(`${describe(error)}.`)
    throw error
  }
}

interface SharedOption {
  readonly flags: string
  /** What the help says of it, unless the command says something better. */
  readonly about: string
  readonly parse?: (text: string) => unknown
}

/** Where nothing that moves real things gets without `--actuate`. */
export const REAL_BUSES = 'slcan:, gvret:, gsusb:, socketcand:, cannelloni:, socketcan: but vcan'

/** Options that several commands have: one spelling and one parser each. */
const SHARED = {
  json: { flags: '--json', about: 'the result for programs' },
  for: { flags: '--for <duration>', about: 'end after so long', parse: duration },
  interval: { flags: '--interval <duration>', about: 'between two pictures or lines', parse: duration },
  speed: { flags: '--speed <factor>', about: 'of real time, or max', parse: speedFactor },
  seed: { flags: '--seed <n>', about: 'of all dice', parse: wholeNumber(0, 0xffff_ffff) },
  bitrate: { flags: '--bitrate <bit/s>', about: 'of the bus', parse: bitrate },
  keys: { flags: '--keys <file>', about: 'the car\'s keys, or the tool\'s alone: for a car that has some' },
  actuate: { flags: '--actuate', about: `let commands onto real buses (${REAL_BUSES}): real glass moves` },
} as const satisfies Readonly<Record<string, SharedOption>>

/** One of the options that several commands have; `preset` is its value when it is not given. */
export function shared(name: keyof typeof SHARED, about: string = SHARED[name].about, preset?: number | string): Option {
  const spec: SharedOption = SHARED[name]
  const option = new Option(spec.flags, about)
  if (spec.parse !== undefined) option.argParser(spec.parse)
  return preset === undefined ? option : option.default(preset)
}

/** One way of using a command: whether it is taken, options (named as when parsed) that do nothing in it, and the end of what is said. */
type Way = readonly [taken: boolean, idle: readonly string[], why: string]

/** Refuses options that were typed and would do nothing in a way that is taken. @throws Failure */
export function refuseIdle(command: Command, ways: readonly Way[]): void {
  for (const [taken, idle, why] of ways) {
    const typed = command.options.filter(option =>
      taken && idle.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli')
    if (typed.length > 0) throw usage(`${typed.map(({ long }) => long).join(' and ')} ${typed.length === 1 ? 'does' : 'do'} nothing ${why}`)
  }
}

/** All options of a command but these. */
export function allBut(command: Command, ...kept: readonly string[]): string[] {
  return command.options.map(option => option.attributeName()).filter(name => !kept.includes(name))
}

/** Refuses more than one of what are different `kinds` of the same; `names` as in the parsed options. @throws Failure */
export function refuseSeveral(command: Command, names: readonly string[], kinds: string): void {
  if (names.filter(name => command.getOptionValue(name) !== undefined).length <= 1) return
  const words = names.map(name => command.options.find(option => option.attributeName() === name)!.long!)
  throw usage(`${words.slice(0, -1).join(', ')} and ${words.at(-1)} are different ${kinds}: give one of them`)
}
