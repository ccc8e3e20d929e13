import type { LinkFrame } from '../link.ts'
import { cloneLinkFrame, createLinkFrame } from '../link-frame.ts'
import { CR, decodeSlcanFrame, isFrameLetter, readHex } from '../slcan/index.ts'

/** What happens to a byte that finds the line buffer full. */
type Overflow =
  /** It starts the line anew; what was there stays behind it. */
  | 'wraps'
  /** The line is thrown away with a bell, by the byte that fills the buffer, and that may be the CR. */
  | 'clears'
  /** The last place is overwritten again and again. */
  | 'truncates'
  /** The whole line is ignored. */
  | 'ignores'
  /** It is written behind the buffer: the firmware has crashed. */
  | 'corrupts'
  /** No byte is taken any more, not even a CR. */
  | 'sticks'

/** How an adapter behaves; the default is a LAWICEL CANUSB. */
export interface FirmwareManners {
  /** Answers with CR, `z` and bells. */
  readonly confirms?: boolean
  /** What it says to `V`; undefined: nothing. */
  readonly version?: string | undefined
  readonly serial?: string | undefined
  /** Sends back every line it gets. */
  readonly echoes?: boolean
  /** Knows `F`. */
  readonly polls?: boolean
  /** The only bit rate it has; undefined: all. */
  readonly bitrate?: string
  /** Confirms frames by a mere CR. */
  readonly plain?: boolean
  /** It swallows every answer to this n-th frame. */
  readonly swallow?: (n: number) => boolean
  /** It refuses this n-th frame with a bell. */
  readonly refuse?: (n: number) => boolean
  /** Line buffer, bytes. */
  readonly buffer?: number
  readonly overflow?: Overflow
  readonly emptyLine?: 'ignored' | 'repeats' | 'refused' | 'confirmed'
  /**
   * Which lines it sends as frames. `exact`: those that are one. `prefix`: those that begin with one. `loose`: whatever
   * begins with the letter of one; what is no digit, or was not sent, is what happens to be there.
   */
  readonly frames?: 'exact' | 'prefix' | 'loose'
  /** A line with this character in it is no SLCAN. */
  readonly marker?: string
  /** How it listens only. `forgets`: it takes `M1` and opens like ever. `none`: it confirms `M1` and does nothing. */
  readonly listen?: 'L' | 'M1' | 'forgets' | 'none'
  /** Answer to `C` while closed. */
  readonly closed?: 'refused' | 'confirmed'
  /** Lines that arrive together are taken for one. */
  readonly joins?: boolean
}

/** An SLCAN firmware for tests: bytes in, answers out, and what gets onto its bus. */
export class SlcanFirmware {
  readonly received: LinkFrame[] = []
  /** Commands it knows in the order in which they came, frames left out. */
  readonly commands: string[] = []
  channel: 'closed' | 'O' | 'L' = 'closed'
  timestamps = false
  /** Answer to the next `F`, which clears it when `latched`. */
  flags = 0
  latched = false
  /** Something was written behind its buffer. */
  crashed = false
  private silent = false
  private frames = 0
  private readonly manners: FirmwareManners
  private readonly answer: (text: string) => void
  private readonly buffer: Uint8Array
  private used = 0
  private ignoring = false
  /** The line before: what an empty one repeats. */
  private last: Uint8Array = new Uint8Array(0)

  constructor(manners: FirmwareManners, answer: (text: string) => void) {
    this.manners = manners
    this.answer = answer
    this.buffer = new Uint8Array(manners.buffer ?? 160)
  }

  read(chunk: Uint8Array): void {
    const last = this.manners.joins === true ? chunk.lastIndexOf(CR) : -1
    chunk.forEach((byte, at) => {
      if (byte === CR && at >= last) this.end()
      else this.store(byte)
    })
  }

  private store(byte: number): void {
    const { buffer, manners: { overflow = 'clears' } } = this
    if (this.crashed) return
    if (this.used < buffer.length) {
      buffer[this.used++] = byte
      if (overflow === 'clears' && this.used === buffer.length) this.clear()
      return
    }
    if (overflow === 'truncates') buffer[buffer.length - 1] = byte
    else if (overflow === 'ignores') this.ignoring = true
    else if (overflow === 'corrupts') this.crashed = true
    else if (overflow === 'wraps') {
      buffer[0] = byte
      this.used = 1
    }
  }

  private clear(): void {
    this.used = 0
    this.say('\x07')
  }

  private end(): void {
    const { manners: { overflow = 'clears' } } = this
    if (this.crashed || (overflow === 'sticks' && this.used === this.buffer.length)) return
    if (overflow === 'clears' && this.used === this.buffer.length - 1) return this.clear()
    const line = this.buffer.slice(0, this.used)
    this.used = 0
    if (this.ignoring) {
      this.ignoring = false
      return
    }
    if (this.manners.echoes === true) this.answer(`${text(line)}\r`)
    if (line.length > 0) this.last = this.buffer.slice()
    this.run(line)
  }

  private run(line: Uint8Array): void {
    const { emptyLine = 'ignored', marker } = this.manners
    if (line.length === 0) {
      if (emptyLine === 'repeats' && this.last.length > 0) this.run(this.last)
      else if (emptyLine === 'refused') this.say('\x07')
      else if (emptyLine === 'confirmed') this.say('\r')
      return
    }
    if (marker !== undefined && text(line).includes(marker)) return
    if (isFrameLetter(line[0]!)) this.transmit(line)
    else this.command(text(line))
  }

  private transmit(line: Uint8Array): void {
    const frame = createLinkFrame()
    const { frames = 'exact', plain, swallow, refuse } = this.manners
    const read = frames === 'exact' ? line : frames === 'prefix' ? line.subarray(0, frameEnd(line)) : filled(line, this.buffer)
    if (decodeSlcanFrame(read, 0, read.length, frame) !== undefined) return this.say('\x07')
    const n = this.frames++
    const refused = this.channel !== 'O' || refuse?.(n) === true
    if (!refused) this.received.push(cloneLinkFrame(frame))
    if (swallow?.(n) !== true) this.say(refused ? '\x07' : plain === true ? '\r' : frame.extended ? 'Z\r' : 'z\r')
  }

  private command(line: string): void {
    const { polls = true, bitrate, listen = 'L', closed = 'refused' } = this.manners
    const version = 'version' in this.manners ? this.manners.version : 'V1013'
    const serial = 'serial' in this.manners ? this.manners.serial : 'NA123'
    const loose = this.manners.frames === 'loose'
    const letter = line[0]!
    if (!'VNSsZCOLFM'.includes(letter) || (!loose && 'VNCOLF'.includes(letter) && line.length > 1)) return this.say('\x07')
    this.commands.push(line)
    switch (letter) {
      case 'V': return version === undefined ? this.say('\x07') : this.answer(`${version}\r`)
      case 'N': return serial === undefined ? this.say('\x07') : this.answer(`${serial}\r`)
      case 'S':
      case 's': return this.done(bitrate === undefined || bitrate === line)
      case 'Z':
        this.timestamps = line === 'Z1'
        return this.say('\r')
      case 'M':
        if (listen === 'M1') this.silent = line === 'M1'
        return this.done(listen !== 'L')
      case 'C': {
        const open = this.channel !== 'closed'
        this.channel = 'closed'
        return this.done(open || closed === 'confirmed')
      }
      case 'O':
        this.channel = this.silent ? 'L' : 'O'
        return this.say('\r')
      case 'L':
        if (listen === 'L') this.channel = 'L'
        return this.done(listen === 'L')
      case 'F': {
        if (!polls || this.channel === 'closed') return this.say('\x07')
        this.answer(`F${this.flags.toString(16).toUpperCase().padStart(2, '0')}\r`)
        if (!this.latched) this.flags = 0
      }
    }
  }

  private done(ok: boolean): void {
    this.say(ok ? '\r' : '\x07')
  }

  /** Confirms or refuses, if it ever does. */
  private say(answer: string): void {
    if (this.manners.confirms !== false) this.answer(answer)
  }
}

function text(line: Uint8Array): string {
  return String.fromCharCode(...line)
}

/** Where the frame ends that the line begins with, as far as its digits tell. */
function frameEnd(line: Uint8Array): number {
  const letter = String.fromCharCode(line[0]!)
  const at = letter === 't' || letter === 'r' ? 4 : 9
  const length = line.length > at ? Math.max(0, readHex(line, at, at + 1)) : 0
  return at + 1 + (letter === 'r' || letter === 'R' ? 0 : 2 * length)
}

/** The frame that a firmware reads which looks at nothing: from the line, and behind its end from what was there before. */
function filled(line: Uint8Array, buffer: Uint8Array): Uint8Array {
  const all = buffer.slice(0, 26)
  all.set(line.subarray(0, Math.min(26, line.length)))
  for (let at = 1; at < all.length; at++) if (readHex(all, at, at + 1) < 0) all[at] = 0x30
  return all.subarray(0, frameEnd(all))
}
