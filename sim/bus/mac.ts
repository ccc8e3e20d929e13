import { CAN_STATE } from '#protocol/index.ts'
import { ErrorCounters } from './error-counters.ts'
import { FrameCoder } from './frame-coder.ts'
import type { TxQueue, TxSlot } from './tx-queue.ts'

/** What a node does in the present bit. */
export const PHASE = {
  /** Without power, or not connected. */
  off: 0,
  /** Waits for 11 recessive bits before it takes part. */
  integrating: 1,
  busOff: 2,
  idle: 3,
  intermission: 4,
  /** The 8 bits an error-passive node waits after its own transmission. */
  suspended: 5,
  frame: 6,
  activeFlag: 7,
  passiveFlag: 8,
  overloadFlag: 9,
  /** Its flag is sent; it waits for the bus to become recessive. */
  afterFlag: 10,
  delimiter: 11,
} as const

/** The five error types of ISO 11898-1:2015, 10.11. */
export const ERROR_TYPE = { bit: 0, stuff: 1, form: 2, crc: 3, ack: 4 } as const

/** What the last bit brought, for the segment to report. */
export const NEWS = {
  received: 1, sent: 2, error: 4, overload: 8,
  /** The last bit of its own frame was wrong: its receivers keep the frame, and it sends it again. */
  repeats: 16,
} as const

/** What a node makes of an FD frame: an error, nothing at all, or a frame. */
export const FD_MODE = { none: 0, tolerant: 1, active: 2 } as const

const FLAG_BITS = 6
const DELIMITER_BITS = 8
const SUSPEND_BITS = 8
const INTEGRATION_BITS = 11
const RECOVERY_SEQUENCES = 128
const DOMINANT = 0
const RECESSIVE = 1

/** Places in the tail (`FrameCoder.tail`). */
const ACK_SLOT = 1
const ACK_DELIMITER = 2
const LAST_BIT = 9

/**
 * The protocol controller of one node, bit by bit (ISO 11898-1:2015, clauses 10 and 12): sends, listens, finds the five
 * kinds of error, signals them and keeps the error counters. Used for the frames in which something is wrong; frames that
 * nothing disturbs are computed as a whole (see `segment.ts`), with the same result.
 */
export class Mac {
  readonly errors = new ErrorCounters()
  readonly tx: TxQueue
  readonly coder = new FrameCoder()
  phase: number = PHASE.off
  listenOnly = false
  /** `FD_MODE` */
  fdMode: number = FD_MODE.none
  /** Counts the 128 × 11 recessive bits that lead out of bus-off. */
  recovering = false
  /** When an error-passive transmitter may send again, ns; used between frames computed as a whole. */
  ready_ns = 0
  /** The bit it drives now. */
  out = RECESSIVE
  transmitting = false
  /** The transmit buffer on the wire. */
  slot: TxSlot | undefined = undefined
  /** Bits of the present phase that are over. */
  count = 0
  /** Bits of the present or last frame that are over, stuff bits included. */
  age = 0
  /** Those of them at the data rate. */
  fastAge = 0
  /** `NEWS` of the last bit. */
  news = 0
  /** `ERROR_TYPE` of the last error. */
  errorType = 0
  /** Whether it was found by the transmitter. */
  errorAsTransmitter = false
  /** Of a passive error flag: the level last seen. */
  private level = DOMINANT
  private wasTransmitter = false
  private ackPending = false
  private overload = false
  private recoveries = 0
  /** What it has seen of the present nominal bit, in bits at the data rate. */
  private slowTicks = 0
  private slowLevel = RECESSIVE

  constructor(tx: TxQueue) {
    this.tx = tx
  }

  /** Starts to listen; takes part after 11 recessive bits, of which the present one is none when it has begun before. */
  connect(midBit: boolean): void {
    this.phase = PHASE.integrating
    this.count = midBit ? -1 : 0
    this.out = RECESSIVE
    this.transmitting = false
    this.slot = undefined
    this.wasTransmitter = false
  }

  disconnect(): void {
    this.connect(false)
    this.phase = PHASE.off
  }

  /** Begins to count recessive bits, as `connect` does. */
  recover(midBit: boolean): void {
    this.recovering = true
    this.recoveries = 0
    this.count = midBit ? -1 : 0
  }

  /** True where the fast path may take over: nothing of a frame, a flag or a delimiter is left. */
  get quiet(): boolean {
    const phase = this.phase
    return phase === PHASE.idle || phase === PHASE.suspended || phase === PHASE.off || (phase === PHASE.busOff && !this.recovering)
  }

  /** Whether it stays as it is for as long as the bus is dominant. */
  get stuck(): boolean {
    const phase = this.phase
    if (phase === PHASE.off || phase === PHASE.busOff || phase === PHASE.integrating) return true
    return phase === PHASE.afterFlag && !this.wasTransmitter && (this.listenOnly || this.errors.rec >= 255)
  }

  /** Bits of suspension left. */
  get suspension(): number {
    return this.phase === PHASE.suspended ? SUSPEND_BITS - this.count : 0
  }

  /** Takes over from the fast path, between frames: `intermission` bits of 3 are over, then `suspension` bits remain. */
  resume(intermission: number, suspension: number): void {
    if (this.phase !== PHASE.idle) return
    this.wasTransmitter = suspension > 0
    if (intermission < 3) {
      this.phase = PHASE.intermission
      this.count = intermission
    } else if (suspension > 0) {
      this.phase = PHASE.suspended
      this.count = SUSPEND_BITS - suspension
    }
  }

  /** Takes over in the error frame of a lone transmitter, `bits` bits after it began. */
  resumeErrorFrame(active: boolean, bits: number): void {
    this.wasTransmitter = true
    this.overload = false
    this.ackPending = !active
    this.level = RECESSIVE
    this.phase = active ? PHASE.activeFlag : PHASE.passiveFlag
    this.count = bits
    if (bits > FLAG_BITS) {
      this.phase = PHASE.delimiter
      this.count = bits - FLAG_BITS
    } else if (bits === FLAG_BITS) {
      this.phase = PHASE.afterFlag
      this.count = 0
    }
    this.drive()
  }

  /** Begins to send this frame: its start of frame is the coming bit. */
  start(slot: TxSlot): void {
    this.begin(true)
    this.slot = slot
  }

  /** Settles what it drives in the coming bit; an idle node with a frame pending begins it. */
  drive(): void {
    switch (this.phase) {
      case PHASE.idle:
        if (this.tx.first !== undefined && !this.listenOnly) this.begin(true)
        this.out = this.transmitting ? DOMINANT : RECESSIVE
        return
      case PHASE.frame:
        if (this.transmitting) this.out = this.coder.nextBit(this.slot!.frame)
        else this.out = this.coder.tail === ACK_SLOT && this.coder.crcGood && !this.listenOnly ? DOMINANT : RECESSIVE
        return
      case PHASE.activeFlag:
      case PHASE.overloadFlag:
        this.out = DOMINANT
        return
      default:
        this.out = RECESSIVE
    }
  }

  /** Whether it takes the coming bit at the data rate. */
  get fast(): boolean {
    return this.phase === PHASE.frame && this.coder.fast
  }

  /** Takes in a bit of the one length while the node counts in the other; a nominal bit is `ticks` bits of the data rate long. */
  sampleMixed(bit: number, fastBit: boolean, ticks: number): void {
    this.news = 0
    if (this.fast) {
      for (let i = fastBit ? ticks - 1 : 0; i < ticks && this.fast && this.news === 0; i++) this.sample(bit)
      return
    }
    if (fastBit) {
      this.slowLevel &= bit
      if (++this.slowTicks < ticks) return
    }
    const seen = this.slowLevel & bit
    this.slowTicks = 0
    this.slowLevel = RECESSIVE
    this.sample(seen)
  }

  /** Takes in what the node saw of the bit. */
  sample(bit: number): void {
    this.news = 0
    switch (this.phase) {
      case PHASE.off: return
      case PHASE.integrating: return this.integrate(bit)
      case PHASE.busOff: return this.waitForRecovery(bit)
      case PHASE.idle:
      case PHASE.suspended: return this.sampleIdle(bit)
      case PHASE.intermission: return this.sampleIntermission(bit)
      case PHASE.frame: return this.sampleFrame(bit)
      case PHASE.activeFlag:
      case PHASE.overloadFlag: return this.sampleFlag(bit)
      case PHASE.passiveFlag: return this.samplePassiveFlag(bit)
      case PHASE.afterFlag: return this.sampleAfterFlag(bit)
      case PHASE.delimiter: return this.sampleDelimiter(bit)
    }
  }

  private integrate(bit: number): void {
    this.count = bit === RECESSIVE ? this.count + 1 : 0
    if (this.count === INTEGRATION_BITS) this.phase = PHASE.idle
  }

  private waitForRecovery(bit: number): void {
    if (!this.recovering) return
    this.count = bit === RECESSIVE ? this.count + 1 : 0
    if (this.count < INTEGRATION_BITS) return
    this.count = 0
    if (++this.recoveries < RECOVERY_SEQUENCES) return
    this.recovering = false
    this.errors.reset()
    this.wasTransmitter = false
    this.phase = PHASE.idle
  }

  private sampleIdle(bit: number): void {
    if (bit === DOMINANT) {
      this.begin(false)
      this.sampleFrame(bit)
    } else if (this.phase === PHASE.suspended && ++this.count === SUSPEND_BITS) this.phase = PHASE.idle
  }

  private sampleIntermission(bit: number): void {
    const position = this.count++
    if (bit === DOMINANT) {
      if (position < 2) return this.startOverload()
      // A dominant third bit is a start of frame; who has a frame pending joins with its first identifier bit (10.4.6).
      const joins = this.tx.first !== undefined && !this.listenOnly && !(this.wasTransmitter && this.errors.passive)
      this.begin(joins)
      return this.sampleFrame(bit)
    }
    if (position < 2) return
    this.count = 0
    this.phase = this.wasTransmitter && this.errors.passive ? PHASE.suspended : PHASE.idle
  }

  private begin(transmit: boolean): void {
    this.phase = PHASE.frame
    this.transmitting = transmit
    this.wasTransmitter = false
    this.slot = transmit ? this.tx.first : undefined
    this.age = 0
    this.fastAge = 0
    this.coder.begin(this.errors.passive)
    this.out = DOMINANT
  }

  /** Whether the next bit belongs to the arbitration field of the frame it sends. */
  private get inArbitration(): boolean {
    return this.coder.pos >= 1 && this.coder.pos <= (this.slot!.frame.extended ? 32 : 12)
  }

  private sampleFrame(bit: number): void {
    this.age++
    if (this.coder.fast) this.fastAge++
    if (this.coder.tail < 0) this.sampleStuffed(bit)
    else this.sampleTail(bit)
  }

  private sampleStuffed(bit: number): void {
    const coder = this.coder
    if (coder.atStuffBit) {
      if (!coder.unstuff(bit)) this.stuffViolation(bit)
      return
    }
    if (this.transmitting && bit !== this.out) {
      if (bit === RECESSIVE || !this.inArbitration) return this.fail(ERROR_TYPE.bit)
      this.transmitting = false
      this.slot = undefined
    }
    if (bit === RECESSIVE) {
      if (coder.atFormatBit && this.fdMode !== FD_MODE.active) return this.meetFd()
      // The next format after FD is none we know.
      if (coder.atReservedBit) return this.fail(ERROR_TYPE.form)
    }
    coder.take(bit)
  }

  /** An FD frame at a node that has none: an error to it, or it waits for the end of it. */
  private meetFd(): void {
    if (this.fdMode === FD_MODE.none) return this.fail(ERROR_TYPE.form)
    this.phase = PHASE.integrating
    this.count = 0
    this.wasTransmitter = false
  }

  private stuffViolation(bit: number): void {
    if (!this.transmitting) return this.fail(this.coder.inFdCrc ? ERROR_TYPE.form : ERROR_TYPE.stuff)
    // A recessive stuff bit overwritten during arbitration is a stuff error and leaves the counter alone (12.1.4.2 c, exception 2).
    if (bit === DOMINANT && this.inArbitration) this.signal(ERROR_TYPE.stuff, false)
    else this.fail(ERROR_TYPE.bit)
  }

  private sampleTail(bit: number): void {
    const at = this.coder.tail++
    if (at === ACK_SLOT) return this.sampleAck(bit)
    if (bit === DOMINANT) {
      if (this.transmitting) {
        if (at === LAST_BIT) this.news |= NEWS.repeats
        return this.fail(ERROR_TYPE.bit)
      }
      if (at !== LAST_BIT) return this.fail(ERROR_TYPE.form)
      // A receiver has had the frame since the last but one bit (10.7): it keeps it, and answers with an overload frame.
      this.news |= NEWS.received
      return this.startOverload()
    }
    if (at === ACK_DELIMITER && !this.transmitting && !this.coder.crcGood) return this.fail(ERROR_TYPE.crc)
    if (at !== LAST_BIT) return
    this.phase = PHASE.intermission
    this.count = 0
    if (this.transmitting) {
      this.errors.transmitted()
      this.wasTransmitter = true
      this.news |= NEWS.sent
      return
    }
    this.news |= NEWS.received
  }

  private sampleAck(bit: number): void {
    if (this.transmitting) {
      if (bit === RECESSIVE) this.fail(ERROR_TYPE.ack)
    } else if (this.out === DOMINANT) {
      if (bit === RECESSIVE) this.fail(ERROR_TYPE.bit)
      else this.errors.received()
    }
  }

  /** An error that counts. */
  private fail(type: number): void {
    this.signal(type, true)
  }

  private signal(type: number, counts: boolean): void {
    const active = this.errors.state === CAN_STATE.errorActive && !this.listenOnly
    this.news |= NEWS.error
    this.errorType = type
    this.errorAsTransmitter = this.transmitting
    this.wasTransmitter = this.transmitting
    this.overload = false
    this.ackPending = false
    if (!this.transmitting) this.countReceiveError(1)
    else if (type === ERROR_TYPE.ack && !active) this.ackPending = true
    else if (counts) this.errors.transmitError()
    this.transmitting = false
    this.slot = undefined
    this.startFlag(active ? PHASE.activeFlag : PHASE.passiveFlag)
  }

  private startFlag(phase: number): void {
    this.phase = this.errors.state === CAN_STATE.busOff ? PHASE.busOff : phase
    this.recovering = false
    this.count = 0
  }

  private countReceiveError(by: number): void {
    if (!this.listenOnly) this.errors.receiveError(by)
  }

  /** An error or a dominant run that costs 8, in the counter of the role the node had. */
  private countEight(): void {
    if (this.wasTransmitter) this.errors.transmitError()
    else this.countReceiveError(8)
    if (this.errors.state === CAN_STATE.busOff) this.startFlag(PHASE.busOff)
  }

  private startOverload(): void {
    this.news |= NEWS.overload
    this.overload = true
    this.transmitting = false
    this.slot = undefined
    this.startFlag(this.listenOnly ? PHASE.passiveFlag : PHASE.overloadFlag)
  }

  private sampleFlag(bit: number): void {
    if (bit !== this.out) {
      // A bit error in its own flag: 8 more, and a new flag (12.1.4.2 d and e).
      this.news |= NEWS.error
      this.errorType = ERROR_TYPE.bit
      this.errorAsTransmitter = this.wasTransmitter
      this.overload = false
      const active = this.errors.state === CAN_STATE.errorActive
      this.startFlag(active ? PHASE.activeFlag : PHASE.passiveFlag)
      return this.countEight()
    }
    if (++this.count < FLAG_BITS) return
    this.phase = PHASE.afterFlag
    this.count = 0
  }

  /** Over after six equal bits, whoever sent them. */
  private samplePassiveFlag(bit: number): void {
    if (this.count > 0 && bit === this.level) this.count++
    else {
      this.level = bit
      this.count = 1
    }
    if (bit === DOMINANT && this.ackPending) {
      // Someone objects: no lone node after all (12.1.4.2 c, exception 1).
      this.ackPending = false
      this.errors.transmitError()
      if (this.errors.state === CAN_STATE.busOff) return this.startFlag(PHASE.busOff)
    }
    if (this.count < FLAG_BITS) return
    this.phase = PHASE.afterFlag
    this.count = 0
  }

  private sampleAfterFlag(bit: number): void {
    if (bit === RECESSIVE) {
      this.phase = PHASE.delimiter
      this.count = 1
      return
    }
    const run = ++this.count
    if (run === 1 && !this.overload && !this.wasTransmitter) this.countReceiveError(8)
    if (run % 8 === 0) this.countEight()
  }

  private sampleDelimiter(bit: number): void {
    const position = this.count++
    if (bit === DOMINANT) {
      if (position === DELIMITER_BITS - 1) return this.startOverload()
      // The role stays: who sent the frame is still its transmitter.
      this.transmitting = this.wasTransmitter
      return this.fail(ERROR_TYPE.form)
    }
    if (this.count < DELIMITER_BITS) return
    this.phase = PHASE.intermission
    this.count = 0
  }
}
