import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { decodeFrame, encodeMessage } from '#protocol/messages/index.ts'
import type { GivenOf, Target } from '#protocol/catalogue/index.ts'
import { VSS_SIGNALS } from '#protocol/vss/index.ts'
import { createLinkFrame } from '../gateway/index.ts'
import { eventually, MemoryLink } from '../gateway/testing/index.ts'
import { MqttBridge, topicsBelow } from './index.ts'
import { readWish } from './wish.ts'

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync)
if (MOSQUITTO === undefined && process.env['CI'] === 'true') throw new Error('mosquitto is needed with CI=true: apt-get install mosquitto')
if (MOSQUITTO === undefined) console.warn('skipped: MQTT with a broker: it is not installed (apt-get install mosquitto)')

const WINDOW = 'spine/Vehicle/Cabin/Door/Row1/DriverSide/Window/Position'

describe.skipIf(MOSQUITTO === undefined)('a bus on a broker', () => {
  let folder = ''
  let port = 0
  let broker: ChildProcess | undefined
  const clients: MqttClient[] = []
  const links: MemoryLink[] = []

  async function startBroker(): Promise<void> {
    broker = spawn(MOSQUITTO!, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    for (let tries = 0; tries < 200; tries++) {
      const socket = connect(port, '127.0.0.1')
      const there = await once(socket, 'connect').then(() => true, () => false)
      socket.destroy()
      if (there) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error('mosquitto does not listen')
  }

  async function stopBroker(): Promise<void> {
    const ended = once(broker!, 'exit')
    broker!.kill('SIGTERM')
    await ended
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spine-mqtt-'))
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    port = (probe.address() as AddressInfo).port
    await new Promise(closed => probe.close(closed))
    writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`)
    await startBroker()
  })

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true)
    for (const link of links.splice(0)) await link.close()
  })

  afterAll(async () => {
    await stopBroker()
    rmSync(folder, { recursive: true })
  })

  async function dial(will = false): Promise<MqttClient> {
    const last = { topic: topicsBelow('spine').availability, payload: Buffer.from('offline'), qos: 1, retain: true } as const
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clean: true, reconnectPeriod: 50, ...will && { will: last } })
    clients.push(client)
    client.on('error', () => undefined)
    return client
  }

  /** What a client that subscribes now is told. */
  async function watch(topic: string): Promise<Map<string, string>> {
    const client = await dial()
    const seen = new Map<string, string>()
    client.on('message', (at, payload) => seen.set(at, payload.toString()))
    await client.subscribeAsync(topic)
    return seen
  }

  async function bridge(actuate: boolean): Promise<{ link: MemoryLink, client: MqttClient, bridge: MqttBridge, tell: Tell }> {
    const link = new MemoryLink()
    links.push(link)
    await link.open()
    const client = await dial(true)
    const made = new MqttBridge(link, client, { actuate, name: 'test car' })
    // What came while this process stood still is too old, and not told: then once more.
    const tell: Tell = (target, values) => eventually(() => link.arrive(Object.assign(createLinkFrame(), encodeMessage(target, values))))
    return { link, client, bridge: made, tell }
  }
  type Tell = <To extends Target>(target: To, values: GivenOf<To>) => Promise<void>

  it('is told as retained values, when they change', async () => {
    const { bridge: made, tell } = await bridge(false)
    for (const position_pct of [10, 10, 10, 20]) await tell('WindowStatus@FL', { position_pct })
    await tell('VehicleState', { ignition: 'on', speed_kmh: 30 })
    const seen = await watch('spine/#')
    await eventually(() => seen.get('spine/Vehicle/Speed') === '30' && seen.get(WINDOW) === '20', () => JSON.stringify([...seen]))
    expect(seen.get('spine/Vehicle/LowVoltageSystemState')).toBe('ON')
    expect(seen.get('spine/Vehicle/Powertrain/Transmission/SelectedGear')).toBe('126')
    expect(seen.get('spine/status')).toBe('online')
    expect(made.counts.published).toBe(3 + 4)
    await tell('WindowStatus@FL', {})
    await eventually(() => seen.get(WINDOW) === 'None')
  })

  it('is found by Home Assistant, with what can be commanded only where it is unlocked', async () => {
    await bridge(false)
    const locked = await watch('homeassistant/#')
    await eventually(() => locked.size >= VSS_SIGNALS.length)
    expect([...locked.values()].filter(text => text.includes('command_topic'))).toEqual([])
    await bridge(true)
    const open = await watch('homeassistant/#')
    const topic = 'homeassistant/cover/spine_Cabin_Door_Row1_DriverSide_Window_Position/config'
    await eventually(() => open.has(topic))
    expect(JSON.parse(open.get(topic)!)).toMatchObject({
      position_topic: WINDOW, set_position_topic: `${WINDOW}/set`, availability_topic: 'spine/status',
      unique_id: 'spine_Cabin_Door_Row1_DriverSide_Window_Position', device: { name: 'test car' },
    })
    const ids = [...open].filter(([at]) => at.includes('/cover/') || at.includes('/lock/')).map(([, text]) => (JSON.parse(text) as { unique_id: string }).unique_id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('takes wishes as commands where it is unlocked, and counts why it does not', async () => {
    const { link, bridge: made } = await bridge(true)
    const user = await dial()
    const sent = (): (string | number | undefined)[] => link.sent.map((frame) => {
      const decoded = decodeFrame(frame)
      return decoded?.row === undefined ? undefined : `${decoded.name}@${decoded.location} ${JSON.stringify(decoded.values)}`
    })
    await eventually(() => user.connected)
    // Subscriptions are there when a wish is counted.
    while (made.counts.refused.size === 0) {
      await user.publishAsync(`${WINDOW}/set`, '"up"')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    await user.publishAsync(`${WINDOW}/set`, '45')
    await eventually(() => link.sent.length > 0)
    expect(sent()[0]).toMatch(/^WindowCommand@FL .*"action":5.*"position_pct":45/)
    const { data } = link.sent[0]!
    link.arrive(Object.assign(createLinkFrame(), encodeMessage('WindowStatus@FL', { echoSender: 9, echoSequence: data[2]! & 15, position_pct: 20 })))
    await eventually(() => made.counts.accepted + (made.counts.refused.get('unanswered') ?? 0) === 1)
    const before = link.sent.length
    for (const wish of ['101', '-1', 'true', '{"value":50,"at_s":1}', 'x'.repeat(200), '{', 'null']) await user.publishAsync(`${WINDOW}/set`, wish)
    await user.publishAsync('spine/Vehicle/Cabin/Door/Row1/DriverSide/IsOpen/set', 'false')
    await eventually(() => made.counts.refused.has('not-commandable'))
    expect(Object.fromEntries(made.counts.refused)).toMatchObject({ 'out-of-range': 2, 'too-old': 1, 'too-long': 1, 'no-value': 1 })
    expect(link.sent.length).toBe(before)
  })

  it('does nothing that is wished while it is locked, nor what was wished before it came', async () => {
    const user = await dial()
    await user.publishAsync(`${WINDOW}/set`, '45', { retain: true })
    const open = await bridge(true)
    await eventually(() => open.bridge.counts.refused.get('retained') === 1)
    await user.publishAsync(`${WINDOW}/set`, '', { retain: true })
    await open.client.endAsync(true)
    const { link, bridge: made } = await bridge(false)
    while (!made.counts.refused.has('locked')) {
      await user.publishAsync(`${WINDOW}/set`, '45')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect([...open.link.sent, ...link.sent]).toEqual([])
  })

  it('says when it goes, in order and by its last will, and tells everything again to a broker that comes back', async () => {
    const { client, bridge: made, tell } = await bridge(false)
    const seen = await watch('spine/#')
    await eventually(() => seen.get('spine/status') === 'online')
    client.stream.destroy()
    await eventually(() => seen.get('spine/status') === 'offline')
    await eventually(() => seen.get('spine/status') === 'online')
    await stopBroker()
    await tell('VehicleState', { speed_kmh: 77 })
    await startBroker()
    await eventually(() => client.connected)
    const again = await watch('spine/#')
    await eventually(() => again.get('spine/Vehicle/Speed') === '77' && again.get('spine/status') === 'online')
    await made.close()
    await eventually(() => again.get('spine/status') === 'offline')
  })
})

describe('a wish', () => {
  const window = VSS_SIGNALS.find(({ path }) => path.endsWith('Row1.DriverSide.Window.Position'))!
  const read = (text: string): unknown => readWish(window, Buffer.from(text), 1000)

  it('is a value, or a value with its time, which expires', () => {
    expect(read('50')).toEqual({ value: 50 })
    expect(read('{"value":50,"at_s":999}')).toEqual({ value: 50 })
    expect(read('{"value":50,"at_s":997}')).toEqual({ fault: 'too-old' })
    expect(read('{"value":50,"at_s":1003}')).toEqual({ fault: 'too-old' })
    expect(read('{"value":50,"at_s":"now"}')).toEqual({ fault: 'wrong-type' })
    for (const text of ['NaN', '', '\u0000', '[1']) expect(read(text), text).toEqual({ fault: 'no-value' })
    for (const text of ['[]', '{}', 'null', '"50"', 'true', '{"__proto__":1}']) expect(read(text), text).toEqual({ fault: 'wrong-type' })
    expect(read('1e999')).toEqual({ fault: 'out-of-range' })
  })
})
