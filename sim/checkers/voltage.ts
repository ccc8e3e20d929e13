import { COPPER_EVENTS, type EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** Electronics of a car work from here on. */
const LOWEST_V = 9
/** What the source must offer a hub, were nothing on the spine to draw: below it the dip is not of our doing. */
const OFFERED_V = 10
/** An inrush may take the voltage down for this long. */
const DIP_ns = 50 * MS_ns

type Needed = 'signal:supply_V' | 'signal:unloaded_V'

interface Hub {
  supply_V: number
  unloaded_V: number
  /** When it began to be too low by our own doing; NaN: it is not. */
  low_ns: number
  accused: boolean
}

class VoltageChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly hubs = new Map<string, Hub>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  event({ source, name, t_ns, value }: EventOf<Needed>): void {
    let hub = this.hubs.get(source)
    if (hub === undefined) {
      hub = { supply_V: NaN, unloaded_V: NaN, low_ns: NaN, accused: false }
      this.hubs.set(source, hub)
    }
    this.judge(source, hub, t_ns)
    hub[name] = value
    const low = hub.supply_V < LOWEST_V && hub.unloaded_V >= OFFERED_V && this.around.copperFaults.size === 0
    if (!low) {
      hub.low_ns = NaN
      hub.accused = false
    } else if (Number.isNaN(hub.low_ns)) hub.low_ns = t_ns
  }

  look(now_ns: number): void {
    for (const [name, hub] of this.hubs) this.judge(name, hub, now_ns)
  }

  private judge(name: string, hub: Hub, now_ns: number): void {
    if (hub.accused || !(now_ns - hub.low_ns > DIP_ns)) return
    hub.accused = true
    this.accuse(now_ns, `${name} has too little voltage by the car's own doing`, {
      supply_V: hub.supply_V, lowest_V: LOWEST_V, unloaded_V: hub.unloaded_V, since_ms: (now_ns - hub.low_ns) / MS_ns,
    })
  }
}

export const voltage: CheckerEntry<Needed> = {
  name: 'voltage',
  contract: `no hub falls below ${LOWEST_V} V by the car's own doing`,
  needs: ['signal:supply_V', 'signal:unloaded_V'],
  asks: COPPER_EVENTS,
  create: (accuse, around) => new VoltageChecker(accuse, around),
}
