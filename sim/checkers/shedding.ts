import { IGNITION, MANAGER_STATE } from '#protocol/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, type SeenFrame } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * Where comfort must be off, by the supply of the manager's hub: somewhat below where the power manager says it sheds
 * (10.5 V idle comfort, 8.7 V comfort in use). Index = level.
 */
const DUE_V = [Infinity, 10.2, 8.4]
/** While the starter turns comfort in use is off. */
const CRANKING_LEVEL = 2
/** It has so long to notice. */
const NOTICE_ns = 500 * MS_ns

type Needed = 'signal:supply_V' | 'reset'

/** A hub whose manager is in charge. */
interface Manager {
  supply_V: number
  /** Since when each level has been due; NaN: it is not. */
  readonly due_ns: number[]
  cranking_ns: number
  /** In charge without a break since then; NaN: it is not, or heard another that says that it is. */
  active_ns: number
  heard_ns: number
  accused: boolean
}

class SheddingChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly managers = new Map<string, Manager>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  event(event: EventOf<Needed>): void {
    if (event.kind === 'reset') this.managers.delete(event.source)
    else if (this.around.hub(event.source) !== undefined) this.supplied(event)
  }

  private supplied({ source, t_ns, value }: EventOf<'signal:supply_V'>): void {
    const manager = this.manager(source)
    manager.supply_V = value
    for (let level = 1; level < DUE_V.length; level++) {
      if (!(value < DUE_V[level]!)) manager.due_ns[level] = NaN
      else if (Number.isNaN(manager.due_ns[level])) manager.due_ns[level] = t_ns
    }
  }

  frame({ decoded, sender, end_ns }: SeenFrame): void {
    if (decoded?.name !== 'VehicleState') return
    const { manager: state, shedLevel, ignition } = decoded.values
    // It makes way for the other, be that what somebody recorded, and begins anew if it takes over again.
    if (state !== MANAGER_STATE.none) for (const [name, manager] of this.managers) if (name !== sender) manager.active_ns = NaN
    const hub = this.around.hub(sender)
    if (hub === undefined) return
    const manager = this.manager(sender)
    if (state === MANAGER_STATE.none || ignition !== IGNITION.start) manager.cranking_ns = NaN
    else if (Number.isNaN(manager.cranking_ns)) manager.cranking_ns = end_ns
    if (state === MANAGER_STATE.none) manager.active_ns = NaN
    else if (Number.isNaN(manager.active_ns) || end_ns - manager.heard_ns > NOTICE_ns) manager.active_ns = end_ns
    manager.heard_ns = end_ns
    const since_ns = end_ns - NOTICE_ns
    if (manager.accused || !(manager.active_ns <= since_ns) || Math.max(hub.reset_ns, hub.paused_ns) > since_ns) return
    let due = manager.cranking_ns < since_ns ? CRANKING_LEVEL : 0
    for (let level = 1; level < DUE_V.length; level++) if (manager.due_ns[level]! < since_ns && level > due) due = level
    if (shedLevel >= due) return
    manager.accused = true
    this.accuse(end_ns, `${sender} does not shed what it has to`, {
      shedLevel, due, supply_V: manager.supply_V, ignition,
    })
  }

  private manager(hub: string): Manager {
    let manager = this.managers.get(hub)
    if (manager === undefined) {
      manager = { supply_V: NaN, due_ns: DUE_V.map(() => NaN), cranking_ns: NaN, active_ns: NaN, heard_ns: -Infinity, accused: false }
      this.managers.set(hub, manager)
    }
    return manager
  }
}

export const shedding: CheckerEntry<Needed> = {
  name: 'shedding',
  contract: 'a power manager sheds comfort while its supply is low, and while the starter turns',
  needs: ['signal:supply_V', 'reset'],
  asks: ['reset', 'pause'],
  create: (accuse, around) => new SheddingChecker(accuse, around),
}
