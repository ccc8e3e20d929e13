import type { LinkFrame } from '../link.ts'

/**
 * The acceptance filter of an SJA1000, which `M` (code) and `m` (mask, 1 = do not care) set byte by byte: AC0 first.
 * Source: NXP SJA1000 data sheet, 6.4.15 (PeliCAN acceptance filter).
 */
export class AcceptanceFilter {
  private code = 0
  private mask = 0xffff_ffff
  /** Two short filters, as adapters start, or one long. */
  private dual = true

  setCode(code: number): void {
    this.code = code >>> 0
  }

  setMask(mask: number): void {
    this.mask = mask >>> 0
  }

  setDual(dual: boolean): void {
    this.dual = dual
  }

  accepts(frame: LinkFrame): boolean {
    const mask = this.mask
    if (mask === 0xffff_ffff) return true
    const code = this.code
    if (!this.dual) return ((longKey(frame) ^ code) & ~mask & longCare(frame)) === 0
    const high = code >>> 16
    const highMask = mask >>> 16
    const low = code & 0xffff
    const lowMask = mask & 0xffff
    if (frame.extended) {
      const key = frame.id >>> 13
      return ((key ^ high) & ~highMask & 0xffff) === 0 || ((key ^ low) & ~lowMask & 0xffff) === 0
    }
    const key = frame.id << 5 | (frame.remote ? 0x10 : 0)
    const data = firstByte(frame, 0)
    const hasData = !frame.remote && frame.length > 0
    // The first filter also holds data byte 1, half in AC1 and half in AC3; the second has the identifier alone.
    const firstCode = (high & 0xfff0) << 4 | (high & 0x0f) << 4 | (low & 0x0f)
    const firstMask = (highMask & 0xfff0) << 4 | (highMask & 0x0f) << 4 | (lowMask & 0x0f)
    const firstKey = (key & 0xfff0) << 4 | data
    const firstCare = hasData ? 0xfffff : 0xfff00
    return ((firstKey ^ firstCode) & ~firstMask & firstCare) === 0 || ((key ^ low) & ~lowMask & 0xfff0) === 0
  }
}

function longKey(frame: LinkFrame): number {
  if (frame.extended) return frame.id << 3 | (frame.remote ? 4 : 0)
  return frame.id << 21 | (frame.remote ? 1 << 20 : 0) | firstByte(frame, 0) << 8 | firstByte(frame, 1)
}

/** Bits of the key that this frame has; the others are not compared. */
function longCare(frame: LinkFrame): number {
  if (frame.extended) return 0xffff_fffc | 0
  const bytes = frame.remote ? 0 : frame.length
  return 0xfff0_0000 | (bytes > 0 ? 0xff00 : 0) | (bytes > 1 ? 0xff : 0)
}

function firstByte(frame: LinkFrame, index: number): number {
  return frame.remote || index >= frame.length ? 0 : frame.data[index]!
}
