import { imageVersion } from '#protocol/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHub, bundleModule } from '../build/index.ts'
import { createCar, readTopology, SEDAN, sedanPower } from '../car/index.ts'
import { REGISTERS } from '../host/index.ts'
import { type DeedLog, EspruinoBoard, EspruinoInterpreter, hasEspruino, recorded } from './index.ts'

const LIMIT_ms = 600_000
const WINDOW = 0
/** Since the boot of the hub, in the midst of a press. */
const THROWN_ms = 3000
const MESSAGE = 'a fault of its own'

describe('a door under Espruino one of whose callbacks throws while its window moves', () => {
  let text: string
  let board = ''
  const ended: (() => void)[] = []

  beforeAll(async () => {
    const topology = readTopology(SEDAN)
    const { text: artefact } = await buildHub('door', 'espruino', imageVersion(1, 0, 0), sedanPower(topology, topology.copper))
    const thrower = `setTimeout(function(){throw new Error(${JSON.stringify(MESSAGE)})},${THROWN_ms})`
    text = `${await bundleModule('firmware/boards/espruino/main.ts')}\n${artefact}\n${thrower}`
    if (hasEspruino()) board = await bundleModule('sim/engines/espruino/interpreter-board.ts')
  }, LIMIT_ms)
  afterAll(() => { for (const end of ended) end() })

  const engines = {
    'on an emulated board': () => new EspruinoBoard(text, true),
    'in the real interpreter': () => {
      const interpreter = new EspruinoInterpreter(board, text)
      ended.push(() => interpreter.end())
      return interpreter
    },
  } as const

  const runnable = (Object.keys(engines) as (keyof typeof engines)[]).filter(name => name !== 'in the real interpreter' || hasEspruino())

  it.each(runnable)('%s: the motor is off at once, it says what it was, and is a hub again', (name) => {
    const log: DeedLog = []
    const { image, printed } = engines[name]()
    const car = createCar({ seed: 3, can: REGISTERS, image: ({ location }) => location === 'FL' ? recorded(image, log) : undefined })
    const reset_ms: number[] = []
    const sent_ms: number[] = []
    car.trace.subscribe((event) => { if (event.kind === 'reset' && event.source === 'FL' && event.cause === 'requested') reset_ms.push(car.now_ns / 1e6) })
    car.bus.tap(({ sender, start_ns }) => { if (sender === 'FL') sent_ms.push(start_ns / 1e6) })
    const current_A = (): number => Number(car.snapshot().components['FL.window']!.current_A)
    car.boot()
    car.run(1500)
    car.setIgnition('on')
    car.run(THROWN_ms - 2000)
    car.press('DASH.windowFL.down')
    car.run(450)
    expect(current_A(), 'it moves').toBeGreaterThan(1)
    log.length = 0
    car.run(150)
    expect([printed.length, printed[0], reset_ms]).toEqual([1, expect.stringContaining(MESSAGE), []])
    const off = log.findLastIndex(line => line.endsWith(`power ${WINDOW} 0`))
    expect(Number(log[off]!.split(' ')[0]), 'the feed is off when it throws').toBeCloseTo(THROWN_ms, 0)
    expect(log.slice(off + 1).filter(line => /(drive|driveWatched) .* -?(1|0\.\d+)$|power .* 1$|send/.test(line)), 'and nothing is done any more').toEqual([])
    expect(current_A()).toBe(0)
    car.run(1500)
    expect(reset_ms.length).toBe(1)
    expect(sent_ms.filter(at_ms => at_ms > reset_ms[0]!).length, 'it sends again').toBeGreaterThan(5)
  })
})
