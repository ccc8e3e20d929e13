import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyClassicFrame, frameOf, SLCAN_FAMILIES, type SlcanFamily, SlcanFirmware } from '../testing/index.ts'
import type { LinkFrame } from '../link.ts'
import { encodeSlcanFrame } from './codec.ts'
import { fillerLine, LINE_BUFFER_BYTES, USB_LINE_BUFFER_BYTES } from './families.ts'
import { greetAdapter, type Adapter, type GreetingLine } from './greeting.ts'
import { SlcanLineReader } from './line-reader.ts'

/** A firmware and the wire to it, on which every answer is there at once. */
class Bench implements GreetingLine {
  readonly place = 'the bench'
  readonly firmware: SlcanFirmware
  private readonly usb: string
  private readonly answers: boolean
  private fits: (answer: string) => boolean = () => false
  private answer: string | undefined

  constructor(family: SlcanFamily) {
    this.usb = family.usb ?? ''
    this.answers = !('version' in family.manners) || family.manners.version !== undefined
    const take = (answer: string): void => {
      if (this.answer === undefined && this.fits(answer)) this.answer = answer
    }
    const reader = new SlcanLineReader({
      onLine: (bytes, start, end) => take(String.fromCharCode(...bytes.subarray(start, end))),
      onOverlong: () => take('overlong'),
      onBell: () => take('\\a'),
    }, true)
    this.firmware = new SlcanFirmware(family.manners, answer => reader.push(new TextEncoder().encode(answer)))
  }

  write(text: string): void {
    this.firmware.read(new TextEncoder().encode(text))
  }

  readonly ask = async (command: string, fits: (answer: string) => boolean): Promise<string | undefined> => {
    this.answer = undefined
    this.fits = fits
    this.write(`${command}\r`)
    return this.answer
  }

  greet(listenOnly = false, probe = this.answers): Promise<Adapter> {
    return greetAdapter(this, {
      bitrateCommand: 'S6', bitrate: 500_000, listenOnly, timestamps: true, echo: undefined, baud: undefined, probe,
      lineBuffer: USB_LINE_BUFFER_BYTES[this.usb] ?? LINE_BUFFER_BYTES,
    })
  }
}

function lineOf(frame: LinkFrame): string {
  const bytes = new Uint8Array(64)
  return String.fromCharCode(...bytes.subarray(0, encodeSlcanFrame(frame, bytes, 0, false) - 1))
}

/** What a killed session had sent when it stopped: commands and frames with their CR, and a part of one more. */
const anySession = fc.record({
  sent: fc.array(fc.oneof(anyClassicFrame().map(lineOf), fc.constantFrom('V', 'O', 'Z1', 'F')), { maxLength: 3 }),
  next: anyClassicFrame().map(lineOf),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
})

for (const [name, family] of Object.entries(SLCAN_FAMILIES)) {
  describe(`greeting ${name}`, () => {
    it('puts no frame of a killed session onto the bus, and repeats none', async () => {
      await fc.assert(fc.asyncProperty(anySession, fc.boolean(), async ({ sent, next, cut }, listenOnly) => {
        const bench = new Bench(family)
        const { firmware } = bench
        const part = next.slice(0, Math.round(cut * next.length))
        for (const line of ['C', 'S6', 'O', ...sent]) bench.write(`${line}\r`)
        bench.write(part)
        const before = firmware.received.length
        await bench.greet(listenOnly).catch((error: unknown) => expect(String(error)).toContain('listen-only'))
        const sentNow = firmware.received.slice(before).map(lineOf)
        if (family.leaks === 'complete') expect(sentNow.filter(line => line !== part)).toEqual([])
        else if (family.leaks === undefined || part === '') expect(sentNow, `left behind: "${part}"`).toEqual([])
        if (part === '') expect(firmware.crashed).toBe(false)
      }), { seed: 1, numRuns: 500 })
    })

    it('opens it, and the first frame is ours', async () => {
      const bench = new Bench(family)
      await bench.greet()
      bench.write(`${lineOf(frameOf({ id: 0x123, extended: false, bytes: [1, 2] }))}\r`)
      expect(bench.firmware.received.map(lineOf)).toEqual(['t12320102'])
    })

    it('only to listen, keeps it silent, or says that it does not know', async () => {
      const bench = new Bench(family)
      const way = family.manners.listen ?? 'L'
      const greeting = bench.greet(true)
      if (way === 'none') return expect(greeting).rejects.toThrow('refuses to open its channel listen-only (L): it may have no such mode')
      const { about } = await greeting
      expect(about.includes('listen-only not confirmed'), about).toBe(way === 'forgets')
      if (way !== 'forgets') expect(bench.firmware.channel).toBe('L')
    })
  })
}

it('the mode of a session that listened does not outlive it', async () => {
  const bench = new Bench(SLCAN_FAMILIES['CANable 2.5']!)
  await bench.greet(true)
  expect(bench.firmware.channel).toBe('L')
  await bench.greet()
  expect(bench.firmware.channel).toBe('O')
})

it('what an adapter says of itself cannot steer a terminal', async () => {
  const { about } = await new Bench({ manners: { version: 'V1\x1b[2J\t013' } }).greet()
  expect(about).toMatch(/^[ -~]+$/)
})

it('the filler is no part of a frame and no command', () => {
  for (const size of [LINE_BUFFER_BYTES, ...Object.values(USB_LINE_BUFFER_BYTES)]) {
    expect(fillerLine(size)).toMatch(/^[~=]+$/)
    expect(fillerLine(size)).toHaveLength(size)
  }
})

/** What the bench must see, or it would not see us do it either. */
describe('on the bench', () => {
  function afterwards(family: string, left: string, ...bytes: string[]): string[] {
    const bench = new Bench(SLCAN_FAMILIES[family]!)
    for (const text of ['O\r', 't1230\r', left, ...bytes]) bench.write(text)
    return bench.firmware.received.slice(1).map(lineOf)
  }

  it.each([
    ['an empty line repeats a frame', 'canable2-fw', '', ['\r'], ['t1230']],
    ['an empty line completes a frame', 'LAWICEL CAN232, CANUSB', 't4561FF', ['\r'], ['t4561FF']],
    ['"C" completes a frame', 'LAWICEL CAN232, CANUSB', 't4561F', ['C\r'], ['t4561FC']],
    ['a short filler is not enough', 'canable2-fw', 'T0000012381122', [`${fillerLine(30)}\r`], ['T0000012381122000000000000']],
    ['a filler that is too long ends a firmware', 'CANtact', '', [`${fillerLine(155)}\r`, 't4560\r'], []],
    ['nothing helps where trailing characters are ignored', 'USBtin', 't4561FF', [`${fillerLine(155)}\r`], ['t4561FF']],
  ])('%s (%s)', (_, family, left, bytes, frames) => {
    expect(afterwards(family, left, ...bytes)).toEqual(frames)
  })
})
