/** Limits of the vehicle driver. */
export const VEHICLE_PARAMETERS = {
  /** An input must rest this long before it counts. */
  debounce_ms: 20,
  /** Reading period while wheel pulses come, while the ignition is on, and otherwise. */
  movingPoll_ms: 100,
  onPoll_ms: 200,
  offPoll_ms: 1000,
  /** Pulses are counted over up to this many readings: 0.1 m in 0.5 s resolve 0.72 km/h. */
  windowReadings: 5,
  /** Smallest change of speed worth a message, km/h. */
  speedStep_kmh: 0.5,
} as const
