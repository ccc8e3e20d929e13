import { HUB_TYPE_AT, type HubName, imageVersion } from '#protocol/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule } from '../build/index.ts'
import { createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import type { FirmwareImage } from '../host/index.ts'
import { type DeedLog, drive, hasXs, recorded, sourceImage, XS_COMMAND, XsHub } from './index.ts'

const LIMIT_ms = 120_000
const HUBS = Object.keys(HUB_TYPE_AT) as HubName[]
const topology = readTopology(SEDAN)
const power = sedanPower(topology, topology.copper)!

if (!hasXs()) console.warn(`the artefacts do not run in XS here: \`${XS_COMMAND}\` brings the engine (needs a C compiler)`)

/** Drives a sedan with these images; what each hub did to its board. */
function driven(images: Readonly<Record<HubName, FirmwareImage>>): Map<HubName, DeedLog> {
  const logs = new Map(HUBS.map(name => [name, [] as DeedLog]))
  const car = createCar({ seed: 3, image: ({ location }) => recorded(images[location], logs.get(location)!) })
  const exceptions: string[] = []
  car.trace.subscribe((event) => { if (event.kind === 'exception') exceptions.push(`${event.source}: ${event.text}`) })
  drive(car)
  expect(exceptions).toEqual([])
  return logs
}

describe.skipIf(!hasXs())('the artefacts in XS, all hubs of one car', () => {
  const engines: XsHub[] = []
  let sources: Map<HubName, DeedLog>
  let artefacts: Map<HubName, DeedLog>

  beforeAll(async () => {
    const board = await bundleModule('sim/engines/xs/board.ts')
    const images = new Map<HubName, FirmwareImage>()
    for (const name of HUBS) {
      const { text } = await buildHub(HUB_TYPE_AT[name], 'xs', imageVersion(1, 0, 0), power)
      const engine = new XsHub(board, text)
      engines.push(engine)
      images.set(name, engine.image)
    }
    sources = driven(Object.fromEntries(HUBS.map(name => [name, sourceImage(HUB_TYPE_AT[name], power)])) as Record<HubName, FirmwareImage>)
    artefacts = driven(Object.fromEntries(images) as Record<HubName, FirmwareImage>)
  }, LIMIT_ms)
  afterAll(() => { for (const engine of engines) engine.end() })

  it.each(HUBS)('%s sends the same frames, writes the same records and sets the same outputs as its sources do', (name) => {
    expect(sources.get(name)!.length).toBeGreaterThan(50)
    expect(artefacts.get(name)).toEqual(sources.get(name))
  })

  it('a hub that loses its supply boots again and goes on as its sources do', async () => {
    const logs = [sourceImage('door', power), engines[0]!.image].map((image) => {
      const log: DeedLog = []
      const car = createCar({ seed: 4, image: ({ location }) => location === 'FL' ? recorded(image, log) : undefined })
      car.boot()
      car.run(2000)
      car.powerHub('FL', false)
      car.run(500)
      car.powerHub('FL', true)
      car.run(3000)
      return log
    })
    expect(logs[0]!.length).toBeGreaterThan(20)
    expect(logs[1]).toEqual(logs[0])
  }, LIMIT_ms)
})
