/** Bytes of a VehicleState on which somebody acts: ignition, gear and shedding; speed; the manager. */
const ACTED_ON: readonly number[] = [2, 3, 6]

/**
 * What managers proved of the vehicle: a VehicleState that says the same again needs no tag for a while. So a car that stands has
 * two tags a second, not ten, and hubs that are busy for a moment lose less of what comes meanwhile.
 */
export class ProvedStates {
  private readonly bytes: Uint8Array
  private readonly proved_ms: Float64Array

  constructor(speakers: number) {
    this.bytes = new Uint8Array(speakers * ACTED_ON.length)
    this.proved_ms = new Float64Array(speakers)
    this.forget()
  }

  forget(): void {
    this.proved_ms.fill(-Infinity)
  }

  prove(speaker: number, data: Uint8Array, now: number): void {
    for (let i = 0; i < ACTED_ON.length; i++) this.bytes[speaker * ACTED_ON.length + i] = data[ACTED_ON[i]!]!
    this.proved_ms[speaker] = now
  }

  /** The same was proved in the last `for_ms`. */
  knows(speaker: number, data: Uint8Array, now: number, for_ms: number): boolean {
    if (now - this.proved_ms[speaker]! >= for_ms) return false
    for (let i = 0; i < ACTED_ON.length; i++) if (this.bytes[speaker * ACTED_ON.length + i] !== data[ACTED_ON[i]!]) return false
    return true
  }
}
