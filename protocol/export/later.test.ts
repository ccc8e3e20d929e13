import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MESSAGES, type MessageRow, validateCatalogue } from '../catalogue/index.ts'
import { protect } from '../e2e.ts'
import { createFrame, type CanFrame } from '../frame.ts'
import { dataIdOf } from '../id.ts'
import { encodeEntry, MessageTable, type MessageEntry, type NamedValues } from '../messages/index.ts'
import { CODECS } from '../messages.generated.ts'
import { renderDbc } from './dbc.ts'
import { renderKcd } from './kcd.ts'
import { renderMarkdown } from './markdown.ts'
import { protobufRoot } from './protobuf.ts'
import { BlindStatus, LATER_CODECS, LATER_ROWS, rawOf, readDbc, SeatStatus } from './testing/index.ts'

/** The catalogue with these instead of its own later classes. */
const ROWS: readonly MessageRow[] = [...MESSAGES.filter(row => row.class === undefined), ...LATER_ROWS]
const table = new MessageTable(ROWS, { ...CODECS, ...LATER_CODECS })

function entry(name: string): MessageEntry {
  return table.entries.find(({ row }) => row.name === name)!
}

function values(frame: CanFrame): { name: string, values: NamedValues } {
  const found = table.recognise(frame)
  if (typeof found === 'string') expect.fail(found)
  const read = found.codec.create()
  found.codec.decode(frame.data, read)
  return { name: found.row.name, values: read }
}

const HEAD = { supply_V: 13.5, current_A: 4.2, granted_A: 5, echoSender: 5, echoSequence: 7 }
const seat = encodeEntry(entry('SeatStatus'), 'FL', { ...HEAD, level: 3, warmth_pct: 62 }, { source: 0x81 })
const blind = encodeEntry(entry('BlindStatus'), 'FL', { ...HEAD, state: 'between', level: 1, blocked: true }, { source: 0x81 })

describe('kind 14', () => {
  it('carries classes under one identifier and data id, told apart by the first data byte', () => {
    expect([seat.id, blind.id]).toEqual([0x10ffe181, 0x10ffe181])
    expect([dataIdOf(seat.id), dataIdOf(encodeEntry(entry('SeatCommand'), 'FL', {}).id)]).toEqual([0x0e1, 0x1e1])
    expect([seat.data[2], blind.data[2], seat.length, blind.length]).toEqual([28, 29, 8, 8])
    expect(values(seat)).toEqual({ name: 'SeatStatus', values: { ...HEAD, level: 3, warmth_pct: 62 } })
    expect(values(blind)).toEqual({ name: 'BlindStatus', values: { ...HEAD, state: 2, level: 1, blocked: 1 } })
  })

  it('is refused for a class or a place that it does not have, a missing byte and a wrong checksum', () => {
    const changed = (change: (frame: CanFrame) => void): CanFrame => {
      const frame = { ...createFrame(8), ...seat, data: seat.data.slice() }
      change(frame)
      protect(frame.data, frame.length, dataIdOf(frame.id), 0)
      return frame
    }
    expect(table.recognise(changed(frame => frame.data[2] = 30))).toBe('unknownMessage')
    expect(table.recognise(changed(frame => frame.id += 0x100))).toMatchObject({ row: { name: 'SeatStatus' } })
    expect(table.recognise(changed(frame => frame.id += 0x200))).toBe('unknownMessage')
    expect(table.recognise(changed(frame => frame.length = 7))).toBe('tooShort')
    expect(table.recognise(changed(frame => frame.length = 2))).toBe('tooShort')
    expect(table.recognise({ ...seat, data: seat.data.map((byte, index) => index === 4 ? byte ^ 1 : byte) })).toBe('badCrc')
  })

  it.each([
    [{ class: 29 }, 'page 0 kind 14 class 29 location FL is already SeatStatus'],
    [{ class: 0 }, 'class 0 is not 1…31'],
    [{ class: 32 }, 'class 32 is not 1…31'],
    [{ class: undefined }, 'class undefined is not 1…31'],
    [{ priority: 5 }, 'its priority differs from that of BlindStatus'],
    [{ kind: 13 }, 'class 28: only kind 14 has one'],
    [{ fields: { level: { ...SeatStatus.fields.level, start: 16 } } }, 'bits 16…23, which hold the class code'],
    [{ fields: { ...SeatStatus.fields, level: { ...SeatStatus.fields.level, start: 32 } } }, 'fields current_A and level overlap'],
    [{ fields: { levelOfTheHeaterInTheCushion: SeatStatus.fields.level } }, 'longer than the 32 characters'],
  ])('is validated for each class by itself: %o', (change, reason) => {
    expect(validateCatalogue(ROWS)).toEqual([])
    const wrong = { ...SeatStatus, ...change } as MessageRow
    expect(validateCatalogue([BlindStatus, wrong]).join('\n')).toContain(reason.replace('already SeatStatus', 'already BlindStatus'))
  })
})

describe('kind 14 in databases', () => {
  const dbc = readDbc(renderDbc(ROWS))

  it('is one multiplexed message for each place in DBC, and reads as the codec does', () => {
    const status = dbc.messages.get('LaterStatus_FL')!
    expect(status).toMatchObject({ id: 0x10ffe181, length: 8 })
    expect(Object.fromEntries(status.attributes)).toMatchObject({ E2EDataId: 0x0e1, GenMsgCycleTime: 500 })
    expect([...dbc.messages.keys()].filter(name => name.startsWith('Later'))).toEqual([
      'LaterStatus_FL', 'LaterStatus_FR', 'LaterStatus_RL', 'LaterCommand_FL', 'LaterCommand_FR', 'LaterCommand_RL',
    ])
    const selector = [...status.signals.values()].filter(signal => signal.selects)
    expect(selector.map(({ name, start, width }) => [name, start, width])).toEqual([['ComponentClass', 16, 8]])
    expect([...selector[0]!.values]).toEqual([[28, 'SeatStatus'], [29, 'BlindStatus']])
    for (const frame of [seat, blind]) {
      const { name, values: read } = values(frame)
      expect(selector[0]!.values.get(rawOf(selector[0]!, frame.data))).toBe(name)
      const there = [...status.signals.values()].filter(({ when }) => when === frame.data[2])
      expect(there.map(signal => signal.name)).toEqual(Object.keys(read).map(field => `${name}_${field}`))
      for (const signal of there) expect(rawOf(signal, frame.data) * signal.scale + signal.offset).toBeCloseTo(read[signal.name.split('_').slice(1).join('_')]!, 6)
    }
  })

  it('loads in cantools', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'spine-later-'))
    try {
      const file = join(folder, 'spine.dbc')
      writeFileSync(file, renderDbc(ROWS))
      const hex = Buffer.from(blind.data).toString('hex')
      const script = `import cantools,sys\ndb=cantools.database.load_file(sys.argv[1])\nprint(db.get_message_by_name('LaterStatus_FL').decode(bytes.fromhex('${hex}')))`
      const python = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' })
      if (python.status !== 0 && /No module named|ENOENT/.test(`${python.stderr}${python.error}`)) {
        console.log('skipped: the multiplexed DBC in cantools (apt-get install python3-cantools)')
        context.skip()
      }
      expect(python.stderr).toBe('')
      expect(python.stdout).toContain('\'BlindStatus_state\': \'between\'')
      expect(python.stdout).toContain('\'BlindStatus_current_A\': 4.2')
      expect(python.stdout).not.toContain('SeatStatus_level')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is a Multiplex with a MuxGroup for each class in KCD', () => {
    const text = renderKcd(ROWS)
    const element = text.split('name="LaterStatus_FL"')[1]!.split('</Message>')[0]!
    expect(element.match(/<Multiplex name="ComponentClass" offset="16" length="8"/g)).toHaveLength(1)
    const groups = [...element.matchAll(/<MuxGroup count="(\d+)">([^]*?)<\/MuxGroup>/g)]
    const names = groups.map(([, count, inside]) => [count, [...inside!.matchAll(/<Signal name="(\w+)"/g)].map(([, name]) => name)])
    expect(names).toEqual([
      ['28', Object.keys(SeatStatus.fields).map(name => `SeatStatus_${name}`)],
      ['29', Object.keys(BlindStatus.fields).map(name => `BlindStatus_${name}`)],
    ])
    expect([...element.split('</Multiplex>')[1]!.matchAll(/<Signal name="(\w+)"/g)].map(([, name]) => name)).toEqual(['E2E_CRC', 'E2E_Counter'])
  })

  it('has a tag for each class in the stream, and a section on the page', () => {
    const message = protobufRoot(ROWS).lookupType('spine.Message')
    expect(LATER_ROWS.map(({ name }) => message.fields[name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()]!.id)).toEqual([92, 348, 93, 349])
    const page = renderMarkdown(ROWS)
    expect(page).toContain('this is the message when byte 2 is **29**')
  })
})
