/**
 * What a car's copper can carry, as the power manager knows it: plain numbers that are compiled into the images of the
 * dash and the trunk, or made from a car description by the simulator. Currents in A, resistances in Ω, voltages in V.
 */
export interface PowerPlan {
  /**
   * Segments and drops: what may flow through each for ever, the smaller of its ampacity and of three quarters of the fuses before it:
   * the sum of run currents.
   */
  readonly feeders_A: readonly number[]
  /** What may flow through each while peaks are drawn: the smaller of its ampacity and of the fuses before it; not less than for ever. */
  readonly peaks_A: readonly number[]
  /** In any order; the order is that of `transfer_Ohm`. */
  readonly hubs: readonly HubSupply[]
  /** The supply that predictions assume: a weak battery's electromotive force and inner resistance. */
  readonly source_V: number
  readonly source_Ohm: number
  /** No hub may fall below this by what is granted. */
  readonly least_V: number
}

/** What a hub's drop carries by its gauge, place and fuses, A. The hub knows it, and so does the manager. */
export interface DropLimits {
  /** For ever, and in a peak, in the hottest ambient that it is laid for. */
  readonly run_A: number
  readonly peak_A: number
  /** Of its copper alone in that ambient. */
  readonly ampacity_A: number
  readonly ambient_C: number
  /** What its insulation bears, °C. */
  readonly insulation_C: number
  /** Drawn by the hub without any grant: the board, and the idle currents of what is plugged in. */
  readonly idle_A: number
}

/** Copper in an ambient above the one it is laid for carries less: by the root of what is left to the limit of its insulation. */
function ampacityNow_A(drop: DropLimits, ambient_C: number): number {
  // Not a number: the hub does not know how warm it is.
  if (!(ambient_C > drop.ambient_C)) return drop.ampacity_A
  if (ambient_C >= drop.insulation_C) return 0
  return drop.ampacity_A * Math.sqrt((drop.insulation_C - ambient_C) / (drop.insulation_C - drop.ambient_C))
}

/** What a drop carries for ever at this temperature, A. */
export function dropRun_A(drop: DropLimits, ambient_C: number): number {
  return Math.min(drop.run_A, ampacityNow_A(drop, ambient_C))
}

/** What it carries in a peak, A. */
export function dropPeak_A(drop: DropLimits, ambient_C: number): number {
  return Math.min(drop.peak_A, ampacityNow_A(drop, ambient_C))
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
  readonly drop: DropLimits
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
