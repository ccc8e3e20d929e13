import { HUB_TYPE_AT, type HubName, imageVersion } from '#protocol/index.ts'
import { FrameDecoder } from '#protocol/messages/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule, moddableProject, moddableScripts } from '../build/index.ts'
import { type Car, createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import { type FirmwareImage, REGISTERS } from '../host/index.ts'
import { asModdableOffers, type DeedLog, drive, hasXs, ModdableBoard, moddableWiring, recorded, sourceImage, XS_COMMAND } from './index.ts'

const LIMIT_ms = 180_000
/** One of each type, and a window that closes by itself. */
const HUBS = ['FL', 'DASH', 'TRUNK', 'HOOD', 'STEREO'] as const satisfies readonly HubName[]
/** Sockets with means: the window's. */
const SAMPLED: Readonly<Partial<Record<HubName, readonly number[]>>> = { FL: [0] }
const KEYS = 255
/** Ten bits. */
const STUFFED_ns = 20_000

/** The same lines but for their times, with which they begin: these are no further apart than `most`, in their unit. */
function expectAlike(lines: readonly string[], wanted: readonly string[], most: number): void {
  const said = (line: string): string => line.replace(/^[\d.]+ /, '')
  expect(lines.map(said)).toEqual(wanted.map(said))
  lines.forEach((line, at) => expect(Math.abs(parseFloat(line) - parseFloat(wanted[at]!))).toBeLessThanOrEqual(most))
}

/** What follows of means over a tick, by three steps of a converter of ten bits: a bridge's duty, and the eFuse's limit, A. */
const REGULATED: Readonly<Record<string, number>> = { drive: 3 / 1023, limit: 96 / 1023 }
/** Longer than outputs come sooner or later, and shorter than a tick. */
const AFTER_ms = 1

/** Lines of what is regulated, in the order of time by what it is; and the others. */
function parted(lines: readonly string[]): { courses: Map<string, (readonly [at_ms: number, value: string])[]>, others: string[] } {
  const courses = new Map<string, (readonly [number, string])[]>()
  const others: string[] = []
  for (const line of lines) {
    const words = line.split(' ')
    const what = words.slice(1, -1).join(' ')
    if (REGULATED[words[1]!] === undefined) others.push(line)
    else courses.set(what, [...courses.get(what) ?? [], [Number(words[0]), words.at(-1)!]])
  }
  return { courses, others }
}

/** What is regulated has the same values at all times, but for steps of a converter; all else is the same. */
function expectSameOutputs(lines: readonly string[], wanted: readonly string[]): void {
  const [said, meant] = [parted(lines), parted(wanted)]
  expectAlike(said.others, meant.others, STUFFED_ns / 1e6)
  expect([...said.courses.keys()].sort()).toEqual([...meant.courses.keys()].sort())
  for (const [what, one] of said.courses) {
    const other = meant.courses.get(what)!
    for (const [at_ms] of [...one, ...other]) {
      const [here, there] = [one, other].map(course => course.findLast(([begin_ms]) => begin_ms <= at_ms + AFTER_ms)?.[1])
      // `brake` is no number.
      const apart = here === there ? 0 : Math.abs(Number(here) - Number(there))
      if (!(apart <= REGULATED[what.split(' ')[0]!]!)) expect.fail(`${what} at ${at_ms} ms: ${String(here)}, of the sources ${String(there)}`)
    }
  }
}

const topology = readTopology(SEDAN)
const power = sedanPower(topology, topology.copper)!

const STEPS: Parameters<typeof drive>[1] = [
  { name: 'boot', do: car => car.boot(), for_ms: 1500 },
  { name: 'ignition', do: car => car.setIgnition('on'), for_ms: 500 },
  ...(['DASH.windowFL.down', 'DASH.windowFL.up', 'DASH.mirrorFL.left', 'DASH.doors.lock', 'TRUNK.latch.release', 'DASH.hood.release', 'DASH.stereo.source'] as const)
    .flatMap(name => [
      { name, do: (car: Car) => car.press(name), for_ms: name === 'DASH.windowFL.down' ? 600 : 250 },
      { name: `${name} released`, do: (car: Car) => car.release(name), for_ms: 250 },
    ]),
]

if (!hasXs()) console.warn(`the board part for Moddable does not run in XS here: \`${XS_COMMAND}\` brings the engine (needs a C compiler)`)

interface Driven {
  /** Without the supply that they tell, which follows in `volts`. */
  readonly frames: ReadonlyMap<string, readonly string[]>
  readonly volts: ReadonlyMap<string, readonly number[]>
  /** What each hub's sockets were set to, when it changed. */
  readonly outputs: ReadonlyMap<string, readonly string[]>
}

/** A log without what changed nothing, and without what was changed again at the same time. */
function settled(log: DeedLog): string[] {
  const now = new Map<string, string>()
  const lines: string[] = []
  let time = ''
  let touched = new Map<string, string>()
  const close = (): void => {
    for (const [what, value] of touched) {
      // Everything is off at first.
      if ((now.get(what) ?? '0') === value) continue
      now.set(what, value)
      lines.push(`${time} ${what} ${value}`)
    }
    touched = new Map()
  }
  for (const line of log) {
    const [at, deed, port, channel, ...rest] = line.split(' ') as [string, string, string, string, ...string[]]
    if (at !== time) close()
    time = at
    // A brake is a state of its channel, as a duty is.
    if (deed === 'drive' || deed === 'driveWatched' || deed === 'brake') touched.set(`drive ${port} ${channel}`, deed === 'brake' ? 'brake' : String(Number(rest[0])))
    else if (deed === 'power' || deed === 'limit') touched.set(`${deed} ${port}`, channel)
  }
  close()
  return lines
}

function driven(images: ReadonlyMap<HubName, FirmwareImage>): Driven {
  const names = Object.keys(HUB_TYPE_AT) as HubName[]
  const frames = new Map<string, string[]>(names.map(name => [name, []]))
  const volts = new Map<string, number[]>(names.map(name => [name, []]))
  const logs = new Map<HubName, DeedLog>(HUBS.map(name => [name, []]))
  const decoder = new FrameDecoder()
  const car = createCar({
    seed: 3, can: REGISTERS, image: ({ location }) => {
      const image = images.get(location)
      const log = logs.get(location)
      return image === undefined || log === undefined ? image : recorded(image, log)
    },
  })
  const exceptions: string[] = []
  car.trace.subscribe((event) => { if (event.kind === 'exception') exceptions.push(`${event.source}: ${event.text}`) })
  car.bus.tap(({ frame, start_ns, sender }) => {
    const head = `${start_ns} ${frame.id.toString(16)} ${frame.length}`
    const values = Object.entries(decoder.decode(frame)?.values ?? {})
    const told = values.filter(([name]) => name.endsWith('_V'))
    volts.get(sender)!.push(...told.map(([, value]) => Number(value)))
    const rest = told.length === 0 ? frame.data.subarray(0, frame.length).join(' ') : JSON.stringify(values.filter(([name]) => !name.endsWith('_V')))
    frames.get(sender)!.push(`${head} ${rest}`)
  })
  drive(car, STEPS)
  expect(exceptions).toEqual([])
  return { frames, volts, outputs: new Map([...logs].map(([name, log]) => [name, settled(log)])) }
}

describe.skipIf(!hasXs())('the program for an ESP32, in XS on emulated ECMA-419 classes, with an MCP2515 by its registers', () => {
  const boards = new Map<HubName, ModdableBoard>()
  const records = new Map<HubName, (key: number) => Uint8Array | undefined>()
  let sources: Driven
  let programs: Driven

  beforeAll(async () => {
    const machine = await bundleModule('sim/engines/xs/moddable.ts')
    const fromSources = new Map<HubName, FirmwareImage>()
    for (const name of HUBS) {
      const sampled = SAMPLED[name] ?? []
      const { ports } = topology.hubs.find(hub => hub.location === name)!
      const { pins, wires } = moddableWiring(ports.length, sampled)
      const { text, version } = await buildHub(HUB_TYPE_AT[name], 'xs', imageVersion(1, 0, 0), power)
      const project = await moddableProject(HUB_TYPE_AT[name], version, text, pins)
      boards.set(name, new ModdableBoard(machine, await moddableScripts(project), wires))
      const image = sourceImage(HUB_TYPE_AT[name], power)
      fromSources.set(name, (hal) => {
        records.set(name, key => hal.nvm.read(key))
        return image(asModdableOffers(hal, sampled))
      })
    }
    sources = driven(fromSources)
    programs = driven(new Map([...boards].map(([name, board]) => [name, board.image])))
  }, LIMIT_ms)
  afterAll(() => { for (const board of boards.values()) board.end() })

  it.each(HUBS)('%s sends the same frames at the same times as its sources do', (name) => {
    expect(sources.frames.get(name)!.length).toBeGreaterThan(10)
    // A motor that starts a hair later lifts one reading of eight over a step of the converter, and what rounding owes with it; a
    // frame that tells another step has other stuff bits, and what waits for it starts sooner or later by these.
    expectAlike(programs.frames.get(name)!, sources.frames.get(name)!, STUFFED_ns)
    programs.volts.get(name)!.forEach((volts, at) => expect(Math.abs(volts - sources.volts.get(name)![at]!)).toBeLessThan(0.11))
  })

  it.each(HUBS)('%s sets the same outputs to the same values', (name) => {
    // What is done on a frame comes when that ends, sooner or later by its stuff bits; a motor that starts a hair later has other means.
    expectSameOutputs(programs.outputs.get(name)!, sources.outputs.get(name)!)
  })

  it.each(HUBS)('%s keeps the same records in its flash', (name) => {
    for (let key = 0; key < KEYS; key++) expect([key, boards.get(name)!.record(key)]).toEqual([key, records.get(name)!(key)])
  })

  it('a window opened and closed', () => {
    expect(programs.outputs.get('FL')!.filter(line => line.includes('drive 0 0')).length).toBeGreaterThan(20)
  })
})
