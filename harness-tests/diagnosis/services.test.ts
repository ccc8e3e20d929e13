import { describe, expect, it } from 'vitest'
import {
  createFrame, DID, HUB_FAULTS, imageVersion, NRC, pduFormatOf, peerId, PF_DIAGNOSTIC_FUNCTIONAL, PF_DIAGNOSTIC_PHYSICAL, PORT_FAULTS,
  SERVICE, SESSION, sourceOf, UDS_TIMES,
} from '#protocol/index.ts'
import { createCar, readTopology, SEDAN, sedanPower } from '#sim/car/index.ts'
import { NegativeResponse, number, Technician } from '#sim/diag/index.ts'
import { sourceImage } from '#sim/engines/index.ts'
import type { FirmwareImage } from '#sim/host/index.ts'
import { Laptop } from './laptop.ts'

const TOOL = 0xf9
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function refusal(work: Promise<unknown>): Promise<number> {
  return work.then(() => NRC.none, (error: unknown) => {
    if (error instanceof NegativeResponse) return error.code
    throw error
  })
}

function sedan(): { laptop: Laptop } {
  const car = createCar({ seed: 7 })
  car.boot()
  car.run(3000)
  return { laptop: new Laptop(car) }
}

describe('a hub of the car, asked by UDS over ISO-TP', () => {
  it('answers every service in its turn', async () => {
    const { laptop } = sedan()
    const hub = laptop.hub('FL')
    expect(hex(await laptop.wait(hub.request(SERVICE.testerPresent, 0)))).toBe('00')
    expect(hex(await laptop.wait(hub.request(SERVICE.read, 0xf1, 0x86, 0xf1, 0x97)))).toBe('f18601f1978281')
    const ports = await laptop.wait(hub.request(SERVICE.read, DID.ports >> 8, DID.ports & 0xff))
    expect((ports.length - 2) / 6, 'ports').toBeGreaterThan(3)
    const supported = await laptop.wait(hub.request(SERVICE.readFaults, 0x0a))
    expect((supported.length - 2) / 4).toBe(HUB_FAULTS.length + (ports.length - 2) / 6 * PORT_FAULTS.length)
    expect(await refusal(laptop.wait(hub.request(SERVICE.write, 0xf1, 0x99, 0x26, 0x11, 0x29)))).toBe(NRC.serviceNotInSession)
    await laptop.wait(hub.enter(SESSION.extended))
    expect(await refusal(laptop.wait(hub.request(SERVICE.write, 0xf1, 0x99, 0x26, 0x11, 0x29)))).toBe(NRC.securityAccessDenied)
    await laptop.wait(hub.unlock())
    await laptop.wait(hub.request(SERVICE.write, 0xf1, 0x99, 0x26, 0x11, 0x29))
    expect(hex(await laptop.wait(hub.request(SERVICE.read, 0xf1, 0x99)))).toBe('f199261129')
    laptop.car.run(20_000)
    expect(hex(await laptop.wait(hub.request(SERVICE.read, 0xf1, 0x86))), 'the session is kept').toBe('f18603')
    hub.close()
    laptop.car.run(6000)
    const again = laptop.hub('FL')
    expect(hex(await laptop.wait(again.request(SERVICE.read, 0xf1, 0x86))), 'it ends after S3').toBe('f18601')
    expect(number(await laptop.wait(again.request(SERVICE.read, DID.version >> 8, DID.version & 0xff)), 2, 4)).toBe(0x00010000)
  })

  it('without two areas tells the version that was built', async () => {
    const topology = readTopology(SEDAN)
    const image = sourceImage('hood', sedanPower(topology, topology.copper)!)
    const bare: FirmwareImage = hal => image({ ...hal, flash: undefined, version: imageVersion(3, 2, 1) })
    const car = createCar({ seed: 7, image: ({ location }) => location === 'HOOD' ? bare : undefined })
    car.boot()
    car.run(3000)
    const laptop = new Laptop(car)
    expect(await laptop.wait(new Technician(laptop.wire, laptop.clock).did('HOOD', 'version'))).toEqual([{ version: '3.2.1' }])
  })

  it('refuses in the order of the standard', async () => {
    const { laptop } = sedan()
    const hub = laptop.hub('RR')
    const cases: readonly (readonly [readonly [number, ...number[]], number])[] = [
      [[0x23, 0], NRC.serviceNotSupported],
      [[SERVICE.security, 0xff], NRC.serviceNotInSession],
      [[SERVICE.session], NRC.incorrectLength],
      [[SERVICE.session, 0x60], NRC.subFunctionNotSupported],
      [[SERVICE.session, SESSION.programming], NRC.subFunctionNotInSession],
      [[SERVICE.session, SESSION.extended, 0], NRC.incorrectLength],
      [[SERVICE.read, 0xf1], NRC.incorrectLength],
      [[SERVICE.read, 0x00, 0x00], NRC.requestOutOfRange],
      [[SERVICE.readFaults, 0x02], NRC.incorrectLength],
      [[SERVICE.readFaults, 0x04, 1, 2, 3, 1], NRC.requestOutOfRange],
      [[SERVICE.clearFaults, 1, 2, 3], NRC.requestOutOfRange],
      [[SERVICE.download, 0, 0x44, 0, 0, 0, 0, 0, 0, 1, 0], NRC.serviceNotInSession],
    ]
    for (const [[service, ...bytes], code] of cases) {
      expect(await refusal(laptop.wait(hub.request(service, ...bytes))), hex(Uint8Array.of(service, ...bytes))).toBe(code)
    }
    await laptop.wait(hub.enter(SESSION.extended))
    const extended: readonly (readonly [readonly [number, ...number[]], number])[] = [
      [[SERVICE.security, 2, 0, 0, 0, 0], NRC.requestSequenceError],
      [[SERVICE.security, 1, 0], NRC.incorrectLength],
      [[SERVICE.security, 5], NRC.subFunctionNotSupported],
      [[SERVICE.write, 0xf1, 0x99, 1, 2, 3], NRC.securityAccessDenied],
      [[SERVICE.routine, 1, 0xff, 0x01, 0], NRC.requestOutOfRange],
      [[SERVICE.communication, 1, 2], NRC.requestOutOfRange],
    ]
    for (const [[service, ...bytes], code] of extended) {
      expect(await refusal(laptop.wait(hub.request(service, ...bytes))), hex(Uint8Array.of(service, ...bytes))).toBe(code)
    }
    for (const code of [NRC.invalidKey, NRC.invalidKey, NRC.exceededAttempts]) {
      await laptop.wait(hub.request(SERVICE.security, 1))
      expect(await refusal(laptop.wait(hub.request(SERVICE.security, 2, 0, 0, 0, 0)))).toBe(code)
    }
    expect(await refusal(laptop.wait(hub.request(SERVICE.security, 1)))).toBe(NRC.delayNotExpired)
    laptop.car.run(10_000)
    await laptop.wait(hub.unlock())
    hub.close()
  })

  it('is quiet where all were asked, and where it was told to be', async () => {
    const { laptop } = sedan()
    const answers: string[] = []
    laptop.wire.onFrame((frame) => {
      if (pduFormatOf(frame.id) === PF_DIAGNOSTIC_PHYSICAL && sourceOf(frame.id) !== TOOL) answers.push(hex(frame.data.subarray(0, 4)))
    })
    const ask = (pf: number, to: number, ...bytes: number[]): void => {
      const data = Uint8Array.of(bytes.length, ...bytes, 0, 0, 0, 0, 0, 0, 0, 0).slice(0, 8)
      laptop.wire.send({ ...createFrame(8), id: peerId(6, pf, to, TOOL), length: 8, data })
      laptop.car.run(200)
    }
    ask(PF_DIAGNOSTIC_FUNCTIONAL, 0xff, SERVICE.testerPresent, 0x80)
    ask(PF_DIAGNOSTIC_FUNCTIONAL, 0xff, 0x23, 0)
    ask(PF_DIAGNOSTIC_FUNCTIONAL, 0xff, SERVICE.read, 0, 0)
    ask(PF_DIAGNOSTIC_FUNCTIONAL, 0xff, SERVICE.session, 0x60)
    ask(PF_DIAGNOSTIC_PHYSICAL, 0x81, SERVICE.session, 0x81)
    expect(answers).toEqual([])
    ask(PF_DIAGNOSTIC_FUNCTIONAL, 0xff, SERVICE.testerPresent, 0)
    expect(answers.sort()).toEqual(Array.from({ length: 8 }, () => '027e0000').map(text => text.slice(0, 6) + 'cc'))
  })

  it('answers within P2 while windows move, and no tick comes later for it', async () => {
    const { laptop } = sedan()
    const { car } = laptop
    car.setIgnition('on')
    car.press('DASH.windowFL.down')
    car.run(300)
    const hub = laptop.hub('FL')
    const late: number[] = []
    for (let i = 0; i < 40; i++) {
      const asked_ms = laptop.clock.now_ms()
      await laptop.wait(hub.request(SERVICE.read, DID.supply >> 8, DID.supply & 0xff))
      late.push(laptop.clock.now_ms() - asked_ms)
    }
    car.release('DASH.windowFL.down')
    expect(Math.max(...late)).toBeLessThan(UDS_TIMES.p2_ms)
    expect(car.hub('FL').firmware!.counters.stalls).toBe(0)
  })

  it('keeps a trouble code with its circumstances over a reset, clears it, and ages it', async () => {
    const { laptop } = sedan()
    const { car } = laptop
    const hub = laptop.hub('FL')
    const codes = async (mask: number): Promise<string> => hex((await laptop.wait(hub.request(SERVICE.readFaults, 2, mask))).subarray(2))
    expect(await codes(0x08)).toBe('')
    car.setSupply(8.2, 'FL')
    car.run(900)
    expect(await codes(0x08), 'not before its debounce').toBe('')
    car.run(2500)
    expect(await codes(0x01)).toBe('f003162f')
    const snapshot = await laptop.wait(hub.request(SERVICE.readFaults, 4, 0xf0, 0x03, 0x16, 1))
    // By a sensor with errors: 1 %, and some steps of 20 mV.
    expect(Math.abs(number(snapshot, 9, 1) - 82)).toBeLessThanOrEqual(2)
    car.setSupply(undefined, 'FL')
    car.run(4000)
    expect(await codes(0x08)).toBe('f003162e')
    car.resetHub('FL')
    car.run(3000)
    expect(await codes(0x08)).toBe('f0031628')
    expect(await codes(0x01)).toBe('')
    expect(hex(await laptop.wait(hub.request(SERVICE.readFaults, 6, 0xf0, 0x03, 0x16, 1)))).toBe('06f0031628010100')
    for (let cycle = 0; cycle < 41; cycle++) {
      car.setIgnition('on')
      car.run(2500)
      car.setIgnition('off')
      car.run(2500)
    }
    expect(await codes(0x08), 'forgotten after 40 cycles').toBe('')
    car.setSupply(8.2, 'FL')
    car.run(4000)
    expect(await codes(0x08)).toBe('f003162f')
    await laptop.wait(hub.request(SERVICE.clearFaults, 0xff, 0xff, 0xff))
    expect(await codes(0x08)).toBe('')
  })

  it('restarts on demand, after it said so', async () => {
    const { laptop } = sedan()
    const hub = laptop.hub('FL')
    await laptop.wait(hub.enter(SESSION.extended))
    await laptop.wait(hub.request(SERVICE.reset, 1))
    hub.close()
    laptop.car.run(1000)
    expect(hex(await laptop.wait(hub.request(SERVICE.read, DID.hub >> 8, DID.hub & 0xff).catch(() => laptop.hub('FL').request(SERVICE.read, 1, 0)))))
      .toMatch(/^01000204/)
  })
})
