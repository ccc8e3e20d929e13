/**
 * What a car's copper can carry, as the power manager knows it: plain numbers that are compiled into the images of the
 * dash and the trunk, or made from a car description by the simulator. Currents in A, resistances in Ω, voltages in V.
 */
export interface PowerPlan {
  /** Segments and drops: what may flow through each for ever, the smaller of its ampacity and of the fuses before it. */
  readonly feeders_A: readonly number[]
  /** In any order; the order is that of `transfer_Ohm`. */
  readonly hubs: readonly HubSupply[]
  /** The supply that predictions assume: a weak battery's electromotive force and inner resistance. */
  readonly source_V: number
  readonly source_Ohm: number
  /** No hub may fall below this by what is granted. */
  readonly least_V: number
}

/** One hub on the copper. */
export interface HubSupply {
  /** `LOCATION` code. */
  readonly location: number
  /** Sockets. */
  readonly ports: number
  /** Feeders between battery and hub, as indices of `feeders_A`, and the fraction of the hub's current in each: 1 in a line. */
  readonly path: readonly number[]
  readonly fraction: readonly number[]
  /** Drawn without any grant: the board, and the idle currents of what is plugged in. */
  readonly idle_A: number
  /**
   * Static safe share, `idle_A` included: what the hub may draw when no manager knows of the others. The shares sum within
   * every feeder.
   */
  readonly share_A: number
  /** By hub: volts lost at this hub for each ampere that hub draws; the source's own resistance not included. */
  readonly transfer_Ohm: readonly number[]
}

/** Index of the hub at a location; −1 = the plan has none. */
export function hubIndexOf(plan: PowerPlan, location: number): number {
  for (let i = 0; i < plan.hubs.length; i++) {
    if (plan.hubs[i]!.location === location) return i
  }
  return -1
}
