import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Link, openLink, SCHEMES } from '#sim/gateway/index.ts'
import { eventually, frameOf, numberedFrame } from '#sim/gateway/testing/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

describe('spine gateway', () => {
  let hall: Link
  let yard: Link
  const got: number[] = []

  beforeEach(async () => {
    hall = await openLink('spine-listen:127.0.0.1:0')
    yard = await openLink('spine-listen:127.0.0.1:0')
    got.length = 0
    hall.onFrame((frame) => { got.push(frame.id) })
    yard.onFrame((frame) => { got.push(frame.id) })
  })
  afterEach(async () => {
    await hall.close()
    await yard.close()
  })

  async function joined(...options: string[]): Promise<{ terminal: ReturnType<typeof fakeTerminal>, end: Promise<number> }> {
    const terminal = fakeTerminal()
    const end = run(['gateway', hall.addresses[0]!, yard.addresses[0]!, '--interval', '10ms', ...options], terminal)
    await eventually(() => hall.state === 'up' && yard.state === 'up')
    return { terminal, end }
  }

  it('joins two links, says what it does, and ends with Ctrl-C', async () => {
    const { terminal, end } = await joined()
    hall.send(numberedFrame(1))
    yard.send(numberedFrame(2))
    await eventually(() => got.length === 2)
    const line = /A up, B up, A→B \d+ frames\/s 1 forwarded.*, B→A \d+ frames\/s 1 forwarded.*, lag p99 [\d.]+ ms \(own [\d.]+ ms\)\n/
    await terminal.shows(line, end)
    terminal.interrupt()
    expect(await end).toBe(0)
  })

  it('is JSON for programs', async () => {
    const { terminal, end } = await joined('--json')
    hall.send(frameOf({ id: 0x123, extended: false, bytes: [1] }))
    await terminal.shows(/"forwarded":1/, end)
    terminal.interrupt()
    await end
    const last = JSON.parse(terminal.out.trim().split('\n').at(-1)!) as Record<string, unknown>
    expect(last).toMatchObject({
      a: { state: 'up', received: { in: 1, delivered: 1, queued: 0, dropped: {} } }, b: { sent: { in: 1, delivered: 1 } },
      aToB: { in: 1, forwarded: 1, filtered: 0, identifiers: [{ id: '123', frames: 1 }] }, bToA: { in: 0 },
    })
  })

  it('draws a picture on a screen', async () => {
    const terminal = fakeTerminal({ isTTY: true, columns: 200, rows: 50 })
    const end = run(['gateway', hall.addresses[0]!, yard.addresses[0]!, '--interval', '10ms'], terminal)
    await eventually(() => hall.state === 'up' && yard.state === 'up')
    hall.send(frameOf({ id: 0x18ff_8181, bytes: [1] }))
    await terminal.shows(/18FF8181 +A → B +1 .*WindowStatus@FL from 0x81/, end)
    expect(terminal.out).toMatch(/WAY +frames\/s +forwarded/)
    terminal.interrupt()
    expect(await end).toBe(0)
  })

  it('filters, rewrites and goes one way', async () => {
    const { terminal, end } = await joined('--filter-ab', 'source != 0xF9', '--rewrite-ab', 'id ^ 0x3', '--direction', 'ab')
    for (const id of [0x18ff_8181, 0x18ff_81f9, 0x18ff_8182]) hall.send(frameOf({ id }))
    yard.send(numberedFrame(1))
    await eventually(() => got.length === 2)
    await terminal.shows(/2 forwarded/, end)
    expect(got).toEqual([0x18ff_8182, 0x18ff_8181])
    terminal.interrupt()
    await end
  })

  it('plays a log into a link and ends with it, and records one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spine-gateway-'))
    await writeFile(join(folder, 'in.log'), '(1.000000) spine0 123#11\n(1.001000) spine0 18FF8181#22\n')
    const terminal = fakeTerminal()
    expect(await run(['gateway', `file:${folder}/in.log?speed=max`, `file:${folder}/out.log?as=record`, '--filter', 'extended'], terminal)).toBe(0)
    expect(await readFile(join(folder, 'out.log'), 'utf8')).toMatch(/^\(\d+\.001000\) spine0 18FF8181#22\n$/)
    await rm(folder, { recursive: true })
  })

  it('lists the links in its help', async () => {
    const terminal = fakeTerminal()
    expect(await run(['gateway', '--help'], terminal)).toBe(0)
    for (const scheme of Object.keys(SCHEMES)) expect(terminal.out).toContain(`\n  ${scheme}: `)
  })

  it.each([
    [['spine:'], 2, /argument/], [['spine:', 'spine:'], 2, /a bridge joins two/], [['usb:', 'spine:'], 2, /there is no link of the kind "usb"/],
    [['spine:', 'slcan:/dev/x', '--filter', 'sorce == 1'], 2, /--filter "sorce == 1": column 1: .*did you mean source/],
    [['spine:', 'file:x.log', '--filter', '1', '--filter-ab', '1'], 2, /both ways/], [['spine:', 'slcan:', '--limit', '0'], 2, /--limit 0/],
    [['spine:127.0.0.1:1', 'slcan-listen:127.0.0.1:0'], 1, /no car is running/], [['slcan:/dev/none', 'slcan-listen:127.0.0.1:0'], 1, /there is no device \/dev\/none/],
    [['slcan:/dev/ttyUSB9?baud=9600', 'spine:'], 2, /9600 baud carries/], [['spine:', 'slcan:', '--mode', 'loud'], 2, /loud/],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const terminal = fakeTerminal()
    expect(await run(['gateway', ...words], terminal)).toBe(code)
    expect(terminal.err).toMatch(message)
  })
})
