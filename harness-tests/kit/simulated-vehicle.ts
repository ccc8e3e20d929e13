import { type Car, type CarNames, unknownName } from '#sim/car/index.ts'
import type { Observation } from '#sim/plants/index.ts'
import type { SedanNames } from './names.ts'
import type { SimulatorDriver } from './simulator.ts'
import { Vehicle } from './vehicle.ts'

/** A car in a test: what every tester's tool can do, and the simulator behind it for what only a simulator can. */
export class SimulatedVehicle<Names extends CarNames = SedanNames> extends Vehicle<Names> {
  declare readonly driver: SimulatorDriver<Names>

  /** The simulator itself: faults, plugs, resets, the mechanics behind the bus. */
  get car(): Car<Names> {
    return this.driver.followed
  }

  /** What is to be seen of a component, behind the bus's back: `shows('FL.window').position_pct`. */
  shows(component: Names['component']): Observation {
    this.noteRead(`shows ${component}`, () => JSON.stringify(this.seen(component)))
    return this.seen(component)
  }

  /** A name from elsewhere (a file, an argument), checked: `car.named('switch', text)`. Throws RangeError with the names there are. */
  named<Kind extends keyof CarNames>(kind: Kind, text: string): Names[Kind] {
    const known: Readonly<Record<keyof CarNames, readonly string[]>> = {
      hub: [...this.car.hubs.keys()],
      component: [...this.car.components.keys()],
      switch: this.car.switches,
      cable: this.car.cableNames,
      feeder: this.car.topology.copper.cables.map(cable => cable.name),
    }
    if (known[kind].includes(text)) return text
    throw unknownName(kind, text, known[kind])
  }

  private seen(component: Names['component']): Observation {
    this.car.world.sync()
    return this.car.component(component).plant.observe()
  }
}
