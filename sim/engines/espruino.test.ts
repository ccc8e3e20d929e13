import { HUB_TYPE_AT, type HubName, imageVersion } from '#protocol/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule } from '../build/index.ts'
import { type Car, createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import { type FirmwareImage, REGISTERS } from '../host/index.ts'
import { asEspruinoOffers, drive, ESPRUINO_VARIABLE, EspruinoBoard, EspruinoInterpreter, hasEspruino, sourceImage } from './index.ts'

const LIMIT_ms = 600_000
const HUBS = Object.keys(HUB_TYPE_AT) as HubName[]
const topology = readTopology(SEDAN)
const power = sedanPower(topology, topology.copper)!

const UNTIL_MORNING: Parameters<typeof drive>[1] = [
  { name: 'boot', do: car => car.boot(), for_ms: 1500 },
  { name: 'ignition', do: car => car.setIgnition('on'), for_ms: 500 },
  ...(['DASH.windowFL.down', 'DASH.mirrorFL.left', 'DASH.doors.lock', 'TRUNK.latch.release', 'DASH.hood.release', 'DASH.stereo.source'] as const)
    .flatMap(name => [
      { name, do: (car: Car) => car.press(name), for_ms: 250 },
      { name: `${name} released`, do: (car: Car) => car.release(name), for_ms: 250 },
    ]),
  // They fall asleep.
  { name: 'key off', do: car => car.setIgnition('off'), for_ms: 60_000 },
]
const STEPS: typeof UNTIL_MORNING = [
  ...UNTIL_MORNING,
  // A switch wakes them.
  { name: 'lock', do: car => car.press('DASH.doors.lock'), for_ms: 250 },
  { name: 'lock released', do: car => car.release('DASH.doors.lock'), for_ms: 2000 },
]

const MORNING_ns = UNTIL_MORNING.reduce((sum_ms, { for_ms }) => sum_ms + for_ms, 0) * 1e6

/** All up to the morning, and identifiers of what is sent from then on: who was awake all the while needs no time to wake. */
function byMorning(frames: readonly string[]): { before: string[], after: string[] } {
  const late = frames.filter(line => Number.parseInt(line) >= MORNING_ns)
  return { before: frames.slice(0, frames.length - late.length), after: [...new Set(late.map(line => line.split(' ')[1]!))].sort() }
}

/** Drives a sedan with these images; every frame of each hub, with its times. */
function driven(images: ReadonlyMap<HubName, FirmwareImage>, steps = STEPS): Map<string, string[]> {
  const frames = new Map<string, string[]>(HUBS.map(name => [name, []]))
  const car = createCar({ seed: 3, can: REGISTERS, image: ({ location }) => images.get(location) })
  const exceptions: string[] = []
  car.trace.subscribe((event) => { if (event.kind === 'exception') exceptions.push(`${event.source}: ${event.text}`) })
  car.bus.tap(({ frame, start_ns, sender }) => {
    frames.get(sender)!.push(`${start_ns} ${frame.id.toString(16)} ${frame.data.subarray(0, frame.length).join(' ')}`)
  })
  drive(car, steps)
  expect(exceptions).toEqual([])
  return frames
}

/** What is written to a board for each hub. */
async function writtenTo(hubs: readonly HubName[]): Promise<Map<HubName, string>> {
  const part = await bundleModule('firmware/boards/espruino/main.ts')
  const texts = new Map<HubName, string>()
  for (const name of hubs) {
    const { text } = await buildHub(HUB_TYPE_AT[name], 'espruino', imageVersion(1, 0, 0), power)
    texts.set(name, `${part}\n${text}`)
  }
  return texts
}

const sources = new Map(HUBS.map((name): [HubName, FirmwareImage] => {
  const image = sourceImage(HUB_TYPE_AT[name], power)
  return [name, hal => image(asEspruinoOffers(hal))]
}))

if (!hasEspruino()) console.warn(`no artefact runs in the real interpreter here: ${ESPRUINO_VARIABLE} names its build for Linux`)

describe('the artefacts, with an MCP2515 by its registers', () => {
  let texts: Map<HubName, string>
  let expected: Map<string, string[]>
  beforeAll(async () => {
    texts = await writtenTo(HUBS)
    expected = driven(sources)
  }, LIMIT_ms)

  const onBoards = (sleepsDeeply: boolean): Map<string, string[]> =>
    driven(new Map([...texts].map(([name, text]) => [name, new EspruinoBoard(text, sleepsDeeply).image])))

  describe('on emulated Espruino boards', () => {
    let frames: Map<string, string[]>
    beforeAll(() => { frames = onBoards(true) }, LIMIT_ms)

    it.each(HUBS)('%s sends the same frames at the same times as its sources do', (name) => {
      expect(expected.get(name)!.length).toBeGreaterThan(10)
      expect(frames.get(name)).toEqual(expected.get(name))
    })
  })

  describe('on emulated boards whose build cannot sleep deeply, as those for the ESP32 and the RP2040', () => {
    let frames: Map<string, string[]>
    beforeAll(() => { frames = onBoards(false) }, LIMIT_ms)

    it.each(HUBS)('%s sends the same, is silent while the car sleeps, is not reset, and wakes', (name) => {
      const wanted = byMorning(expected.get(name)!)
      expect(wanted.after.length).toBeGreaterThan(2)
      expect(byMorning(frames.get(name)!)).toEqual(wanted)
    })
  })

  describe.skipIf(!hasEspruino())('in the real interpreter', () => {
    const interpreters: EspruinoInterpreter[] = []
    let board = ''
    let frames: Map<string, string[]>
    const imageOf = (name: HubName): FirmwareImage => {
      const interpreter = new EspruinoInterpreter(board, texts.get(name)!)
      interpreters.push(interpreter)
      return interpreter.image
    }
    beforeAll(async () => {
      board = await bundleModule('sim/engines/espruino/interpreter-board.ts')
      frames = driven(new Map(HUBS.map(name => [name, imageOf(name)])))
    }, LIMIT_ms)
    afterAll(() => { for (const interpreter of interpreters) interpreter.end() })

    it.each(HUBS)('%s sends the same frames at the same times as its sources do until morning, and wakes', (name) => {
      expect(byMorning(frames.get(name)!)).toEqual(byMorning(expected.get(name)!))
    })

    it('a door that loses its supply boots again, in a new process, and goes on as its sources do', () => {
      const withLoss: Parameters<typeof drive>[1] = [
        { name: 'boot', do: car => car.boot(), for_ms: 1500 },
        { name: 'dark', do: car => car.powerHub('FL', false), for_ms: 300 },
        { name: 'light again', do: car => car.powerHub('FL', true), for_ms: 1500 },
      ]
      const own = driven(new Map([['FL', imageOf('FL')]]), withLoss)
      expect(own.get('FL')).toEqual(driven(new Map([['FL', sources.get('FL')!]]), withLoss).get('FL'))
    }, LIMIT_ms)
  })
})
