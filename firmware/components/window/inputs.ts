/** What the control of a window sees; the driver fills it in before every call. */
export interface WindowInputs {
  now_ms: number
  /** Hall counter, up while opening. */
  count: number
  /** Drawn from the port. */
  current_A: number
  /** Where the eFuse holds it. */
  limit_A: number
  supply_V: number
  /** Of the door. */
  temperature_C: number
  /** Of the car; NaN: not known. */
  speed_kmh: number
  /** Ignition on. */
  mayClose: boolean
  /** The port is fed. */
  fed: boolean
}

/** Before anything was measured. */
export function noInputs(): WindowInputs {
  return {
    now_ms: 0, count: 0, current_A: 0, limit_A: Infinity, supply_V: 0, temperature_C: 23, speed_kmh: NaN, mayClose: false, fed: false,
  }
}
