import { describe, expect, it } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { messageId } from '#protocol/id.ts'
import { actuates, lifetime_ms } from './actuation.ts'
import { frameOf } from './testing/frames.ts'

describe('what actuates', () => {
  it.each(MESSAGES.map(row => [row.name, row] as const))('%s: as its row says, from any source, to any location', (_, row) => {
    for (const source of [0x81, 0xf9, 0]) {
      for (const location of [0, 1, 8, 15]) {
        const frame = frameOf({ id: messageId(row.priority, row.page, row.kind, location, source), bytes: [1, 2] })
        expect(actuates(frame)).toBe(row.actuates)
        expect(actuates({ ...frame, fd: true })).toBe(row.actuates)
        expect(lifetime_ms(frame)).toBe(row.page === 1 ? row.lifetime_ms : Infinity)
      }
    }
  })

  it('is no frame of another kind', () => {
    const command = MESSAGES.find(row => row.actuates)!
    const id = messageId(command.priority, 1, command.kind, 1, 0xf9)
    expect(actuates(frameOf({ id }))).toBe(true)
    for (const other of [{ id, remote: true }, { id: id & 0x7ff, extended: false }, { id: id | 0x0200_0000 }, { id: id & ~0x0001_0000 }]) {
      expect(actuates(frameOf(other))).toBe(false)
      expect(lifetime_ms(frameOf(other))).toBe(Infinity)
    }
  })

  it('covers commands to windows, mirrors, latches, lamps and the stereo', () => {
    expect(MESSAGES.filter(row => row.actuates).map(row => row.name)).toEqual(
      expect.arrayContaining(['WindowCommand', 'MirrorCommand', 'LatchCommand', 'LightCommand', 'StereoCommand']))
  })
})
