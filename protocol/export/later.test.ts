import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { CATALOGUE, message, type MessageRow } from '../catalogue/index.ts'
import { validateCatalogue } from '../catalogue/validate.ts'
import type { Codec } from '../codec.ts'
import { protect } from '../e2e.ts'
import * as fieldCode from '../field-code.ts'
import { createFrame, type CanFrame } from '../frame.ts'
import { dataIdOf, LATER_KIND } from '../id.ts'
import { encodeEntry, MessageTable, type MessageEntry, type NamedValues } from '../messages.ts'
import { CODECS } from '../messages.generated.ts'
import { renderCodecs } from './codec-source.ts'
import { renderDbc } from './dbc.ts'
import { renderKcd } from './kcd.ts'
import { renderMarkdown } from './markdown.ts'
import { protobufRoot } from './protobuf.ts'
import { rawOf, readDbc } from './testing/dbc-reader.ts'

/** Two classes that have no kind of their own, a ninth and a tenth, at places that overlap. */
const common = {
  kind: LATER_KIND, minimumInterval_ms: 20, deadline_ms: 100, lifetime_ms: 3000, activePeriod_ms: 0,
} as const
const SeatStatus = message({
  ...common, name: 'SeatStatus', class: 8, page: 0, locations: ['FL', 'FR'], senders: ['FL', 'FR'], priority: 4, idlePeriod_ms: 1000,
  actuates: false, text: 'Heat of a seat.',
  fields: {
    current_A: { kind: 'measured', tag: 1, start: 24, width: 8, unit: 'A', scale: 0.2, text: 'current drawn' },
    level: { kind: 'count', tag: 2, start: 32, width: 2, text: 'step of the heater' },
    cushion_C: { kind: 'measured', tag: 3, start: 40, width: 8, unit: '°C', offset: -40, text: 'temperature of the cushion' },
  },
})
const SeatCommand = message({
  ...common, name: 'SeatCommand', class: 8, page: 1, locations: ['FL', 'FR'], senders: ['DASH'], priority: 2, idlePeriod_ms: 0,
  actuates: true, text: 'Heats a seat.',
  fields: {
    sequence: { kind: 'count', tag: 1, start: 24, width: 4, text: 'sequence' },
    level: { kind: 'count', tag: 2, start: 28, width: 2, text: 'step of the heater' },
  },
})
const BlindStatus = message({
  ...common, name: 'BlindStatus', class: 9, page: 0, locations: ['FL', 'RL'], senders: ['FL', 'RL'], priority: 4, idlePeriod_ms: 500,
  actuates: false, text: 'Where a sun blind is.',
  fields: {
    state: { kind: 'enum', tag: 1, start: 24, width: 2, values: { up: 0, down: 1, between: 2 }, text: 'where it is' },
    position_pct: { kind: 'measured', tag: 2, start: 32, width: 16, unit: '%', scale: 0.01, max: 100, text: 'unrolled' },
    blocked: { kind: 'flag', tag: 3, start: 63, width: 1, text: 'it does not move' },
  },
})
const LATER: readonly MessageRow[] = [SeatStatus, SeatCommand, BlindStatus]
const ROWS: readonly MessageRow[] = [...CATALOGUE, ...LATER]

/** The codecs of the rows as `npm run generate` would write them, run. */
function generated(rows: readonly MessageRow[]): Record<string, Codec<NamedValues>> {
  const { code } = transformSync(renderCodecs(rows), { loader: 'ts', format: 'cjs' })
  const module: { exports: { CODECS?: Record<string, Codec<NamedValues>> } } = { exports: {} }
  const run = runInThisContext(`(function (module, exports, require) {${code}\n})`) as (...values: unknown[]) => void
  run(module, module.exports, () => fieldCode)
  return module.exports.CODECS!
}

const table = new MessageTable(ROWS, { ...CODECS, ...generated(LATER) })

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

const seat = encodeEntry(entry('SeatStatus'), 'FL', { current_A: 4.2, level: 3, cushion_C: 31 }, { source: 0x81 })
const blind = encodeEntry(entry('BlindStatus'), 'FL', { state: 'between', position_pct: 12.34, blocked: true }, { source: 0x81 })

describe('kind 14', () => {
  it('carries classes under one identifier and data id, told apart by the first data byte', () => {
    expect([seat.id, blind.id]).toEqual([0x10ffe181, 0x10ffe181])
    expect([dataIdOf(seat.id), dataIdOf(encodeEntry(entry('SeatCommand'), 'FL', {}).id)]).toEqual([0x0e1, 0x1e1])
    expect([seat.data[2], blind.data[2], seat.length, blind.length]).toEqual([8, 9, 6, 8])
    expect(values(seat)).toEqual({ name: 'SeatStatus', values: { current_A: 4.2, level: 3, cushion_C: 31 } })
    expect(values(blind)).toEqual({ name: 'BlindStatus', values: { state: 2, position_pct: 12.34, blocked: 1 } })
  })

  it('is refused for a class or a place that it does not have, a missing byte and a wrong checksum', () => {
    const changed = (change: (frame: CanFrame) => void): CanFrame => {
      const frame = { ...createFrame(8), ...seat, data: seat.data.slice() }
      change(frame)
      protect(frame.data, frame.length, dataIdOf(frame.id), 0)
      return frame
    }
    expect(table.recognise(changed(frame => frame.data[2] = 10))).toBe('unknownMessage')
    expect(table.recognise(changed(frame => frame.id += 0x100))).toMatchObject({ row: { name: 'SeatStatus' } })
    expect(table.recognise(changed(frame => frame.id += 0x200))).toBe('unknownMessage')
    expect(table.recognise(changed(frame => frame.length = 5))).toBe('tooShort')
    expect(table.recognise(changed(frame => frame.length = 2))).toBe('tooShort')
    expect(table.recognise({ ...seat, data: seat.data.map((byte, index) => index === 4 ? byte ^ 1 : byte) })).toBe('badCrc')
  })

  it.each([
    [{ class: 9 }, 'page 0 kind 14 class 9 location FL is already SeatStatus'],
    [{ class: 0 }, 'class 0 is not 1…255'],
    [{ class: undefined }, 'class undefined is not 1…255'],
    [{ priority: 5 }, 'its priority differs from that of BlindStatus'],
    [{ kind: 13 }, 'class 8: only kind 14 has one'],
    [{ fields: { level: { ...SeatStatus.fields.level, start: 16 } } }, 'bits 16…23, which hold the class code'],
    [{ fields: { ...SeatStatus.fields, level: { ...SeatStatus.fields.level, start: 24 } } }, 'fields current_A and level overlap'],
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
      'LaterStatus_FL', 'LaterStatus_FR', 'LaterStatus_RL', 'LaterCommand_FL', 'LaterCommand_FR',
    ])
    const selector = [...status.signals.values()].filter(signal => signal.selects)
    expect(selector.map(({ name, start, width }) => [name, start, width])).toEqual([['Class', 16, 8]])
    expect([...selector[0]!.values]).toEqual([[8, 'SeatStatus'], [9, 'BlindStatus']])
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
      expect(python.stdout).toContain('\'BlindStatus_position_pct\': 12.34')
      expect(python.stdout).not.toContain('SeatStatus_level')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is a Multiplex with a MuxGroup for each class in KCD', () => {
    const text = renderKcd(ROWS)
    const element = text.split('name="LaterStatus_FL"')[1]!.split('</Message>')[0]!
    expect(element.match(/<Multiplex name="Class" offset="16" length="8"/g)).toHaveLength(1)
    const groups = [...element.matchAll(/<MuxGroup count="(\d+)">([^]*?)<\/MuxGroup>/g)]
    const names = groups.map(([, count, inside]) => [count, [...inside!.matchAll(/<Signal name="(\w+)"/g)].map(([, name]) => name)])
    expect(names).toEqual([
      ['8', ['SeatStatus_current_A', 'SeatStatus_level', 'SeatStatus_cushion_C']],
      ['9', ['BlindStatus_state', 'BlindStatus_position_pct', 'BlindStatus_blocked']],
    ])
    expect([...element.split('</Multiplex>')[1]!.matchAll(/<Signal name="(\w+)"/g)].map(([, name]) => name)).toEqual(['E2E_CRC', 'E2E_Counter'])
  })

  it('has a tag for each class in the stream, and a section on the page', () => {
    const message = protobufRoot(ROWS).lookupType('spine.Message')
    expect(LATER.map(({ name }) => message.fields[name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()]!.id)).toEqual([72, 328, 73])
    const page = renderMarkdown(ROWS)
    expect(page).toContain('this is the message when byte 2 is **9**')
  })
})
