import { type Notice, NOTICES } from '#protocol/index.ts'

/** What this hub noticed of who should not speak: how often since boot by `NOTICE` (modulo 65,536), and the last identifier. */
export class Notices {
  readonly counts: Uint16Array
  readonly ids: Uint32Array

  constructor() {
    this.counts = new Uint16Array(NOTICES)
    this.ids = new Uint32Array(NOTICES)
  }

  note(notice: Notice, id: number): void {
    this.counts[notice]!++
    this.ids[notice] = id
  }
}
