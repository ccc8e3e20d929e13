import { HUB_TYPE_AT, type HubName, imageVersion } from '#protocol/index.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule } from '../build/index.ts'
import { type Car, createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import { type FirmwareImage, REGISTERS } from '../host/index.ts'
import { asEspruinoOffers, drive, EspruinoBoard, sourceImage } from './index.ts'

const LIMIT_ms = 120_000
const HUBS = Object.keys(HUB_TYPE_AT) as HubName[]
const topology = readTopology(SEDAN)
const power = sedanPower(topology, topology.copper)!

const STEPS: Parameters<typeof drive>[1] = [
  { name: 'boot', do: car => car.boot(), for_ms: 1500 },
  { name: 'ignition', do: car => car.setIgnition('on'), for_ms: 500 },
  ...(['DASH.windowFL.down', 'DASH.mirrorFL.left', 'DASH.doors.lock', 'TRUNK.latch.release', 'DASH.hood.release', 'DASH.stereo.source'] as const)
    .flatMap(name => [
      { name, do: (car: Car) => car.press(name), for_ms: 250 },
      { name: `${name} released`, do: (car: Car) => car.release(name), for_ms: 250 },
    ]),
]

/** Drives a sedan with these images; every frame of each hub, with its times. */
function driven(images: ReadonlyMap<HubName, FirmwareImage>): Map<string, string[]> {
  const frames = new Map<string, string[]>(HUBS.map(name => [name, []]))
  const car = createCar({ seed: 3, can: REGISTERS, image: ({ location }) => images.get(location) })
  const exceptions: string[] = []
  car.trace.subscribe((event) => { if (event.kind === 'exception') exceptions.push(`${event.source}: ${event.text}`) })
  car.bus.tap(({ frame, start_ns, sender }) => {
    frames.get(sender)!.push(`${start_ns} ${frame.id.toString(16)} ${frame.data.subarray(0, frame.length).join(' ')}`)
  })
  drive(car, STEPS)
  expect(exceptions).toEqual([])
  return frames
}

describe('the artefacts on emulated Espruino boards, with an MCP2515 by its registers', () => {
  let sources: Map<string, string[]>
  let boards: Map<string, string[]>

  beforeAll(async () => {
    const part = await bundleModule('firmware/boards/espruino/main.ts')
    const scripts = new Map<HubName, FirmwareImage>()
    const fromSources = new Map<HubName, FirmwareImage>()
    for (const name of HUBS) {
      const { text } = await buildHub(HUB_TYPE_AT[name], 'espruino', imageVersion(1, 0, 0), power)
      scripts.set(name, new EspruinoBoard(`${part}\n${text}`).image)
      const image = sourceImage(HUB_TYPE_AT[name], power)
      fromSources.set(name, hal => image(asEspruinoOffers(hal)))
    }
    sources = driven(fromSources)
    boards = driven(scripts)
  }, LIMIT_ms)

  it.each(HUBS)('%s sends the same frames at the same times as its sources do', (name) => {
    expect(sources.get(name)!.length).toBeGreaterThan(10)
    expect(boards.get(name)).toEqual(sources.get(name))
  })
})
