import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect } from 'vitest'

import { type GivenOf, type Target } from '#protocol/catalogue/index.ts'
import { type CanFrame, DID, hubAddress, type HubName, IGNITION, LOCATION, SERVICE } from '#protocol/index.ts'
import { decodeFrame, entryNamed, MessageSender, parseTarget } from '#protocol/messages/index.ts'
import { type CarKeys, CommandSender, Technician, toolCommand, ToolSeal } from '#sim/diag/index.ts'
import { createLinkFrame, LinkBase, type LinkFrame } from '#sim/gateway/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'
import { ASKED, isTagged, KEYED, keyed, KEYS, OTHER_KEYS, view } from './keyed-car.ts'

const glass_pct = (car: SimulatedVehicle, door: 'FL' | 'RR' = 'FL'): number => car.shows(`${door}.window`)['position_pct'] as number
const refused = (car: SimulatedVehicle, hub: HubName): number => car.car.hub(hub).firmware!.counters.rxNotAuthentic

/** A tool on the bus that has keys. */
class KeyedTool {
  private readonly car: SimulatedVehicle
  private readonly seal: ToolSeal
  private readonly sender = new MessageSender()

  constructor(car: SimulatedVehicle, keys: CarKeys) {
    this.car = car
    this.seal = new ToolSeal(keys)
    car.driver.onFrame(frame => this.seal.hear(frame))
  }

  async command<To extends Target>(target: To, values: GivenOf<To>): Promise<void> {
    const { entry, location } = parseTarget(target as string)
    const sequence = this.sender.sequence(entry, location)
    this.car.driver.send(this.sender.encode(entryNamed('FreshnessRequest'), 'ALL', { target: LOCATION[location] }))
    for (let sent = 0; sent < 5; sent++) {
      await this.car.run(100)
      const frame = this.sender.encode(entry, location, { sequence, ...values })
      const tag = this.seal.seal(frame)
      this.car.driver.send(frame)
      if (tag !== undefined) this.car.driver.send(tag)
    }
  }
}

/** A tool's link on the bus of a virtual car, and its clock. */
class BenchLink extends LinkBase {
  readonly clock = new VirtualTimeScheduler()
  private readonly car: SimulatedVehicle

  constructor(car: SimulatedVehicle) {
    super('spine:bench', {})
    this.car = car
    this.clock.maxFrames = 0
    car.driver.onFrame(frame => this.receive(Object.assign(createLinkFrame(), { ...frame, data: frame.data.slice() }), this.counters))
  }

  override send(frame: LinkFrame): boolean {
    this.car.driver.send(frame)
    return true
  }

  /** Lets virtual time pass until `work` is done. */
  async wait<Result>(work: Promise<Result>): Promise<Result> {
    let done = false
    const finished = work.finally(() => { done = true })
    while (!done) {
      await this.car.run(1)
      this.clock.maxFrames++
      this.clock.flush()
      for (let i = 0; i < 8; i++) await Promise.resolve()
    }
    return finished
  }

  protected override async start(): Promise<void> {
    this.setState('up')
  }

  protected override async stop(): Promise<void> {}
}

const DASH = hubAddress(LOCATION.DASH)

describe('what a manager says in a car with keys', () => {
  journey('of speed and ignition is believed of nobody else, nor again after a reset or when the dash is dead', async (car) => {
    await keyed(car)
    const tape: CanFrame[] = []
    car.driver.onFrame((frame) => {
      if ((frame.id & 0xff) === DASH && (frame.id >>> 16 & 0x3ff) === 0x1ff) tape.push({ ...frame, data: frame.data.slice() })
    })
    await car.run(1500)
    const standing = [...tape]
    car.car.setSpeed(120)
    await car.until('the doors know', () => view(car, 'FL')[1] > 100, { within_ms: 30_000 })
    const forge = (speed_kmh: number, ignition: 'on' | 'off', source: number): void =>
      void car.send('VehicleState@ALL', { ignition, speed_kmh, manager: 'active', gear: 'park' }, { source })
    const attack = async (): Promise<number[]> => {
      const speeds: number[] = []
      for (let i = 0; i < 60; i++) {
        forge(0, i % 2 === 0 ? 'on' : 'off', [DASH, hubAddress(LOCATION.TRUNK), 0xf9][i % 3]!)
        car.driver.send({ ...standing[i % standing.length]!, data: standing[i % standing.length]!.data.slice() })
        await car.run(37)
        speeds.push(view(car, 'FL')[1], view(car, 'RR')[1])
      }
      return speeds
    }
    expect(Math.min(...await attack())).toBeGreaterThan(100)
    expect(view(car, 'FL')[0]).toBe(IGNITION.on)
    car.car.resetHub('FL')
    // Not known at first, but never what was recorded.
    for (const speed of await attack()) expect(speed >= 0 ? speed : 120).toBeGreaterThan(100)
    expect(view(car, 'FL')[1]).toBeGreaterThan(100)
    car.car.powerHub('DASH', false)
    for (let i = 0; i < 6; i++) for (const speed of await attack()) expect(speed >= 0 ? speed : 120).toBeGreaterThan(100)
    expect(view(car, 'FL')).toEqual([IGNITION.off, NaN])
    car.car.powerHub('DASH', true)
    await car.until('the dash is believed again', () => view(car, 'FL')[1] > 100, { within_ms: 1500 })
  }, ASKED)

  journey('of current, shedding and sleep is obeyed of nobody else; lamps, mirrors and the stereo obey who has keys', async (car) => {
    const laptop = await keyed(car)
    await laptop.wait(new Technician(laptop.wire, laptop.clock).giveKeys('STEREO', KEYS))
    await car.run(3000)
    car.hold('DASH.windowFL.down')
    for (let i = 0; i < 15; i++) {
      car.send('PowerShed@ALL', { level: 3, reason: 'cranking' }, { source: DASH })
      for (let port = 0; port < 4; port++) car.send('PowerGrant@FL', { port, sequence: i, result: 'revoked', lease_ms: 50 }, { source: DASH })
      car.send('NetworkSleep@ALL', { phase: i % 2 === 0 ? 'proposed' : 'agreed' }, { source: DASH })
      await car.run(100)
    }
    expect(glass_pct(car)).toBeGreaterThan(20)
    car.release('DASH.windowFL.down')
    await car.run(500)
    const shown = (): string => JSON.stringify((['HOOD.lamp', 'FL.mirror', 'STEREO.amplifier'] as const).map(name => car.shows(name)))
    const stood = shown()
    for (const source of [DASH, 0xf9]) {
      for (let i = 0; i < 20; i++) {
        car.send('LightCommand@HOOD', { action: 'set', channel: i % 4, level_pct: 100 }, { source })
        car.send('MirrorCommand@FL', { action: 'fold' }, { source })
        car.send('StereoCommand@STEREO', { action: 'source', source: 'fm' }, { source })
        await car.run(50)
      }
    }
    expect(shown()).toBe(stood)
    await car.press('DASH.lights.head')
    await car.press('DASH.mirrors.fold')
    await car.until('the switches are obeyed', () => shown() !== stood, { within_ms: 2000 })
    await new KeyedTool(car, KEYS).command('LightCommand@HOOD', { action: 'set', channel: 2, level_pct: 100 })
    const receipts = car.history('CommandReceipt@HOOD').filter(({ values }) => values.sender === 9)
    expect(receipts.length).toBeGreaterThan(0)
  }, ASKED)

  journey('a forged echo ends no command: the driver and the tool are told the truth', async (car) => {
    const laptop = await keyed(car)
    await laptop.wait(new Technician(laptop.wire, laptop.clock, KEYS).giveKeys('FL', OTHER_KEYS))
    await car.run(3000)
    const lie = (frame: CanFrame): void => {
      const message = decodeFrame(frame)
      if (message?.name !== 'WindowCommand') return
      car.send('WindowStatus@FL', { echoSender: frame.id & 0x0f, echoSequence: message.values['sequence'] }, { source: hubAddress(LOCATION.FL) })
      car.send('CommandReceipt@FL', { topic: 8, sender: frame.id & 0x0f, sequence: message.values['sequence'], tagLow: 1, tagHigh: 2 },
        { source: hubAddress(LOCATION.FL) })
    }
    car.driver.onFrame(lie)
    await car.press('DASH.windowFL.down', 800)
    await car.until('the loss is told', () => car.history('PortStatus@DASH').some(({ values }) => values.fault === 'commandLost'), { within_ms: 1500 })
    const link = new BenchLink(car)
    await link.open()
    const forged = await link.wait(new CommandSender(link, {}, link.clock, KEYS).send(toolCommand('WindowCommand@FL', ['action=down'], 0xf9)))
    expect(forged).toMatchObject({ kind: 'unanswered', proved: false })
    expect(forged.problem).toContain('did not prove')
    const honest = await link.wait(new CommandSender(link, { counter: 5 }, link.clock, OTHER_KEYS).send(toolCommand('WindowCommand@FL', ['action=goto', 'position_pct=30'], 0xf9)))
    expect(honest).toMatchObject({ kind: 'accepted', proved: true, frames: 1 })
    // It has taken it; without the dash's keys it knows neither ignition nor manager, and stays.
    const lamp = await link.wait(new CommandSender(link, { counter: 8 }, link.clock, KEYS).send(toolCommand('LightCommand@HOOD', ['action=set', 'channel=0', 'level=100%'], 0xf9)))
    expect(lamp).toMatchObject({ kind: 'accepted', proved: true, frames: 1 })
  }, ASKED)
})

describe('a car with keys', () => {
  journey('answers its own switches as before, a tool that has the key, and nobody else', async (car) => {
    const laptop = await keyed(car)
    const pressed_ms = car.now_ms
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => glass_pct(car) > 0.05, { within_ms: 100 })
    expect(car.now_ms - pressed_ms).toBeLessThan(80)
    await car.run(2500)
    car.release('DASH.windowFL.down')
    await car.run(500)
    const stood_pct = glass_pct(car)
    expect(stood_pct).toBeGreaterThan(40)
    expect(KEYED.map(hub => refused(car, hub))).toEqual(KEYED.map(() => 0))
    const actions = ['up', 'down', 'autoUp', 'autoDown'] as const
    for (let i = 0; i < 40; i++) {
      car.send('WindowCommand@FL', { action: actions[i % 4]! }, i % 2 === 0 ? {} : { source: hubAddress(LOCATION.DASH) })
      car.send('LatchCommand@FL', { action: i % 2 === 0 ? 'unlock' : 'release' })
      car.send('LatchCommand@TRUNK', { action: 'release' }, { source: hubAddress(LOCATION.DASH) })
      await car.run(100)
    }
    expect([glass_pct(car), car.shows('FL.latch')['ajar'], car.shows('TRUNK.latch')['ajar']]).toEqual([stood_pct, false, false])
    expect(refused(car, 'FL')).toBe(80)
    const client = laptop.hub('FL')
    const rows = Buffer.from(await laptop.wait(client.request(SERVICE.readFaults, 0x02, 0x08))).toString('hex')
    client.close()
    expect(rows).toContain('d10894')
    await new KeyedTool(car, KEYS).command('WindowCommand@FL', { action: 'goto', position_pct: 90 })
    await car.until('the glass is there', () => Math.abs(glass_pct(car) - 90) < 3, { within_ms: 6000 })
    await new KeyedTool(car, OTHER_KEYS).command('WindowCommand@FL', { action: 'goto', position_pct: 10 })
    await car.run(3000)
    expect(Math.abs(glass_pct(car) - 90)).toBeLessThan(3)
  }, ASKED)

  journey('hears no recorded command again: not at once, not after a reset, a sleep or a dash that was restarted', async (car) => {
    await keyed(car)
    const tape: CanFrame[] = []
    car.driver.onFrame((frame) => {
      if (isTagged(frame) && (frame.id & 0xff) !== 0xf9) tape.push({ ...frame, data: frame.data.slice() })
    })
    await car.press('DASH.windowFL.down', 1500)
    await car.press('DASH.doors.unlock')
    await car.press('DASH.trunk.release')
    await car.until('the trunk opens', () => car.shows('TRUNK.latch')['ajar'] === true, { within_ms: 2000 })
    await car.press('DASH.doors.lock')
    await car.run(2000)
    const recorded = [...tape]
    expect(recorded.length).toBeGreaterThan(15)
    const latches = KEYED.filter(hub => hub !== 'DASH')
    const before = (): unknown[] => [glass_pct(car).toFixed(3), ...latches.map(hub => car.shows(`${hub}.latch` as 'FL.latch')['locked'])]
    const stood = before()
    const replay = async (): Promise<void> => {
      for (const frame of recorded) {
        car.driver.send({ ...frame, data: frame.data.slice() })
        await car.run(20)
      }
      expect(before()).toEqual(stood)
    }
    await replay()
    car.car.resetHub('FL')
    await car.run(100)
    await replay()
    car.car.powerHub('DASH', false)
    await car.run(1000)
    await replay()
    car.car.powerHub('DASH', true)
    await car.run(2000)
    await replay()
    car.car.setIgnition('off')
    await car.until('it sleeps', () => [...car.car.hubs.values()].every(hub => hub.asleep), { within_ms: 60_000 })
    await replay()
    // So many forged ones a second are looked at; the driver's next press is heard.
    await car.run(1500)
    car.hold('DASH.windowFL.down')
    await car.until('the driver is still obeyed', () => glass_pct(car) > Number(stood[0]) + 1, { within_ms: 1000 })
  }, ASKED)

  journey('takes other keys and opens again only for who has the workshop\'s', async (car) => {
    const laptop = await keyed(car)
    const told = async (): Promise<string> => {
      const client = laptop.hub('FL')
      const bytes = await laptop.wait(client.request(SERVICE.read, DID.keys >> 8, DID.keys & 0xff))
      client.close()
      return Buffer.from(bytes.subarray(2)).toString('hex')
    }
    const check = await told()
    expect(check.slice(0, 2)).toBe('01')
    const refusal = /invalidKey|exceededAttempts|delayNotExpired/
    for (const stranger of [undefined, OTHER_KEYS]) {
      const technician = new Technician(laptop.wire, laptop.clock, stranger)
      await expect(laptop.wait(technician.giveKeys('FL', undefined))).rejects.toThrow(refusal)
      await expect(laptop.wait(technician.pair('FL', 'unpair'))).rejects.toThrow(refusal)
      await car.run(11_000)
    }
    const workshop = new Technician(laptop.wire, laptop.clock, KEYS)
    await laptop.wait(workshop.giveKeys('FL', OTHER_KEYS))
    await car.run(3000)
    expect(await told()).not.toBe(check)
    // The dash has the old ones: its presses are refused, and it says so.
    await car.press('DASH.windowFL.down', 800)
    expect(glass_pct(car)).toBe(0)
    await car.until('the loss is told', () => car.history('PortStatus@DASH').some(({ values }) => values.fault === 'commandLost'), { within_ms: 1500 })
    await laptop.wait(new Technician(laptop.wire, laptop.clock, OTHER_KEYS).giveKeys('FL', undefined))
    await car.run(3000)
    expect((await told()).slice(0, 2)).toBe('00')
    await car.press('DASH.windowFL.down', 800)
    expect(glass_pct(car)).toBeGreaterThan(5)
  }, ASKED)

  journey('half given: hubs with and without keys understand each other until all have them', async (car) => {
    const laptop = new Laptop(car.car)
    const technician = new Technician(laptop.wire, laptop.clock)
    await laptop.wait(technician.giveKeys('DASH', KEYS))
    await car.run(3000)
    await car.press('DASH.windowFL.down', 800)
    expect(glass_pct(car)).toBeGreaterThan(5)
    await laptop.wait(technician.giveKeys('RR', KEYS))
    await car.run(3000)
    await car.press('DASH.windowRR.down', 800)
    expect(glass_pct(car, 'RR')).toBeGreaterThan(5)
    expect(refused(car, 'RR')).toBe(0)
  }, ASKED)
})
