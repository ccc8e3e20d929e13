import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { LinkFrame } from '../link.ts'
import { sameFrame } from '../link-frame.ts'
import { CLASSIC_FRAMES, findPythonCan, frameOf, RICH_FRAMES, runPython } from '../testing/index.ts'
import { type LogFrame, NO_DETAILS } from './log-frame.ts'
import { asCandump, readLog, writeLog } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'spine-peers-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START_ns = 1_700_000_000_250_000_000
/** At today's times, as real logs are. */
const FRAMES: readonly LinkFrame[] = [
  ...CLASSIC_FRAMES, ...RICH_FRAMES,
  frameOf({ id: 0x1bad_cafe, fd: true, brs: true, bytes: [1] }), frameOf({ id: 0x7ff, extended: false, fd: true, bytes: [] }),
].map((frame, n) => Object.assign(frameOf({}), frame, { timestamp_ns: START_ns + n * 1_234_000 }))
const directionOf = (frame: LinkFrame): 'sent' | 'received' => frame.id % 2 === 0 ? 'sent' : 'received'

const found = findPythonCan()
if ('missing' in found) console.warn(`logs: not tried with python-can: ${found.missing}`)

describe.skipIf('missing' in found)('logs and python-can', () => {
  const python = 'python' in found ? found.python : ''
  // An FD frame without data is a remote frame to python-can's ASC reader.
  const frames = FRAMES.filter(frame => !(frame.fd && frame.length === 0))

  it.each([
    ['asc', 'ASCReader(sys.argv[1], relative_timestamp=False)'],
    ['blf', 'BLFReader(sys.argv[1])'],
    ['trc', 'TRCReader(sys.argv[1])'],
    ['trc-1.1', 'TRCReader(sys.argv[1])'],
  ])('reads our %s', async (format, reader) => {
    const path = join(folder, `ours.${format}`)
    const trc = format.startsWith('trc')
    const told = trc ? frames.filter(frame => !frame.fd && !frame.error && !frame.remote && (format === 'trc' || frame.bus === 0)) : frames
    writeFileSync(path, writeLog(format, told, directionOf))
    const program = `
import sys, can, json
for m in can.${reader}:
    print(json.dumps([m.timestamp, m.channel, m.arbitration_id, m.is_extended_id, m.is_remote_frame, m.is_error_frame, m.is_fd, m.bitrate_switch, m.is_rx, m.dlc, list(m.data)]))`
    const lines = (await runPython(python, program, [path])).trim().split('\n').map(line => JSON.parse(line) as [number, number, ...unknown[]])
    expect(lines.length).toBe(told.length)
    // Its version 4.1 leaves the start of a TRC out, later ones add it.
    const start_ns = lines[0]![0] < 1e6 ? Math.floor(START_ns / 1e9 / 27) * 27e9 : 0
    told.forEach((frame, n) => {
      const [time_s, channel, ...rest] = lines[n]!
      expect(Math.abs(time_s - (frame.timestamp_ns - start_ns) / 1e9)).toBeLessThan(format === 'trc-1.1' ? 1e-4 : 2e-6)
      if (frame.error) return expect(rest[3]).toBe(true)
      const { id, extended, remote, fd, brs, length, bus } = frame
      expect(channel).toBe(trc ? bus + 1 : bus)
      const data = remote ? [] : [...frame.data.subarray(0, length)]
      expect(rest).toEqual([id, extended, remote, false, fd, brs, directionOf(frame) === 'received', length, data])
    })
  })

  it.each([
    ['asc', 'ASCWriter', '.asc'],
    ['candump', 'CanutilsLogWriter', '.log'],
    ['trc', 'TRCWriter', '.trc'],
    ['blf', 'BLFWriter', '.blf'],
  ])('writes %s that we read', async (format, writer, ending) => {
    // Its TRC writer leaves out all but classic data frames.
    const told = format === 'trc' ? frames.filter(frame => !frame.fd && !frame.error && !frame.remote) : frames
    const path = join(folder, `theirs${ending}`)
    const program = `
import sys, can, json
w = can.${writer}(sys.argv[1])
for f in json.loads(sys.argv[2]):
    w.on_message_received(can.Message(timestamp=f[0], channel=f[1], arbitration_id=f[2], is_extended_id=f[3], is_remote_frame=f[4], is_error_frame=f[5],
        is_fd=f[6], bitrate_switch=f[7], is_rx=f[8], dlc=f[9], data=f[10]))
w.stop()`
    const given = told.map(f => [
      f.timestamp_ns / 1e9, f.bus, f.id, f.extended, f.remote, f.error, f.fd, f.brs, directionOf(f) === 'received', f.length,
      f.remote ? null : [...f.data.subarray(0, f.length)],
    ])
    await runPython(python, program, [path, JSON.stringify(given)])
    const { frames: read, bad } = readLog(format, [readFileSync(path)])
    expect(bad).toEqual([])
    expect(read.length).toBe(told.length)
    // Its version 4.1 adds today's time to the start of a TRC.
    const late_ns = format === 'trc' ? read[0]!.timestamp_ns - told[0]!.timestamp_ns : 0
    told.forEach((frame, n) => {
      // It names the start of its ASC to the ms, and cuts what is below.
      expect(Math.abs(read[n]!.timestamp_ns - late_ns - frame.timestamp_ns)).toBeLessThan(1e6)
      if (frame.error) return expect(read[n]!.error).toBe(true)
      // python-can's candump writer leaves out the lengths of remote frames and counts no channels but those with a name.
      const expected = format === 'candump' ? { ...frame, bus: read[n]!.bus, ...frame.remote && { length: 0 } } : frame
      expect(sameFrame(read[n]!, expected), `frame ${n}`).toBe(true)
      if (format !== 'candump') expect(read[n]!.direction).toBe(directionOf(frame))
    })
  })
})

const hasAsammdf = 'python' in found && spawnSync(found.python, ['-c', 'import asammdf']).status === 0
if (!hasAsammdf) console.warn('logs: MF4 not tried with asammdf: it is not installed')

describe.skipIf(!hasAsammdf)('MF4 and python-can with asammdf', () => {
  const python = 'python' in found ? found.python : ''
  const path = join(folder, 'peer.mf4')
  const rows = (frames: readonly LinkFrame[]): unknown[] => frames.map(f => [
    Math.round(f.timestamp_ns / 1e5), f.error ? 0x88 : f.id, f.extended, f.remote, f.error, f.fd, f.brs, directionOf(f) === 'received',
    [...f.data.subarray(0, f.remote ? 0 : f.length)],
  ])
  const frames = FRAMES.map(frame => frame.error ? { ...frame, id: 0x88 } : frame)

  it('reads ours', async () => {
    writeFileSync(path, writeLog('mf4', frames, directionOf))
    const program = `
import sys, can, json
for m in can.io.mf4.MF4Reader(sys.argv[1]):
    print(json.dumps([round(m.timestamp * 1e4), m.arbitration_id, m.is_extended_id, m.is_remote_frame, m.is_error_frame, m.is_fd, m.bitrate_switch, m.is_rx, list(m.data)]))`
    const lines = (await runPython(python, program, [path])).split('\n').filter(line => line.startsWith('['))
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual(rows(frames))
  })

  it.each([0, 1, 2])('writes with packing %d what we read', async (packing) => {
    const program = `
import sys, can, json
w = can.io.mf4.MF4Writer(sys.argv[1], compression_level=${packing})
for f in json.loads(sys.argv[2]):
    w.on_message_received(can.Message(timestamp=f[0] / 1e4, arbitration_id=f[1], is_extended_id=f[2], is_remote_frame=f[3], is_error_frame=f[4],
        is_fd=f[5], bitrate_switch=f[6], is_rx=f[7], dlc=f[9], data=None if f[3] else f[8], channel=1))
w.stop()`
    await runPython(python, program, [path, JSON.stringify(rows(frames).map((row, n) => [...row as unknown[], frames[n]!.length]))])
    const { frames: read, bad } = readLog('mf4', [readFileSync(path)])
    expect(bad).toEqual([])
    expect(rows(read)).toEqual(rows(frames))
    expect(read.map(frame => frame.direction)).toEqual(frames.map(directionOf))
  })
})

const hasTshark = spawnSync('tshark', ['--version']).status === 0
if (!hasTshark && process.env.CI === 'true') throw new Error('tshark is needed with CI=true: apt-get install --no-install-recommends tshark')
if (!hasTshark) console.warn('logs: captures not tried with tshark: it is not installed (apt-get install --no-install-recommends tshark)')

describe.skipIf(!hasTshark)('captures and tshark', () => {
  const FIELDS = [
    'frame.time_epoch', 'frame.interface_name', 'frame.packet_flags_direction', 'sll.ifindex', 'sll.pkttype', 'can.id', 'can.flags.xtd', 'can.flags.rtr',
    'can.flags.err', 'can.len', 'canfd.flags.brs', 'data',
  ]
  const tshark = (path: string): string[][] => {
    const options = ['-r', path, '-T', 'fields', '-E', 'separator=|', '--disable-protocol', 'autosar-nm', ...FIELDS.flatMap(field => ['-e', field])]
    const { stdout, status, stderr } = spawnSync('tshark', options, { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    return stdout.trim().split('\n').map(line => line.split('|'))
  }

  it.each(['pcapng', 'pcap'])('reads our %s: times, interfaces, directions, every field', (format) => {
    const path = join(folder, `ours.${format}`)
    writeFileSync(path, writeLog(format, FRAMES, directionOf))
    const lines = tshark(path)
    expect(lines.length).toBe(FRAMES.length)
    FRAMES.forEach((frame, n) => {
      const [time, name, direction, index, kind, id, xtd, rtr, err, length, brs, data] = lines[n]!
      const [seconds, nanos] = time!.split('.').map(Number)
      expect(seconds! * 1e6 + nanos! / 1000).toBe(Math.round(frame.timestamp_ns / 1000))
      const sent = directionOf(frame) === 'sent'
      if (format === 'pcap') expect([Number(index), Number(kind)]).toEqual([frame.bus + 1, sent ? 4 : 1])
      else expect([name, parseInt(direction!, 16)]).toEqual([`spine${frame.bus}`, sent ? 2 : 1])
      if (frame.error) return expect([err, length]).toEqual(['1', '8'])
      expect(Number(id)).toBe(frame.id)
      expect(xtd).toBe(frame.extended ? '1' : '0')
      expect(brs).toBe(!frame.fd ? '' : frame.brs ? '1' : '0')
      if (!frame.fd) expect([rtr, err]).toEqual([frame.remote ? '1' : '0', '0'])
      expect(Number(length)).toBe(frame.length)
      expect(data!.toLowerCase()).toBe(frame.remote ? '' : Buffer.from(frame.data.subarray(0, frame.length)).toString('hex'))
    })
  })

  it('reads whole microseconds and the names of interfaces', () => {
    const path = join(folder, 'names.pcapng')
    const times_us = [1_700_000_000_000_001, 1_700_000_000_000_200, 1_700_000_000_999_999, 4_294_967_295_999_999]
    writeFileSync(path, writeLog('pcapng', times_us.map((us, bus) => ({ ...frameOf({ id: 1, bus, timestamp_ns: us * 1000 }), name: `net_${bus}` }))))
    expect(tshark(path).map(([time, name]) => [time, name])).toEqual([
      ['1700000000.000001000', 'net_0'], ['1700000000.000200000', 'net_1'], ['1700000000.999999000', 'net_2'], ['4294967295.999999000', 'net_3'],
    ])
  })

  it('accepts a log without frames', () => {
    const path = join(folder, 'empty.pcapng')
    writeFileSync(path, writeLog('pcapng', []))
    expect(tshark(path)).toEqual([['']])
  })
})

const hasCanUtils = spawnSync('asc2log', ['-?']).error === undefined
if (!hasCanUtils && process.env.CI === 'true') throw new Error('can-utils is needed with CI=true: apt-get install can-utils')
if (!hasCanUtils) console.warn('logs: ASC not tried with asc2log and log2asc: they are not installed (apt-get install can-utils)')

describe.skipIf(!hasCanUtils)('ASC, candump and can-utils', () => {
  // asc2log knows no error details, and its log2asc no extended FD frames' DLC but by length.
  const frames = FRAMES.filter(frame => !frame.error && frame.bus === 0)
  const bodies = (log: readonly LogFrame[]): string[] => log.map(frame => asCandump({ ...frame, direction: '' }).replace(/##[0-7]/, '##'))

  it('asc2log reads our ASC', () => {
    const { stdout, status, stderr } = spawnSync('asc2log', [], { input: writeLog('asc', frames, () => 'received'), encoding: 'latin1' })
    expect(status, stderr).toBe(0)
    const { frames: read, bad } = readLog('candump', [Buffer.from(stdout, 'latin1')])
    expect(bad).toEqual([])
    expect(bodies(read)).toEqual(bodies(frames.map(frame => ({ ...NO_DETAILS, ...frame }))))
  })

  it('log2asc reads our candump log, and we its ASC', () => {
    const log = writeLog('candump', frames.map(frame => ({ ...frame, name: 'vcan0' })))
    const { stdout, status, stderr } = spawnSync('log2asc', ['vcan0'], { input: log, encoding: 'latin1' })
    expect(status, stderr).toBe(0)
    const { frames: read, bad } = readLog('asc', [Buffer.from(stdout, 'latin1')])
    expect(bad).toEqual([])
    expect(bodies(read)).toEqual(bodies(frames.map(frame => ({ ...NO_DETAILS, ...frame }))))
  })
})
