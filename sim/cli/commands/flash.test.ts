import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext, runInNewContext } from 'node:vm'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { serialOf } from '#firmware/boards/espruino/index.ts'
import { deskWiring } from '#firmware/boards/index.ts'
import {
  claimId, createFrame, HUB_TYPE, hubAddress, hubName, type HubTypeName, IMAGE_ENGINE, type ImageEngine, type ImageEngineName, imageVersion,
  LOCATION, NAME_BYTES, packImage,
} from '#protocol/index.ts'
import { espruinoProgram } from '#sim/build/index.ts'
import { type EmulatedBoard, EmulatedEspruino } from '#sim/flash/testing/index.ts'
import { run } from '../run.ts'
import { withLink } from '../lib/link.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { SpineProcess } from '../testing/spine-process.ts'
import { wireOf } from './diag.ts'

const LIMIT_ms = 120_000
/** Of the emulated board. */
const CHIP = '0123-4567-89ab'

function imageFor(engine: ImageEngineName): Uint8Array {
  return packImage(HUB_TYPE.hood, IMAGE_ENGINE[engine], imageVersion(1, 0, 0), new Uint8Array(90))
}

describe('spine flash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-flash-'))
  const servers: Server[] = []
  afterEach(() => {
    vi.unstubAllEnvs()
    for (const server of servers.splice(0)) server.close()
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }

  const script = (name: string, place: string, text: string): void => {
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }

  /** A board whose console is at a TCP port. */
  async function boardAt(shape: EmulatedBoard = {}): Promise<{ board: EmulatedEspruino, port: string }> {
    const board = new EmulatedEspruino(shape)
    const server = createServer(socket => socket.pipe(board.stream).pipe(socket))
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return { board, port: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  async function imageOf(hub: HubTypeName, version = '0.1.0'): Promise<string> {
    await run(['build', hub, '--engine', 'espruino', '--out', folder, '--image-version', version], fakeTerminal())
    return join(folder, `${hub}.espruino.bin`)
  }

  async function flash(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(['flash', ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  it('builds a hub, writes it to the board it finds, and tells how far it is', async () => {
    const { board, port } = await boardAt()
    const { code, out, err } = await flash('hood', '--port', port)
    expect(code).toBe(0)
    expect(out).toMatch(/^hood 0\.1\.0 is on 127\.0\.0\.1:\d+: \d+ bytes written and read back; reset\n$/)
    expect(err).toMatch(/^ESP32 kit with Espruino, Espruino 2v29, 16383 variables, chip 0123-4567-89ab\n/)
    expect(err).toMatch(/\nerasing\nwriting: 0 %[^]*writing: 100 %[^]*verifying: 100 %[^]*starting\n$/)
    const [head, pins, ...code1] = board.files.get('hub')!.split('\n')
    expect(JSON.parse(head!.replace('//spine-board ', ''))).toEqual({ hub: 'hood', version: '0.1.0', board: 'esp32' })
    expect(runInNewContext(`${pins};spinePins.can.kind`)).toBe('mcp2515')
    expect(code1.join('\n')).toContain('//spine {"hub":"hood"')
  }, LIMIT_ms)

  it('Ctrl-C ends the build, and the board keeps what it has', async () => {
    const { board, port } = await boardAt({ files: { '.bootcde': 'mine' } })
    const terminal = fakeTerminal()
    const ended = run(['flash', 'hood', '--port', port], terminal)
    await terminal.shows(/chip/, ended)
    terminal.interrupt()
    expect(await ended).toBe(130)
    expect(terminal.err).toMatch(/chip [\w-]+\nspine flash: stopped; nothing is written: the same command writes it anew\n$/)
    expect([board.files.get('.bootcde'), terminal.out]).toEqual(['mine', ''])
  }, LIMIT_ms)

  it('writes what spine build made, for a desk, and says who was there', async () => {
    const { board, port } = await boardAt({ id: 'RP2040_PICO', variables: 12_000, storageBytes: 256 * 1024 })
    const { code, out } = await flash(await imageOf('stereo', '3.2.1'), '--port', port, '--desk', '--location', 'STEREO', '--json')
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ hub: 'stereo', version: '3.2.1', board: 'rp2040' })])
    expect(board.files.get('hub')!.split('\n')[1]).toMatch(/"line":"USB".*"location":8,.*"ports":\[\].*"version":50462721\b/)
  }, LIMIT_ms)

  it.each([['rp2040', 'USB', []], ['esp32', 'Serial1', ['watchdog 30']]] as const)('takes the console off the line of a %s on a desk before anything is read, and brings it back when no hub came of it', async (board, line, watched) => {
    const { text } = await espruinoProgram('hood', '0.1.0', '', deskWiring(board, LOCATION.HOOD))
    const pins = text.split('\n')[1]!
    const said: string[] = []
    const timers: (() => void)[] = []
    const E = { setConsole: (to: string | null) => said.push(String(to)), enableWatchdog: (limit_s: number) => said.push(`watchdog ${limit_s}`) }
    const boot = (then: string): string => {
      const names = createContext({ E, [line]: line, setTimeout: (fire: () => void) => { timers.push(fire) } })
      const at: unknown = runInContext(`${pins};${then};[spinePins.location,spinePins.can.line,spinePins.ports.length].join()`, names)
      for (const fire of timers.splice(0)) fire()
      return String(at)
    }
    expect(pins).toMatch(/^E\.setConsole\(null/)
    expect(boot('spineRuns=true')).toBe(`7,${line},0`)
    expect(said).toEqual(['null', ...watched])
    boot('')
    expect(said.slice(1 + watched.length)).toEqual(['null', ...watched, line])
  }, LIMIT_ms)

  it('writes a program for a programmer, without a board', async () => {
    const out = join(folder, 'hood.js')
    const said = await flash('hood', '--dry-run', '--board', 'esp32', '--out', out)
    expect([said.code, said.out]).toEqual([0, expect.stringContaining('hood for ESP32 kit with Espruino')])
    const first = readFileSync(out, 'utf8')
    await flash('hood', '--dry-run', '--board', 'esp32', '--out', out)
    expect(readFileSync(out, 'utf8'), 'the same bytes').toBe(first)
  }, LIMIT_ms)

  it('waits until the hub claims its address on the bus that --link names, and says where', async () => {
    const car = new SpineProcess('car', '--headless', '--real', 'HOOD', '--listen', 'spine-listen:127.0.0.1:0')
    try {
      const uri = await car.says(/spine:127\.0\.0\.1:\d+/)
      const { port } = await boardAt()
      const terminal = fakeTerminal()
      const done = run(['flash', await imageOf('hood'), '--port', port, '--link', uri, '--json'], terminal)
      await terminal.shows(/waiting for its address claim/, done)
      // The console is emulated, and no hub runs behind it: its claim comes from here, after that of another hood.
      await withLink(uri, {}, async (bus) => {
        for (const serial of [1, serialOf(CHIP)]) {
          const name = hubName(HUB_TYPE.hood, LOCATION.HOOD, serial)
          wireOf(bus).send({ ...createFrame(NAME_BYTES), id: claimId(hubAddress(LOCATION.HOOD)), data: name, length: NAME_BYTES })
        }
        await done
      })
      expect([await done, JSON.parse(terminal.out)]).toEqual([0, expect.objectContaining({ hub: 'hood', board: 'esp32', claimed: 'HOOD' })])
    } finally {
      await car.stop()
    }
  }, LIMIT_ms)

  it('builds the folder of an ESP32 with XS, and the same again', async () => {
    const folders = ['one', 'two'].map(name => join(folder, name))
    for (const out of folders) {
      const { code, out: said } = await flash('hood', '--engine', 'xs', '--location', 'HOOD', '--dry-run', '--out', out)
      expect([code, said]).toEqual([0, `${out}: hood for ESP32 kit with Moddable XS; cd "${out}" && mcconfig -m -p esp32\n`])
    }
    const [one, two] = folders.map(out => readdirSync(out).sort().map(name => [name, readFileSync(join(out, name), 'utf8')] as const))
    expect(one!.map(([name]) => name)).toEqual(['hub.js', 'main.js', 'manifest.json', 'noise.c', 'noise.js', 'partitions.csv', 'sampler.js'])
    expect(two).toEqual(one)
  }, LIMIT_ms)

  it('has the SDK of the engineer build and write it, and the chip compute its hashes', async () => {
    const out = join(folder, 'sdk-door')
    const said = join(folder, 'said')
    vi.stubEnv('MODDABLE', join(folder, 'moddable'))
    vi.stubEnv('IDF_PATH', join(folder, 'idf'))
    const host = process.platform === 'darwin' ? 'mac' : 'lin'
    script('mcconfig', join(folder, 'moddable/build/bin', host, 'release'), `echo "cc main.c"; echo "$UPLOAD_PORT $@" >> ${said}; mkdir -p "$5"; touch "$5/flash_args"`)
    script('export.sh', join(folder, 'idf'), `python() { echo verified; echo "$@" >> ${said}; }`)
    const { code, out: text, err } = await flash('door', '--engine', 'xs', '--port', '/dev/ttyUSB7', '--location', 'FL', '--desk', '--out', out)
    expect([code, text]).toEqual([0, 'door 0.1.0 is on /dev/ttyUSB7: written, and every part verified by its hash\n'])
    expect(err).toMatch(/^building: cc main\.c\nwriting: cc main\.c\nverifying: verified\n$/)
    expect(readFileSync(said, 'utf8')).toMatch(/^\/dev\/ttyUSB7 -m -p esp32 [^\n]* -t build [^\n]*\n\/dev\/ttyUSB7 [^\n]* -t deploy [^\n]*\n-m esptool [^\n]* verify_flash @flash_args\n$/)
    expect(readFileSync(join(out, 'hub.js'), 'utf8')).toContain('"kind":"serial"')
  }, LIMIT_ms)

  it.each([
    [['boot', '--port', '/dev/x'], 2, 'there is no hub type "boot"'],
    [['hood'], 2, 'which port?'],
    [['hood', '--port', 'nowhere'], 2, '"nowhere" is no port'],
    [['hood', '--port', 'tcp://127.0.0.1:99999'], 2, 'is no port'],
    [['hood', '--port', '/dev/ttyNOWHERE'], 1, 'there is no device /dev/ttyNOWHERE: is it plugged in?'],
    [['hood', '--port', 'tcp://127.0.0.1:1'], 1, 'nothing listens on 127.0.0.1:1'],
    [['hood', '--desk', '--port', '/dev/x'], 2, 'name its place'],
    [['hood', '--location', 'FL', '--port', '/dev/x'], 2, 'at FL sits a door, and this is a hood: write a door, or name HOOD'],
    [['hood', '--dry-run'], 2, '--dry-run needs --board'],
    [['hood', '--dry-run', '--board', 'wifi', '--out', 'x'], 1, 'the program has'],
    [['hood', '--dry-run', '--board', 'pico', '--out', 'x'], 1, 'no page of flash left for records; boards that fit are in firmware/boards/README.md'],
    [['hood', '--port', '/dev/null'], 1, '/dev/null is no serial port: name the one that appears when you plug the adapter in, such as /dev/ttyACM0 or COM3'],
    [['hood', '--port', '/'], 1, '/ is no serial port: name the one that appears'],
    [['hood', '--engine', 'xs', '--port', 'nonsense'], 2, '"nonsense" is no port: name one such as /dev/ttyUSB0 or COM3'],
    [['hood', '--port', '/dev/null', '--car', 'nonsense'], 2, 'there is no car "nonsense"'],
    [['hood', '--dry-run', '--board', 'pico', '--out', 'x'], 1, 'a hood hub needs'],
    [['hood', '--port', '/dev/x', '--board', 'pico', '--out', 'x.js'], 2, '--board and --out do nothing without --dry-run: the board on the port is written'],
    [['hood', '--port', '/dev/x', '--baud', '9600', '--link', 'spine:', '--dry-run', '--board', 'esp32', '--out', 'x'], 2, '--port and --baud and --link do nothing with --dry-run'],
    [['a.bin', '--port', '/dev/x', '--car', 'coupe'], 2, '--car does nothing with an image'],
    [['hood', '--engine', 'xs', '--port', '/dev/x', '--board', 'esp32'], 2, '--board does nothing with --engine xs'],
    [['hood', '--baud', 'NaN', '--port', '/dev/x'], 2, 'whole number'],
    [['/nowhere/a.bin', '--port', '/dev/x'], 1, 'cannot read /nowhere/a.bin'],
    [[file('long.bin', new Uint8Array((16 << 20) + 1)), '--port', '/dev/x'], 1, 'is longer than any firmware image: build one with npx spine build'],
    [[file('text.bin', Buffer.from('no image')), '--port', '/dev/x'], 1, 'is no firmware image of ours: build it with npx spine build --engine espruino'],
    [[file('cut.bin', imageFor('espruino').subarray(0, 80)), '--port', '/dev/x'], 1, '(truncated)'],
    [[file('xs.bin', imageFor('xs')), '--port', '/dev/x'], 1, 'is for XS'],
    [[file('other.bin', packImage(HUB_TYPE.hood, 7 as ImageEngine, 1, new Uint8Array(9))), '--port', '/dev/x'], 1, 'for an engine that'],
    [[file('espruino.bin', imageFor('espruino')), '--engine', 'xs', '--port', '/dev/x'], 1, 'is for Espruino'],
    [[file('xs.bin', imageFor('xs')), '--engine', 'xs', '--port', '/dev/x', '--link', 'spine:'], 2, '--link is for Espruino boards'],
    [[file('xs.bin', imageFor('xs')), '--engine', 'xs'], 2, 'which port?'],
    [[file('xs.bin', imageFor('xs')), '--engine', 'xs', '--dry-run'], 2, '--dry-run needs --out'],
    [['hood', '--dry-run', '--board', 'esp32', '--out', ''], 2, '--out is empty: name where to write'],
    [['hood', '--dry-run', '--board', 'esp32-xs', '--out', 'x'], 2, 'is written with --engine xs'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const said = await flash(...words)
    expect(said.err).toContain(message)
    expect(said.code).toBe(code)
  }, LIMIT_ms)

  it.each([
    ['nonsense:', 2, '"nonsense:"'],
    ['spine:127.0.0.1:1', 1, 'no car is running on 127.0.0.1:1'],
  ])('a bus that is no good is told before the hub is halted: %s', async (link, code, words) => {
    const { board, port } = await boardAt()
    const said = await flash('hood', '--port', port, '--link', link)
    expect([said.code, said.err]).toEqual([code, expect.stringContaining(words)])
    expect(board.linesRead).toBe(0)
  })

  it('a board that does not carry the hub is left as it is', async () => {
    const { board, port } = await boardAt({ id: 'ESPRUINOWIFI', variables: 8190, storageBytes: 64 * 1024, files: { '.bootcde': 'mine' } })
    const { code, err } = await flash(await imageOf('hood'), '--port', port)
    expect(code).toBe(1)
    expect(err).toMatch(/hood does not fit: the program has \d+ bytes, and Espruino WiFi keeps \d+; a hood hub needs/)
    expect(board.files.get('.bootcde')).toBe('mine')
  }, LIMIT_ms)
})
