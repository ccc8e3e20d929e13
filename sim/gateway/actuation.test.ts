import { describe, expect, it } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { LARGEST_CLASS, LATER_KIND, messageId } from '#protocol/index.ts'
import { actuates, lifetime_ms } from './actuation.ts'
import { frameOf } from './testing/index.ts'

describe('what actuates', () => {
  it.each(MESSAGES.map(row => [row.name, row] as const))('%s: as its row says, from any source, to any location', (_, row) => {
    for (const source of [0x81, 0xf9, 0]) {
      for (const location of [0, 1, 8, 15]) {
        const frame = frameOf({ id: messageId(row.priority, row.page, row.kind, location, source), bytes: [1, 2, row.class ?? 3] })
        expect(actuates(frame)).toBe(row.actuates)
        expect(actuates({ ...frame, fd: true })).toBe(row.actuates)
        expect(lifetime_ms(frame)).toBe(row.page === 1 ? row.lifetime_ms : Infinity)
      }
    }
  })

  it('is every command to a class that this catalogue does not have, which a newer hub may: for as long as the shortest lifetime', () => {
    const command = (bytes: readonly number[], page: number) => frameOf({ id: messageId(2, page, LATER_KIND, 1, 0xf9), bytes })
    for (const bytes of [[1, 2], [1, 2, LARGEST_CLASS], [1, 2, 255, 0, 0, 0, 0, 0]]) {
      expect([actuates(command(bytes, 1)), lifetime_ms(command(bytes, 1))]).toEqual([true, 200])
      expect([actuates(command(bytes, 0)), lifetime_ms(command(bytes, 0))]).toEqual([false, Infinity])
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

  it.each([
    ['reset', [0x02, 0x11, 0x01], true],
    ['control of an output', [0x04, 0x2f, 0x12, 0x34, 0x03], true],
    ['a routine', [0x04, 0x31, 0x01, 0x02, 0x03], true],
    ['the programming session', [0x02, 0x10, 0x02], true],
    ['the programming session, without an answer', [0x02, 0x10, 0x82], true],
    ['another session', [0x02, 0x10, 0x03], false],
    ['a download, in its first frame', [0x10, 0x0b, 0x34, 0x00, 0x44], true],
    ['data of one, in its first frame', [0x1f, 0xff, 0x36, 0x01], true],
    ['data of more than 4095 bytes', [0x10, 0x00, 0x00, 0x01, 0x00, 0x00, 0x36, 0x01], true],
    ['an FD single frame', [0x00, 0x09, 0x2f, 0x12, 0x34, 0x03], true],
    ['reading', [0x03, 0x22, 0x2f, 0x31], false],
    ['reading DTCs', [0x03, 0x19, 0x02, 0xff], false],
    ['a positive answer', [0x02, 0x51, 0x01], false],
    ['a consecutive frame', [0x21, 0x31, 0x11], false],
    ['flow control', [0x30, 0x11, 0x31], false],
    ['nothing', [], false],
    ['a lone length', [0x02], false],
    ['a session without its kind', [0x01, 0x10], false],
  ] as const)('of diagnostics: %s', (_, bytes, acts) => {
    for (const id of [0x18da_81f9, 0x18db_fff9, 0x0cda_82fa]) {
      expect(actuates(frameOf({ id, bytes }))).toBe(acts)
      expect(lifetime_ms(frameOf({ id, bytes }))).toBe(acts ? 1000 : Infinity)
    }
    for (const id of [0x18d9_81f9, 0x18dc_81f9, 0x1ada_81f9, 0x19da_81f9, 0x7da]) {
      expect(actuates(frameOf({ id, extended: id > 0x7ff, bytes }))).toBe(false)
    }
  })

  it('covers commands to windows, mirrors, latches, lamps and the stereo', () => {
    expect(MESSAGES.filter(row => row.actuates).map(row => row.name)).toEqual(
      expect.arrayContaining(['WindowCommand', 'MirrorCommand', 'LatchCommand', 'LightCommand', 'StereoCommand']))
  })
})
