import type { CodeOf } from '#protocol/index.ts'

/**
 * Whether an automatic closing can be guarded. `motorUnknown`: the descriptor does not say what motor it is. `noMeans`: the board
 * does not measure a port's means, would leave a motor on that nobody renews, or its ticks come later than the force was judged
 * with. `roadUnseen`: the car moves, and the board has no accelerometer.
 */
export const GUARDING = { able: 0, motorUnknown: 1, noMeans: 2, roadUnseen: 3 } as const
export type Guarding = CodeOf<typeof GUARDING>

/** What the control of a window sees; the driver fills it in before every call. */
export interface WindowInputs {
  now_ms: number
  /** Hall counter, up while opening. */
  count: number
  /** When the last interval of means ended. */
  taken_ms: number
  /** Means of that interval: drawn from the port, at the plug, and the vertical acceleration of the door (NaN: not measured). */
  port_A: number
  plug_V: number
  acceleration_m_s2: number
  /** The eFuse's limit: where it holds that current. */
  limit_A: number
  supply_V: number
  /** Of the door. */
  temperature_C: number
  /** Why nothing may close by itself, if so: the closing would not be told from a pinch (`GUARDING`). */
  guarding: Guarding
  /** Ignition on. */
  mayClose: boolean
  /** The port is fed. */
  fed: boolean
  /**
   * Nobody renewed a closing motor for so long that the board has taken it away, or one that closes by itself for longer than the force
   * was judged with: what the glass met meanwhile is not known.
   */
  dropped: boolean
}

/** Before anything was measured. */
export function noInputs(): WindowInputs {
  return {
    now_ms: 0, count: 0, taken_ms: 0, port_A: 0, plug_V: 0, acceleration_m_s2: NaN, limit_A: Infinity, supply_V: 0, temperature_C: 23,
    guarding: GUARDING.able, mayClose: false, fed: false, dropped: false,
  }
}
