import { execFileSync } from 'node:child_process'
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../testing/index.ts'
import { adopt, DirectChannel, openDirect } from './direct-channel.ts'
import { CLASSIC_BYTES, FD_BYTES, KernelFrame } from './kernel-frame.ts'
import type { OutMessage, RawChannel } from './raw-channel.ts'

const messageOf = (parts: Partial<OutMessage>): OutMessage =>
  ({ id: 0, ext: false, rtr: false, fd_brs: false, data: Buffer.alloc(0), ts_sec: 0, ts_usec: 0, ...parts })

describe('a frame of the kernel', () => {
  it('means what was written into it', () => {
    const frame = new KernelFrame()
    fc.assert(fc.property(
      fc.nat(0x1fff_ffff), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.uint8Array({ maxLength: 64 }),
      (id, ext, rtr, fd, brs, bytes) => {
        const data = Buffer.from(bytes.subarray(0, fd ? 64 : 8))
        const sent = { id: ext ? id : id & 0x7ff, ext, rtr: rtr && !fd, data }
        const size = frame.write(messageOf({ ...sent, fd_brs: brs }), fd)
        expect(size).toBe(fd ? FD_BYTES : CLASSIC_BYTES)
        const read = frame.read(size)!
        expect({ ...read, data: Buffer.from(read.data) }).toEqual({ ...sent, err: false, fd, brs: fd && brs })
      },
    ))
  })

  it('is none when its size or length cannot be, and takes no more data than it has room for', () => {
    const frame = new KernelFrame()
    fc.assert(fc.property(fc.uint8Array({ minLength: FD_BYTES, maxLength: FD_BYTES }), fc.nat(FD_BYTES), (bytes, size) => {
      frame.bytes.set(bytes)
      const read = frame.read(size)
      const most = size === CLASSIC_BYTES ? 8 : size === FD_BYTES ? 64 : -1
      expect(read === undefined).toBe(bytes[4]! > most)
      if (read) expect(read.data.length).toBe(bytes[4])
    }))
    expect(frame.write(messageOf({ data: Buffer.alloc(9) }), false)).toBe(0)
    expect(frame.write(messageOf({ data: Buffer.alloc(65) }), true)).toBe(0)
  })

  it('is laid out as linux/can.h says', () => {
    const frame = new KernelFrame()
    expect(frame.write(messageOf({ id: 0x18ff8100, ext: true, data: Buffer.from([1, 2]) }), false)).toBe(16)
    expect(frame.bytes.readUInt32LE(0)).toBe(0x98ff8100)
    expect([...frame.bytes.subarray(4, 10)]).toEqual([2, 0, 0, 0, 1, 2])
    frame.bytes.writeUInt32LE(0x2000_0040, 0)
    expect(frame.read(16)).toMatchObject({ id: 0x40, err: true, ext: false })
  })
})

describe('a channel without the package', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  /** A FIFO stands in for the socket: what is written comes back. */
  function loop(): { channel: DirectChannel, filters: unknown[] } {
    const folder = mkdtempSync(join(tmpdir(), 'spine-fifo-'))
    folders.push(folder)
    execFileSync('mkfifo', [join(folder, 'bus')])
    const descriptor = openSync(join(folder, 'bus'), constants.O_RDWR)
    const filters: unknown[] = []
    const base = {
      setRxFilters: (filter: unknown): void => void filters.push(filter),
      setErrorFilters: (mask: number): void => void filters.push(mask),
    }
    return { channel: new DirectChannel(base, descriptor, adopt(descriptor)!), filters }
  }

  it('sends and receives, sets filters through the package, and says when it ends', async () => {
    const { channel, filters } = loop()
    const got: string[] = []
    let ends = 0
    const hear: RawChannel = channel
    hear.addListener('onMessage', message => got.push(`${message.id} ${message.fd} ${[...message.data].join()}`))
    channel.addListener('onStopped', () => { ends++ })
    channel.start()
    channel.setRxFilters({ id: 1, mask: 2 })
    channel.setErrorFilters(7)
    expect(channel.send(messageOf({ id: 5, data: Buffer.from([1, 2, 3]) }))).toBe(16)
    await eventually(() => got.length === 1)
    expect(channel.sendFD(messageOf({ id: 6, data: Buffer.from([4]) }))).toBe(72)
    await eventually(() => got.length === 2)
    channel.stop()
    channel.stop()
    expect([got, ends, filters]).toEqual([['5 false 1,2,3', '6 true 4'], 1, [{ id: 1, mask: 2 }, 7]])
    expect(channel.send(messageOf({}))).toBe(-1)
    channel.setErrorFilters(8)
    expect(filters).toHaveLength(2)
  })

  it('hands over at once what is there', () => {
    const { channel } = loop()
    const got: number[] = []
    const hear: RawChannel = channel
    hear.addListener('onMessage', message => got.push(message.id))
    channel.drain()
    channel.send(messageOf({ id: 5 }))
    channel.drain()
    channel.send(messageOf({ id: 6 }))
    channel.release()
    channel.drain()
    expect(got).toEqual([5])
  })

  it('answers a refusal when the kernel takes no more, and does not wait', () => {
    const { channel } = loop()
    let sent = 0
    while (sent < 100_000 && channel.send(messageOf({})) > 0) sent++
    expect(sent).toBeGreaterThan(100)
    expect(sent).toBeLessThan(100_000)
    channel.release()
  })

  it('leaves the package its channel where the socket cannot be told', () => {
    const channel = {} as RawChannel
    expect(openDirect(() => channel)).toBe(channel)
    expect(adopt(-1)).toBeUndefined()
  })
})
