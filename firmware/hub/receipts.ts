import { CommandReceiptEncoder, hubAddress, keyRoleOf, messageId, senderNibble, TAG_AT } from '#protocol/index.ts'
import type { Job, Schedule, Transmitter } from '../runtime/index.ts'
import type { HubKeys } from './hub-keys.ts'
import type { Taken } from './own-challenge.ts'

/** Receipts that wait. */
const ROOM = 4
/** A receipt is in no hurry, but before the command is repeated: first the hub does what it was told. */
const RECEIPT_ms = 40
const TOPIC_BITS = 8
const SOURCE_BITS = 8
const SEQUENCE_BITS = 4
/** A command that is repeated, as a held one is, is said to be taken so often: who has not heard it until then has given up. */
const MOST = 5
/** Bytes of a receipt before its tag. */
const HEAD: number = TAG_AT.receipt

/** A command that was taken, and what it was tagged with. */
interface Receipt {
  topic: number
  source: number
  sequence: number
  word: number
  counter: number
  due_ms: number
}

/** Says of commands that were taken that they were, over what they were tagged with. */
export class Receipts {
  private readonly location: number
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly keys: HubKeys
  private readonly job: Job
  private readonly waiting: Receipt[]
  /** The last command that was taken, and how often. */
  private last: number
  private times: number
  private made: number
  private sent: number
  private readonly bytes: Uint8Array

  constructor(location: number, schedule: Schedule, transmit: Transmitter, keys: HubKeys) {
    this.location = location
    this.schedule = schedule
    this.transmit = transmit
    this.keys = keys
    this.job = schedule.job('receipts', () => this.say())
    this.waiting = []
    for (let i = 0; i < ROOM; i++) this.waiting.push({ topic: 0, source: 0, sequence: 0, word: 0, counter: 0, due_ms: 0 })
    this.last = 0
    this.times = 0
    this.made = 0
    this.sent = 0
    this.bytes = new Uint8Array(CommandReceiptEncoder.length)
  }

  add(topic: number, source: number, sequence: number, taken: Taken): void {
    const command = (topic << SOURCE_BITS | source) << SEQUENCE_BITS | sequence
    this.times = command === this.last ? this.times + 1 : 1
    this.last = command
    if (this.times > MOST) return
    const receipt = this.waiting[this.made % ROOM]!
    receipt.topic = topic
    receipt.source = source
    receipt.sequence = sequence
    receipt.word = taken.word
    receipt.counter = taken.counter
    receipt.due_ms = this.schedule.now() + RECEIPT_ms
    this.made++
    this.schedule.notLater(this.job, receipt.due_ms)
  }

  private say(): void {
    if (this.made - this.sent > ROOM) this.sent = this.made - ROOM
    const now = this.schedule.now()
    const id = messageId(CommandReceiptEncoder.priority, 0, CommandReceiptEncoder.kind, this.location, hubAddress(this.location))
    const bytes = this.bytes
    for (; this.sent < this.made; this.sent++) {
      const receipt = this.waiting[this.sent % ROOM]!
      if (receipt.due_ms > now) {
        this.schedule.notLater(this.job, receipt.due_ms)
        return
      }
      const sender = senderNibble(receipt.source)
      bytes[2] = receipt.topic
      bytes[3] = sender << 4 | receipt.sequence
      this.keys.sign(keyRoleOf(receipt.source), id, receipt.word, receipt.counter, bytes, HEAD, bytes, HEAD)
      this.transmit.sendEncoded(CommandReceiptEncoder, this.location, bytes, sender << TOPIC_BITS | receipt.topic)
    }
  }
}
