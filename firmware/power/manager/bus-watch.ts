import {
  HUB_SENDERS, hubAddress, HubStatusCodec, isBroadcastKind, locationOfAddress, messageId, NOTICE, NULL_ADDRESS, PF_BROADCAST,
  TOOL_ADDRESSES,
} from '#protocol/index.ts'
import type { Notices } from '../../runtime/index.ts'

/**
 * Messages of one address in a second that no hub and no tool of ours reaches: a hub sends to another at most each 10 ms, and its
 * own reports each 20 ms a port.
 */
export const FLOOD_FRAMES = 400
const NIBBLES = 16
const PAGE_TO_HUB = 0x100_0000
const HUB_ADDRESSES: number = hubAddress(0)
/** Of an identifier: upper bit of the page, format, upper half of the source; and what they are when a hub says a catalogue message. */
const HEAD = 0x2ff_00f0
const BROADCAST_OF_HUB: number = PF_BROADCAST << 16 | HUB_ADDRESSES

/** What a manager's hub, which hears everyone, notices of who should not speak. It knows addresses only: it proves nobody honest. */
export class BusWatch {
  private readonly address: number
  private readonly notices: Notices
  /** By location code: whether the car has a hub there; undefined: everywhere. */
  private readonly present: readonly boolean[] | undefined
  /** By the low nibble of the address: frames since the last look. */
  private readonly frames: Uint16Array
  /** A bit for each location but its own. */
  private readonly others: number

  constructor(address: number, notices: Notices, present: readonly boolean[] | undefined) {
    this.address = address
    this.notices = notices
    this.present = present
    this.frames = new Uint16Array(NIBBLES)
    this.others = ~(1 << (address & 0x0f))
  }

  /** Any frame. */
  heard(id: number): void {
    this.frames[id & 0x0f]!++
    // As nearly always: another hub that speaks of itself, or says to others what it may.
    const may = (id & PAGE_TO_HUB) === 0 ? 1 << (id >>> 8 & 0x0f) : HUB_SENDERS[id >>> 12 & 0x0f]!
    if ((id & HEAD) !== BROADCAST_OF_HUB || (may & this.others & 1 << (id & 0x0f)) === 0) this.judge(id)
  }

  /** Once a second. */
  look(): void {
    for (let nibble = 0; nibble < NIBBLES; nibble++) {
      const frames = this.frames[nibble]!
      if (frames === 0) continue
      const example = messageId(HubStatusCodec.priority, 0, 0, nibble, HUB_ADDRESSES | nibble)
      if (frames > FLOOD_FRAMES) this.notices.note(NOTICE.flood, example)
      if (this.isAbsent(nibble)) this.notices.note(NOTICE.stranger, example)
    }
    this.frames.fill(0)
  }

  private judge(id: number): void {
    if (!isBroadcastKind(id)) return
    const source = id & 0xff
    const location = locationOfAddress(source)
    if (source === this.address) this.notices.note(NOTICE.forgedAddress, id)
    else if (location > 0 ? !this.maySay(location, id) : source !== NULL_ADDRESS && TOOL_ADDRESSES.indexOf(source) < 0) {
      this.notices.note(NOTICE.stranger, id)
    }
  }

  /** A hub says only what is its own, and to others what the catalogue lets it. */
  private maySay(location: number, id: number): boolean {
    return (id & PAGE_TO_HUB) !== 0 && (HUB_SENDERS[(id >>> 12) & 0x0f]! >> location & 1) !== 0
  }

  private isAbsent(location: number): boolean {
    return this.present !== undefined && location >= 1 && location < this.present.length && !this.present[location]
  }
}

export function createWatch(address: number, notices: Notices, present: readonly boolean[] | undefined): BusWatch {
  return new BusWatch(address, notices, present)
}
