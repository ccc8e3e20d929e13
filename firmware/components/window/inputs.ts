/** What the control of a window sees; the driver fills it in before every call. */
export interface WindowInputs {
  now_ms: number
  /** Hall counter, up while opening. */
  count: number
  /** Drawn from the port. */
  port_A: number
  /** The eFuse's limit: where it holds that current. */
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
    now_ms: 0, count: 0, port_A: 0, limit_A: Infinity, supply_V: 0, temperature_C: 23, speed_kmh: NaN, mayClose: false, fed: false,
  }
}
