import type { OutMessage, RawMessage } from './raw-channel.ts'

/** Sizes of `struct can_frame` and `struct canfd_frame`; the kernel tells the formats apart by them. */
export const CLASSIC_BYTES = 16
export const FD_BYTES = 72

/** Flags in the identifier's word, `linux/can.h`. */
const EXTENDED = 0x8000_0000
const REMOTE = 0x4000_0000
const ERROR = 0x2000_0000
const EXTENDED_MASK = 0x1fff_ffff
const STANDARD_MASK = 0x7ff
/** Flags of an FD frame. */
const BIT_RATE_SWITCH = 0x01
const LENGTH_AT = 4
const FLAGS_AT = 5
const DATA_AT = 8
const DATA_MOST = FD_BYTES - DATA_AT

/** One frame as the kernel's sockets have it (`linux/can.h`), in the byte order of the machine. Allocates nothing per frame. */
export class KernelFrame {
  readonly bytes = Buffer.alloc(FD_BYTES)
  private readonly word = new Uint32Array(this.bytes.buffer, this.bytes.byteOffset, 1)
  /** The data by their length. */
  private readonly views: readonly Buffer[] = Array.from({ length: DATA_MOST + 1 }, (_, i) => this.bytes.subarray(DATA_AT, DATA_AT + i))
  private readonly message = { id: 0, ext: false, rtr: false, err: false, fd: false, brs: false, data: this.views[0]! }

  /** What the first `size` bytes mean, lent until the next call; `undefined`: they are no frame. */
  read(size: number): RawMessage | undefined {
    const { bytes, message } = this
    const length = bytes[LENGTH_AT]!
    if ((size !== CLASSIC_BYTES && size !== FD_BYTES) || length > size - DATA_AT) return undefined
    const word = this.word[0]!
    message.ext = (word & EXTENDED) !== 0
    message.rtr = (word & REMOTE) !== 0
    message.err = (word & ERROR) !== 0
    message.id = word & (message.ext || message.err ? EXTENDED_MASK : STANDARD_MASK)
    message.fd = size === FD_BYTES
    message.brs = message.fd && (bytes[FLAGS_AT]! & BIT_RATE_SWITCH) !== 0
    message.data = this.views[length]!
    return message
  }

  /** Puts a message into `bytes`; answers how many of them it takes: 0 when there are more data than such a frame has. */
  write(message: OutMessage, fd: boolean): number {
    const { bytes } = this
    const { data } = message
    const size = fd ? FD_BYTES : CLASSIC_BYTES
    if (data.length > size - DATA_AT) return 0
    this.word[0] = (message.id | (message.ext ? EXTENDED : 0) | (message.rtr ? REMOTE : 0)) >>> 0
    bytes[LENGTH_AT] = data.length
    bytes[FLAGS_AT] = fd && message.fd_brs ? BIT_RATE_SWITCH : 0
    for (let i = 0; i < data.length; i++) bytes[DATA_AT + i] = data[i]!
    return size
  }
}
