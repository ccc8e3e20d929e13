import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, type ImageEngineName, imageVersion, packImage } from '#protocol/index.ts'
import { type EmulatedBoard, EmulatedEspruino } from '#sim/flash/testing/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const LIMIT_ms = 120_000

function imageFor(engine: ImageEngineName): Uint8Array {
  return packImage(HUB_TYPE.hood, IMAGE_ENGINE[engine], imageVersion(1, 0, 0), new Uint8Array(90))
}

describe('spine flash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-flash-'))
  const servers: Server[] = []
  afterEach(() => { for (const server of servers.splice(0)) server.close() })
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }

  /** A board whose console is at a TCP port. */
  async function boardAt(shape: EmulatedBoard = {}): Promise<{ board: EmulatedEspruino, port: string }> {
    const board = new EmulatedEspruino(shape)
    const server = createServer(socket => socket.pipe(board.stream).pipe(socket))
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return { board, port: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` }
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

  it('writes what spine build made, for a desk, and says who was there', async () => {
    await run(['build', 'hood', '--engine', 'espruino', '--out', folder, '--image-version', '3.2.1'], fakeTerminal())
    const { board, port } = await boardAt({ id: 'RP2040_PICO', variables: 12_000, storageBytes: 256 * 1024 })
    const { code, out } = await flash(join(folder, 'hood.espruino.bin'), '--port', port, '--desk', '--location', 'HOOD', '--json')
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ hub: 'hood', version: '3.2.1', board: 'rp2040' })])
    expect(runInNewContext(`${board.files.get('hub')!.split('\n')[1]};[spinePins.location,spinePins.can.line,spinePins.ports.length].join()`)).toBe('7,USB,0')
  }, LIMIT_ms)

  it('writes a program for a programmer, without a board', async () => {
    const out = join(folder, 'hood.js')
    const said = await flash('hood', '--dry-run', '--board', 'esp32', '--out', out)
    expect([said.code, said.out]).toEqual([0, expect.stringContaining('hood for ESP32 kit with Espruino')])
    const first = readFileSync(out, 'utf8')
    await flash('hood', '--dry-run', '--board', 'esp32', '--out', out)
    expect(readFileSync(out, 'utf8'), 'the same bytes').toBe(first)
  }, LIMIT_ms)

  it.each([
    [['boot', '--port', '/dev/x'], 2, 'there is no hub type "boot"'],
    [['hood'], 2, 'which port?'],
    [['hood', '--port', 'nowhere'], 2, '"nowhere" is no port'],
    [['hood', '--port', 'tcp://127.0.0.1:99999'], 2, 'is no port'],
    [['hood', '--port', '/dev/ttyNOWHERE'], 1, 'there is no device /dev/ttyNOWHERE: is it plugged in?'],
    [['hood', '--port', 'tcp://127.0.0.1:1'], 1, 'nothing listens on 127.0.0.1:1'],
    [['hood', '--desk', '--port', '/dev/x'], 2, 'name its place'],
    [['hood', '--location', 'FL', '--port', '/dev/x'], 2, 'at FL sits a door, and this is a hood'],
    [['hood', '--dry-run'], 2, '--dry-run needs --board'],
    [['hood', '--dry-run', '--board', 'wifi', '--out', 'x'], 1, 'the program has'],
    [['hood', '--dry-run', '--board', 'pico', '--out', 'x'], 1, 'no page of flash left'],
    [['hood', '--baud', 'NaN', '--port', '/dev/x'], 2, 'whole number'],
    [['/nowhere/a.bin', '--port', '/dev/x'], 1, 'cannot read /nowhere/a.bin'],
    [[file('text.bin', new Uint8Array(100)), '--port', '/dev/x'], 1, 'is no whole image (notImage)'],
    [[file('cut.bin', imageFor('espruino').subarray(0, 80)), '--port', '/dev/x'], 1, '(truncated)'],
    [[file('xs.bin', imageFor('xs')), '--port', '/dev/x'], 1, 'is for XS'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const said = await flash(...words)
    expect(said.err).toContain(message)
    expect(said.code).toBe(code)
  }, LIMIT_ms)

  it('a board that does not carry the hub is left as it is', async () => {
    const { board, port } = await boardAt({ id: 'ESPRUINOWIFI', variables: 8190, storageBytes: 64 * 1024, files: { '.bootcde': 'mine' } })
    const { code, err } = await flash('hood', '--port', port)
    expect(code).toBe(1)
    expect(err).toMatch(/hood does not fit: the program has \d+ bytes, and Espruino WiFi keeps \d+; a hood hub needs/)
    expect(board.files.get('.bootcde')).toBe('mine')
  }, LIMIT_ms)
})
