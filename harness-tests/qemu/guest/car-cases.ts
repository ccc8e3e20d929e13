import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { numberedFrame } from '#sim/gateway/testing/index.ts'
import { kindOf, locationOf, pageOf, WINDOW_STATE, WindowStatusCodec, type WindowStatusValues } from '#protocol/index.ts'
import { encodeEntry, parseTarget } from '#protocol/messages/index.ts'
import type { Case, Facts } from './report.ts'
import { check, Dump, readers, same, tool, until } from './tools.ts'

/** Engines start slowly in an emulated machine. */
const START_ms = 120_000
const FRONT_LEFT = 1
const TOOL = 0xf9
const SEQUENCE = 5

/** The command line, as a person starts it. It ends with `stop`. */
export class Spine {
  private said = ''
  private readonly process: ChildProcess

  constructor(...args: string[]) {
    this.process = spawn('/usr/bin/node', ['--single-threaded', '/spine/spine.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', (chunk) => { this.said += String(chunk) })
  }

  /** Resolves when so many programs read each of the interfaces. */
  async listening(...names: string[]): Promise<void> {
    await until(() => {
      check(this.process.exitCode === null, `it ended: ${this.said}`)
      return names.every(name => readers(name) > 0)
    }, `spine reads ${names.join(' and ')}`, START_ms)
  }

  async stop(): Promise<string> {
    this.process.kill('SIGINT')
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    return this.said
  }
}

/** What a tool sends to move a window, as cansend takes it. */
function windowCommand(): string {
  const { entry, location } = parseTarget('WindowCommand@FL')
  const { id, data, length } = encodeEntry(entry, location, { action: 'autoDown', sequence: SEQUENCE }, { source: TOOL, counter: 0 })
  return `${id.toString(16).padStart(8, '0')}#${Buffer.from(data.subarray(0, length)).toString('hex')}`
}

function windowStatus(text: string): WindowStatusValues | undefined {
  const id = parseInt(text.slice(0, 8), 16)
  if (text[8] !== '#' || pageOf(id) !== 0 || kindOf(id) !== WindowStatusCodec.kind || locationOf(id) !== FRONT_LEFT) return undefined
  const values = WindowStatusCodec.create()
  WindowStatusCodec.decode(Buffer.from(text.slice(9), 'hex'), values)
  return values
}

/** The command line on the kernel's CAN, with can-utils beside it. */
export const CAR_CASES: readonly Case[] = [
  {
    name: 'spine car --listen socketcan:vcan0: candump sees the car, cansend drives it',
    run: async (): Promise<Facts> => {
      const dump = await Dump.start('vcan0')
      const spine = new Spine('car', '--headless', '--listen', 'socketcan:vcan0')
      await spine.listening('vcan0')
      await until(() => dump.frames().some(windowStatus), 'candump sees the window', START_ms)
      await tool('cansend', 'vcan0', windowCommand())
      const moves = (): boolean => dump.frames().some(text => windowStatus(text)?.state === WINDOW_STATE.opening)
      await until(moves, 'the glass moves', START_ms)
      const said = await spine.stop()
      const { frames, lost } = await dump.end()
      const echo = frames.map(windowStatus).find(values => values?.state === WINDOW_STATE.opening)
      same([echo?.echoSender, echo?.echoSequence], [TOOL & 0x0f, SEQUENCE], 'whose command it was')
      same(lost, 0, 'frames candump lost')
      return { frames: frames.length, said: said.trim().split('\n').at(-1) ?? '' }
    },
  },
  {
    name: 'spine gateway socketcan:can0 socketcan:vcan0: a real bus joins a virtual one',
    run: async (): Promise<void> => {
      const [wire, virtual] = [await Dump.start('can1', '-n', '3'), await Dump.start('vcan0', '-n', '3')]
      const spine = new Spine('gateway', 'socketcan:can0', 'socketcan:vcan0', '--interval', '60s')
      await spine.listening('can0', 'vcan0')
      const texts = [1, 2, 3].map(n => `${numberedFrame(n).id.toString(16).toUpperCase().padStart(8, '0')}#0${n}`)
      await tool('cansend', 'can1', texts[0]!)
      await tool('cansend', 'vcan0', texts[1]!)
      await tool('cansend', 'can1', texts[2]!)
      await until(() => [wire, virtual].every(dump => dump.frames().length === 3), 'three frames are on both buses')
      same([wire, virtual].map(dump => dump.frames().sort()), [texts, texts], 'what was on the buses')
      await Promise.all([wire.end(), virtual.end()])
      await spine.stop()
    },
  },
]
