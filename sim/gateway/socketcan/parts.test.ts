import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createCounters, imbalance } from '../counters.ts'
import { numberedFrame } from '../testing/index.ts'
import { LinkUriError } from '../uri.ts'
import { busEvent, describeErrorFrame, tellsOverflow } from './error-frame.ts'
import { parseFilters } from './filters.ts'
import { kernelView, parseFilters as parseRows, whyNot } from './interface.ts'
import { explainLoadError } from './load-socketcan.ts'
import type { OutMessage, RawChannel } from './raw-channel.ts'
import { TransmitWindow, WINDOW_FRAMES } from './transmit-window.ts'

describe('error frames', () => {
  const data = (byte1: number): Uint8Array => Uint8Array.of(0, byte1, 0, 0, 0, 0, 0, 0)

  it.each([
    [0x040, 0, 'bus-off'], [0x100, 0, 'restarted'], [0x004, 0x10, 'error-passive'], [0x004, 0x20, 'error-passive'],
    [0x004, 0x04, 'error-active'], [0x004, 0x08, 'error-active'], [0x004, 0x40, 'error-active'], [0x004, 0x01, undefined],
    [0x044, 0x10, 'bus-off'], [0x020, 0x10, undefined], [0x088, 0x10, undefined],
  ] as const)('tell of the controller: class %i, detail %i', (id, detail, event) => {
    expect(busEvent(id, data(detail))).toBe(event)
  })

  it('are described for people', () => {
    expect(describeErrorFrame(0x024, data(0x30))).toBe('controller: receive passive, transmit passive, no acknowledgement')
    expect(describeErrorFrame(0, data(0))).toBe('unspecified error')
    expect([tellsOverflow(4, data(1)), tellsOverflow(4, data(2)), tellsOverflow(8, data(1))]).toEqual([true, false, false])
  })

  it('may hold anything', () => {
    fc.assert(fc.property(fc.nat(0x1fff_ffff), fc.uint8Array({ maxLength: 64 }), (id, bytes) => {
      busEvent(id, bytes)
      expect(describeErrorFrame(id, bytes)).not.toBe('')
    }))
  })
})

describe('receive filters', () => {
  it('are written as candump writes them', () => {
    expect(parseFilters('', undefined)).toEqual([])
    expect(parseFilters('', '123:7FF,18ff8100:1FFFFF00')).toEqual([
      { id: 0x123, mask: 0x800007ff }, { id: 0x98ff8100, mask: 0x9fffff00 },
    ])
  })

  it.each(['x', '123', '123:', '1234:7FF', '800:7FF', '20000000:0', Array(513).fill('1:1').join(',')])('that are wrong say so: %s', (text) => {
    expect(() => parseFilters('socketcan:can0', text)).toThrow(LinkUriError)
  })
})

describe('the kernel\'s view', () => {
  const folders: string[] = []
  afterEach(() => folders.splice(0).forEach(folder => rmSync(folder, { recursive: true })))
  const tree = (files: Record<string, string>): string => {
    const root = mkdtempSync(join(tmpdir(), 'spine-kernel-'))
    folders.push(root)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return root
  }

  it('comes from sysfs and procfs', () => {
    const root = tree({
      'class/can0/type': '280\n', 'class/can0/flags': '0x40081\n', 'class/can0/mtu': '16\n', 'class/can0/carrier': '0\n',
      'class/can0/statistics/rx_over_errors': '3\n', 'class/can0/statistics/rx_dropped': '4\n',
      'class/lo/type': '772\n', 'class/lo/flags': '0x9\n',
      'virtual/vcan0/type': '280\n', 'virtual/vcan0/flags': '0x80\n', 'virtual/vcan0/mtu': '72\n', 'virtual/vcan0/carrier': '1\n',
      'proc/sys/net/core/rmem_default': '51200\n',
      'proc/net/can/rcvlist_fil': ' can0  00000000  10000000  f  u  12  raw\n vcan0  000  10000000  f  u  9  raw\n',
    })
    symlinkSync(join(root, 'virtual/vcan0'), join(root, 'class/vcan0'))
    const view = kernelView(join(root, 'class'), join(root, 'proc'))
    expect(view.status('can0')).toEqual({ exists: true, isCan: true, up: true, carrier: false, fd: false, virtual: false })
    expect(view.status('vcan0')).toEqual({ exists: true, isCan: true, up: false, carrier: true, fd: true, virtual: true })
    expect([view.status('lo').isCan, view.status('../can0').exists, view.status('can9').exists]).toEqual([false, false, false])
    expect([view.canInterfaces(), view.lost('can0'), view.hasCan(), view.socketFrames()]).toEqual([['can0', 'vcan0'], 7, true, 101])
    expect(view.filters('can0')).toEqual([{ list: 'rcvlist_fil', id: 0, mask: 0x1000_0000, matches: 12 }])
    expect(whyNot(view, 'can0')).toBe('')
    expect(whyNot(view, 'can9')).toBe('there is no interface can9; there are can0, vcan0')
    expect(whyNot(view, 'vcan0')).toContain('vcan0 is down')
  })

  it('tells a kernel without CAN from one without interfaces', () => {
    const bare = tree({ 'class/lo/type': '772\n' })
    expect(whyNot(kernelView(join(bare, 'class'), join(bare, 'proc')), 'can0')).toContain('the kernel has no CAN')
    const loaded = tree({ 'class/lo/type': '772\n', 'proc/net/can/stats': '' })
    expect(whyNot(kernelView(join(loaded, 'class'), join(loaded, 'proc')), 'can0')).toContain('nor any other for CAN')
  })

  it('reads receive lists and nothing else', () => {
    expect(parseRows('receive list \'rx_all\':\n  (any: no entry)\n  device   can_id   can_mask  function  userdata  matches  ident\n', 'can0', 'rcvlist_all')).toEqual([])
  })
})

describe('loading the package', () => {
  it.each([
    [{ code: 'ERR_MODULE_NOT_FOUND', message: 'Cannot find package' }, 'is not installed'],
    [{ code: 'MODULE_NOT_FOUND', message: 'Cannot find module ../build/Release/can.node' }, 'not compiled'],
    [{ message: 'wrong ELF class\nmore' }, 'cannot be loaded (npm rebuild socketcan may help): wrong ELF class'],
  ])('fails with one line: %#', (error, words) => {
    expect(explainLoadError(error)).toContain(words)
    expect(explainLoadError(error)).not.toContain('\n')
  })
})

describe('the transmit window', () => {
  const collect = (handed: number[]): Pick<RawChannel, 'send' | 'sendFD'> => {
    const send = (message: OutMessage): number => handed.push(message.id)
    return { send, sendFD: send }
  }

  it('hands no more to the kernel than a window', () => {
    const handed: number[] = []
    const counters = createCounters().sent
    const window = new TransmitWindow(counters, 1000, 8, () => 0)
    window.connect(collect(handed))
    for (let n = 0; n < 500; n++) {
      counters.in++
      expect(window.push(numberedFrame(n), Infinity)).toBe(true)
    }
    expect([handed.length, window.unconfirmed, counters.queued]).toEqual([WINDOW_FRAMES, WINDOW_FRAMES, 500])
    window.disconnect('closed')
    expect([counters.queued, counters.dropped.get('closed'), imbalance(counters)]).toEqual([0, 500, 0])
  })

  it('lets commands expire that waited too long', () => {
    const handed: number[] = []
    const counters = createCounters().sent
    let now_ms = 0
    const window = new TransmitWindow(counters, 10, 8, () => now_ms)
    counters.in = 2
    window.push({ ...numberedFrame(1), id: 1 }, 250)
    window.push({ ...numberedFrame(2), id: 2 }, Infinity)
    now_ms = 251
    window.connect(collect(handed))
    expect(handed).toEqual([2])
    expect([counters.dropped.get('expired'), imbalance(counters)]).toEqual([1, 0])
    window.disconnect('closed')
  })
})
