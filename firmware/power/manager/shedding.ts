import { IGNITION, type Ignition, SHED_REASON, type ShedReason } from '#protocol/index.ts'

/** When loads are shed, by the supply at the manager, and when they come back. */
export const SHED_RULES = {
  /** Below this voltage a level is due (index = level): comfort idle, comfort in use (windows work down to 9 V), access. */
  below_V: [0, 10.5, 8.7, 7.5],
  /** Above this it is over. */
  above_V: [0, 11.5, 9.2, 8.7],
  /**
   * Readings in a row, 100 ms apart, that make a level due: a motor's inrush is none, nor the 0.1 s in which a fuse melts in another
   * circuit (ISO 16750-2, momentary drop).
   */
  readings: 3,
  /** The starter takes the supply down: comfort goes before it does. */
  crankingLevel: 2,
  /** Between two steps of the recovery the supply must be good for this long. */
  stage_ms: 1000,
  /** A level that comes again so soon after a recovery doubles the time of the next one, up to a limit. */
  again_ms: 10000,
  longestStage_ms: 32000,
} as const

/** Decides the shed level from supply voltage and ignition, with hysteresis and recovery in stages. */
export class Shedding {
  /** 0 nothing; n: priorities above 3 − n are off. */
  level: number
  /** Of the last change. */
  reason: ShedReason
  private due: number
  private stage_ms: number
  private good_ms: number
  private recovered_ms: number

  constructor() {
    this.level = 0
    this.reason = SHED_REASON.recovered
    this.due = 0
    this.stage_ms = SHED_RULES.stage_ms
    this.good_ms = 0
    this.recovered_ms = -Infinity
  }

  /** Goes on where another manager left off. */
  begin(now_ms: number, level: number): void {
    this.level = level
    this.due = 0
    this.good_ms = now_ms
  }

  /** One reading. True: level or reason changed. */
  read(now_ms: number, supply_V: number, ignition: Ignition): boolean {
    const cranking = ignition === IGNITION.start
    if (cranking && this.level < SHED_RULES.crankingLevel) return this.raise(now_ms, SHED_RULES.crankingLevel, SHED_REASON.cranking)
    let wanted = 0
    // Stryker disable next-line EqualityOperator: no voltage is below one that is not in the table
    for (let level = 1; level < SHED_RULES.below_V.length; level++) {
      if (supply_V < SHED_RULES.below_V[level]!) wanted = level
    }
    this.due = wanted > this.level ? this.due + 1 : 0
    if (this.due >= SHED_RULES.readings) return this.raise(now_ms, wanted, SHED_REASON.undervoltage)
    return this.recover(now_ms, supply_V, cranking)
  }

  private raise(now_ms: number, level: number, reason: ShedReason): boolean {
    const again = now_ms - this.recovered_ms < SHED_RULES.again_ms && reason === SHED_REASON.undervoltage
    this.stage_ms = again ? Math.min(2 * this.stage_ms, SHED_RULES.longestStage_ms) : SHED_RULES.stage_ms
    this.level = level
    this.reason = reason
    this.due = 0
    this.good_ms = now_ms
    return true
  }

  private recover(now_ms: number, supply_V: number, cranking: boolean): boolean {
    if (this.level === 0) return false
    if (cranking || !(supply_V >= SHED_RULES.above_V[this.level]!)) {
      this.good_ms = now_ms
      return false
    }
    if (now_ms - this.good_ms < this.stage_ms) return false
    this.level--
    this.reason = SHED_REASON.recovered
    this.good_ms = now_ms
    this.recovered_ms = now_ms
    return true
  }
}
