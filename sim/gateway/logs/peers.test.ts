import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { LinkFrame } from '../link.ts'
import { sameFrame } from '../link-frame.ts'
import { CLASSIC_FRAMES, findPythonCan, frameOf, RICH_FRAMES, runPython } from '../testing/index.ts'
import { readLog, writeLog } from './testing.ts'

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

  it('reads our ASC', async () => {
    const path = join(folder, 'ours.asc')
    writeFileSync(path, writeLog('asc', frames, directionOf))
    const program = `
import sys, can, json
for m in can.ASCReader(sys.argv[1], relative_timestamp=False):
    print(json.dumps([m.timestamp, m.channel, m.arbitration_id, m.is_extended_id, m.is_remote_frame, m.is_error_frame, m.is_fd, m.bitrate_switch, m.is_rx, m.dlc, list(m.data)]))`
    const lines = (await runPython(python, program, [path])).trim().split('\n').map(line => JSON.parse(line))
    expect(lines.length).toBe(frames.length)
    frames.forEach((frame, n) => {
      const [time_s, channel, ...rest] = lines[n]
      expect(Math.abs(time_s - frame.timestamp_ns / 1e9)).toBeLessThan(2e-6)
      if (frame.error) return expect(rest[3]).toBe(true)
      const { id, extended, remote, fd, brs, length, bus } = frame
      expect(channel).toBe(bus)
      const data = remote ? [] : [...frame.data.subarray(0, length)]
      expect(rest).toEqual([id, extended, remote, false, fd, brs, directionOf(frame) === 'received', length, data])
    })
  })

  it.each([
    ['asc', 'ASCWriter', '.asc'],
    ['candump', 'CanutilsLogWriter', '.log'],
  ])('writes %s that we read', async (format, writer, ending) => {
    const path = join(folder, `theirs${ending}`)
    const program = `
import sys, can, json
w = can.${writer}(sys.argv[1])
for f in json.loads(sys.argv[2]):
    w.on_message_received(can.Message(timestamp=f[0], channel=f[1], arbitration_id=f[2], is_extended_id=f[3], is_remote_frame=f[4], is_error_frame=f[5],
        is_fd=f[6], bitrate_switch=f[7], is_rx=f[8], dlc=f[9], data=f[10]))
w.stop()`
    const given = frames.map(f => [
      f.timestamp_ns / 1e9, f.bus, f.id, f.extended, f.remote, f.error, f.fd, f.brs, directionOf(f) === 'received', f.length,
      f.remote ? null : [...f.data.subarray(0, f.length)],
    ])
    await runPython(python, program, [path, JSON.stringify(given)])
    const { frames: read, bad } = readLog(format, [readFileSync(path)])
    expect(bad).toEqual([])
    expect(read.length).toBe(frames.length)
    frames.forEach((frame, n) => {
      // It names the start of its ASC to the ms, and cuts what is below.
      expect(Math.abs(read[n]!.timestamp_ns - frame.timestamp_ns)).toBeLessThan(1e6)
      if (frame.error) return expect(read[n]!.error).toBe(true)
      // python-can's candump writer leaves out the lengths of remote frames and counts no channels but those with a name.
      const expected = format === 'candump' ? { ...frame, bus: read[n]!.bus, ...frame.remote && { length: 0 } } : frame
      expect(sameFrame(read[n]!, expected), `frame ${n}`).toBe(true)
      if (format === 'asc') expect(read[n]!.direction).toBe(directionOf(frame))
    })
  })
})

const hasTshark = spawnSync('tshark', ['--version']).status === 0
if (!hasTshark && process.env.CI === 'true') throw new Error('tshark is needed with CI=true: apt-get install --no-install-recommends tshark')
if (!hasTshark) console.warn('logs: pcapng not tried with tshark: it is not installed (apt-get install --no-install-recommends tshark)')

describe.skipIf(!hasTshark)('pcapng and tshark', () => {
  const FIELDS = [
    'frame.time_epoch', 'frame.interface_name', 'frame.packet_flags_direction', 'can.id', 'can.flags.xtd', 'can.flags.rtr',
    'can.flags.err', 'can.len', 'canfd.flags.brs', 'data',
  ]
  const tshark = (path: string): string[][] => {
    const options = ['-r', path, '-T', 'fields', '-E', 'separator=|', '--disable-protocol', 'autosar-nm', ...FIELDS.flatMap(field => ['-e', field])]
    const { stdout, status, stderr } = spawnSync('tshark', options, { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    return stdout.trim().split('\n').map(line => line.split('|'))
  }

  it('reads our frames: times, interfaces, directions, every field', () => {
    const path = join(folder, 'ours.pcapng')
    writeFileSync(path, writeLog('pcapng', FRAMES, directionOf))
    const lines = tshark(path)
    expect(lines.length).toBe(FRAMES.length)
    FRAMES.forEach((frame, n) => {
      const [time, name, direction, id, xtd, rtr, err, length, brs, data] = lines[n]!
      expect(Math.abs(Number(time) - frame.timestamp_ns / 1e9)).toBeLessThan(1e-6)
      expect(name).toBe(`spine${frame.bus}`)
      expect(parseInt(direction!, 16)).toBe(directionOf(frame) === 'sent' ? 2 : 1)
      if (frame.error) return expect([err, length]).toEqual(['1', '8'])
      expect(Number(id)).toBe(frame.id)
      expect(xtd).toBe(frame.extended ? '1' : '0')
      expect(brs).toBe(!frame.fd ? '' : frame.brs ? '1' : '0')
      if (!frame.fd) expect([rtr, err]).toEqual([frame.remote ? '1' : '0', '0'])
      expect(Number(length)).toBe(frame.length)
      expect(data!.toLowerCase()).toBe(frame.remote ? '' : Buffer.from(frame.data.subarray(0, frame.length)).toString('hex'))
    })
  })

  it('accepts a log without frames', () => {
    const path = join(folder, 'empty.pcapng')
    writeFileSync(path, writeLog('pcapng', []))
    expect(tshark(path)).toEqual([['']])
  })
})
