import { describe, expect, it } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { messageId } from '#protocol/index.ts'
import { attachNode, type BusPort, type Car, createCar } from '#sim/car/index.ts'
import { createLinkFrame, lifetime_ms, type LinkFrame } from '#sim/gateway/index.ts'
import { FreshPort } from './fresh-port.ts'

const ROW = MESSAGES.find(row => row.name === 'WindowCommand')!
const MS_ns = 1_000_000

function frame(id: number, n: number): LinkFrame {
  const made = Object.assign(createLinkFrame(), { id, length: 8 })
  made.data[7] = n
  return made
}

/** A car whose hubs are all off: on its bus there is the link, and whoever is put there to acknowledge. */
function bench(): { car: Car, port: FreshPort, node: BusPort, heard: number[], told: number[] } {
  const car = createCar({})
  const node = attachNode(car, { name: 'link' })
  node.setOnline(true)
  const told: number[] = []
  const heard: number[] = []
  car.bus.tap(({ frame: seen }) => { heard.push(seen.data[7]!) })
  return { car, node, port: new FreshPort(node, car.kernel, expired => told.push(expired)), heard, told }
}

describe('what a link sends onto the bus of a car', () => {
  const command = messageId(ROW.priority, ROW.page, ROW.kind, 1, 0xf9)
  const life_ms = lifetime_ms(frame(command, 0))

  it('does not burst out after a bus that carried nothing', () => {
    const { car, port, heard, told } = bench()
    for (let n = 1; n <= 20; n++) expect(port.send(frame(command, n))).toBe(true)
    expect(port.send(frame(0x18ff_8181, 100))).toBe(true)
    // Nobody acknowledges: the first is on the wire again and again.
    car.kernel.runUntil((life_ms + 50) * MS_ns)
    expect(heard).toEqual([])
    expect(port.expired).toBe(20)
    expect(told.length).toBeGreaterThan(0)
    car.bus.attach('hearer', { profile: 'adapter' })
    car.kernel.runUntil((life_ms + 100) * MS_ns)
    expect(heard).toEqual([100])
    port.send(frame(command, 21))
    car.kernel.runUntil((life_ms + 200) * MS_ns)
    expect(heard).toEqual([100, 21])
  })

  it('takes nothing back that was sent in time', () => {
    const { car, port, heard } = bench()
    car.bus.attach('hearer', { profile: 'adapter' })
    for (let n = 1; n <= 5; n++) port.send(frame(command, n))
    car.kernel.runUntil(2 * life_ms * MS_ns)
    expect(heard).toEqual([1, 2, 3, 4, 5])
    expect(port.expired).toBe(0)
  })

  it('is forgotten when the link goes off the bus', () => {
    const { car, port, node, heard } = bench()
    port.send(frame(command, 1))
    port.clear()
    node.setOnline(false)
    car.kernel.runUntil(2 * life_ms * MS_ns)
    expect([heard, port.expired]).toEqual([[], 0])
  })
})
