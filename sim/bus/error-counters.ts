import { CAN_STATE, type CanState } from '#protocol/index.ts'

/** From here on a node is error-passive. */
const PASSIVE_LIMIT = 128
/** A transmit error counter above this is bus-off. */
const BUS_OFF_LIMIT = 255
/** What a successful reception sets the receive error counter to when it was above 127 (the standard allows 119–127). */
const RECOVERED_REC = 127

/** Fault confinement of one node (ISO 11898-1:2015, 12.1.4.2): transmit and receive error counters and the state they make. */
export class ErrorCounters {
  tec = 0
  /** Stays at 255, as in an 8-bit register. */
  rec = 0
  /** `CAN_STATE`. */
  state: CanState = CAN_STATE.errorActive

  get passive(): boolean {
    return this.state === CAN_STATE.errorPassive
  }

  /** A frame was sent and acknowledged. */
  transmitted(): void {
    if (this.tec === 0) return
    this.tec--
    this.judge()
  }

  /** A frame was received and acknowledged. */
  received(): void {
    if (this.rec === 0) return
    this.rec = this.rec >= PASSIVE_LIMIT ? RECOVERED_REC : this.rec - 1
    this.judge()
  }

  transmitError(): void {
    this.tec += 8
    this.judge()
  }

  receiveError(by: number): void {
    this.rec += by
    if (this.rec > 255) this.rec = 255
    this.judge()
  }

  /** After a reset, and after recovery from bus-off. */
  reset(): void {
    this.tec = 0
    this.rec = 0
    this.state = CAN_STATE.errorActive
  }

  private judge(): void {
    if (this.tec > BUS_OFF_LIMIT || this.state === CAN_STATE.busOff) this.state = CAN_STATE.busOff
    else this.state = this.tec >= PASSIVE_LIMIT || this.rec >= PASSIVE_LIMIT ? CAN_STATE.errorPassive : CAN_STATE.errorActive
  }
}
