import { describe, expect, it } from 'vitest'
import { HUB_FAULT_TEXTS, PORT_FAULT_TEXTS } from '#protocol/catalogue/index.ts'
import { decodeDescriptor, encodeDescriptor, hubAddress, type HubName, LOCATION, readName } from '#protocol/index.ts'
import { encodeClaim } from '#protocol/messages/index.ts'
import { type Car, createCar } from '#sim/car/index.ts'
import { LatchPlant } from '#sim/plants/index.ts'
import { Technician } from '#sim/diag/index.ts'
import { Laptop } from './laptop.ts'

/** One fault: how it comes, what a technician reads of it, and how it goes. */
interface Provoked {
  readonly name: string
  readonly hub: HubName
  readonly text: string
  /** Or this, whichever is first. */
  readonly or?: string
  readonly provoke: (car: Car, laptop: Laptop) => void
  /** The technician's part. Without one it goes by itself. */
  readonly mend?: (car: Car) => void
}

const tap = (car: Car, name: string, hold_ms = 200): void => {
  car.press(name)
  car.run(hold_ms)
  car.release(name)
}

const MANAGERS = ['drop.DASH', 'drop.TRUNK']

const HUB_CASES: readonly Provoked[] = [
  {
    name: 'under-voltage', hub: 'FL', text: HUB_FAULT_TEXTS.supplyLow.text, provoke: car => car.setSupply(8, 'FL'),
    mend: car => car.setSupply(undefined, 'FL'),
  },
  {
    name: 'over-voltage', hub: 'FL', text: HUB_FAULT_TEXTS.supplyHigh.text, provoke: car => car.setSupply(17, 'FL'),
    mend: car => car.setSupply(undefined, 'FL'),
  },
  {
    name: 'over-temperature', hub: 'HOOD', text: HUB_FAULT_TEXTS.tooHot.text, provoke: car => car.setAmbient_C('engineBay', 100),
    mend: car => car.setAmbient_C('engineBay', 40),
  },
  {
    name: 'bus-off', hub: 'RL', text: HUB_FAULT_TEXTS.busOff.text, mend: () => undefined,
    provoke: (car) => {
      car.bus.faults.bitErrorsAt('RL', 0.05)
      car.run(2500)
      car.bus.faults.bitErrorsAt('RL', 0)
    },
  },
  {
    name: 'lost communication', hub: 'FR', text: HUB_FAULT_TEXTS.managerLost.text,
    provoke: car => MANAGERS.forEach(cable => car.cutCable(cable)), mend: car => MANAGERS.forEach(cable => car.mendCable(cable)),
  },
  {
    name: 'a hub that is lost', hub: 'DASH', text: HUB_FAULT_TEXTS.lostRR.text, provoke: car => car.cutCable('drop.RR'), mend: car => car.mendCable('drop.RR'),
  },
  {
    name: 'the dash lost', hub: 'TRUNK', text: HUB_FAULT_TEXTS.lostDASH.text, provoke: car => car.powerHub('DASH', false),
    mend: car => car.powerHub('DASH', true),
  },
  {
    name: 'a bad contact in a drop', hub: 'FL', text: HUB_FAULT_TEXTS.weakFeed.text,
    provoke: (car) => {
      tap(car, 'FL.window.down', 3000)
      car.powerFault({ kind: 'corrosion', cable: 'drop.FL', conductor: 'supply', extra_Ohm: 0.3 })
      tap(car, 'FL.window.up', 4000)
    },
    mend: (car) => {
      car.powerRepair({ kind: 'corrosion', cable: 'drop.FL', conductor: 'supply', extra_Ohm: 0.3 })
      tap(car, 'FL.window.down', 2500)
      tap(car, 'FL.window.up', 2500)
    },
  },
  {
    name: 'double address', hub: 'RL', text: HUB_FAULT_TEXTS.addressTwice.text, mend: () => undefined,
    provoke: (car, laptop) => {
      for (let i = 0; i < 4; i++) {
        laptop.wire.send(encodeClaim(hubAddress(LOCATION.RL), readName(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0))))
        car.run(900)
      }
    },
  },
  {
    name: 'brown-out', hub: 'RR', text: HUB_FAULT_TEXTS.brownOut.text,
    provoke: (car) => {
      car.setSupply(3.5, 'RR')
      car.run(20)
      car.setSupply(undefined, 'RR')
    },
    mend: car => car.resetHub('RR'),
  },
  {
    name: 'a processor that hangs', hub: 'RL', text: HUB_FAULT_TEXTS.watchdog.text, provoke: car => car.pauseHub('RL', 2500),
    mend: car => car.resetHub('RL'),
  },
]

const PORT_CASES: readonly Provoked[] = [
  {
    name: 'switches that are unplugged', hub: 'RL', text: PORT_FAULT_TEXTS.missing.text, provoke: car => car.unplug('RL.switches'),
    mend: car => car.plug('RL.switches'),
  },
  {
    name: 'switches whose signal contacts are open', hub: 'RL', text: PORT_FAULT_TEXTS.driver.text,
    provoke: (car) => { car.component('RL.switches').outlet!.signalsOpen = true },
    mend: (car) => { car.component('RL.switches').outlet!.signalsOpen = false },
  },
  {
    name: 'a port that does not switch off, found when the car wakes', hub: 'RL', text: PORT_FAULT_TEXTS.staysOn.text,
    provoke: (car) => {
      car.component('RL.lamp').outlet!.fail('shorted')
      sleep(car)
    },
    mend: (car) => {
      car.component('RL.lamp').outlet!.fail(undefined)
      sleep(car)
    },
  },
  {
    name: 'a short at a port', hub: 'STEREO', text: PORT_FAULT_TEXTS.eFuse.text,
    provoke: (car) => {
      const { plant } = car.component('STEREO.amplifier')
      plant.demand_A = supply_V => supply_V / 0.05
      plant.wake()
    },
    mend: (car) => {
      const { plant } = car.component('STEREO.amplifier')
      Reflect.deleteProperty(plant, 'demand_A')
      plant.wake()
    },
  },
  {
    // Whichever is first: its hub cuts it, or the eFuse trips.
    name: 'a blocked motor', hub: 'TRUNK', text: PORT_FAULT_TEXTS.overDescriptor.text, or: PORT_FAULT_TEXTS.eFuse.text,
    provoke: (car) => {
      car.plant('TRUNK.latch', LatchPlant).jam(true)
      tap(car, 'DASH.trunk.release')
    },
    mend: (car) => {
      car.plant('TRUNK.latch', LatchPlant).jam(false)
      tap(car, 'DASH.trunk.release')
    },
  },
  {
    // It asks for more than the cable to its hub carries; a wish that waits for 10 s is told.
    name: 'a lease refused', hub: 'FL', text: PORT_FAULT_TEXTS.noGrant.text,
    provoke: (car) => {
      rewrite(car, 'FL.mirror', 30)
      tap(car, 'DASH.mirrors.heat')
      car.run(5000)
    },
    mend: car => rewrite(car, 'FL.mirror', 9),
  },
  {
    name: 'a lying descriptor', hub: 'FL', text: PORT_FAULT_TEXTS.eFuse.text,
    provoke: (car) => {
      rewrite(car, 'FL.mirror', 2)
      tap(car, 'DASH.mirrors.heat')
    },
    mend: car => rewrite(car, 'FL.mirror', 9),
  },
  {
    name: 'a component that cannot be identified', hub: 'RR', text: PORT_FAULT_TEXTS.badDescriptor.text,
    provoke: (car) => {
      car.unplug('RR.latch')
      car.setDescriptor('RR.latch', Uint8Array.of(1, 2, 3))
      car.run(300)
      car.plug('RR.latch')
    },
    mend: car => car.unplug('RR.latch'),
  },
  {
    name: 'a command into the void', hub: 'DASH', text: PORT_FAULT_TEXTS.commandLost.text,
    provoke: (car) => {
      car.cutCable('drop.RR')
      for (let i = 0; i < 4; i++) {
        tap(car, 'DASH.windowRR.down', 600)
        car.run(300)
      }
    },
    mend: (car) => {
      car.mendCable('drop.RR')
      car.run(500)
      tap(car, 'DASH.windowRR.down')
    },
  },
]

/** Through the night, and on. */
function sleep(car: Car): void {
  car.setIgnition('off')
  car.run(60_000)
  car.setIgnition('on')
}

/** Its descriptor promises another current. */
function rewrite(car: Car, name: string, run_A: number): void {
  const { plant } = car.component(name)
  const { descriptor } = decodeDescriptor(plant.memory)
  if (descriptor === undefined) throw new Error(`the descriptor of ${name} is not whole`)
  car.unplug(name)
  car.run(300)
  car.setDescriptor(name, encodeDescriptor({ ...descriptor, run_A, peak_A: run_A }))
  car.plug(name)
  car.run(1500)
}

describe.each([...HUB_CASES, ...PORT_CASES])('$name', ({ hub, text, or, provoke, mend }) => {
  it('is read with its remedy, is over when it is mended, and is cleared', async () => {
    const car = createCar({ seed: 21 })
    car.boot()
    car.run(2500)
    car.setIgnition('on')
    car.run(1000)
    const laptop = new Laptop(car)
    const technician = new Technician(laptop.wire, laptop.clock)
    const troubles = async (): ReturnType<Technician['troubles']> => laptop.wait(technician.troubles(hub))
    expect(await troubles(), 'before').toEqual([])
    provoke(car, laptop)
    car.run(7000)
    const trouble = (await troubles()).find(one => one.description !== undefined && [text, or].includes(one.description.text))
    expect(trouble, `${text} among ${(await troubles()).map(one => one.description?.text).join('; ')}`).toBeDefined()
    expect(trouble!.description!.remedy).not.toBe('')
    expect(trouble!.occurrences).toBeGreaterThan(0)
    mend?.(car)
    car.run(14_000)
    const after = (await troubles()).find(one => one.code === trouble!.code)
    expect(after?.status ?? [], 'it is over, and kept').not.toContain('failed')
    await laptop.wait(technician.clear(hub))
    expect((await troubles()).map(one => one.code)).not.toContain(trouble!.code)
  }, 60_000)
})
