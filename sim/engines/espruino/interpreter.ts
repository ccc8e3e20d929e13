import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Hal } from '#firmware/index.ts'
import type { FirmwareImage } from '../../host/index.ts'
import { BoardFlash, spiOf } from '../chips.ts'
import { EmulatedPins, emulatedPins } from '../wires/index.ts'
import { serialText } from './board.ts'
import { Pipes } from './pipes.ts'
import { ASK, type AskName, CALL, HEAD_BYTES } from './wire.ts'

/** Names the interpreter: its build for Linux, 2v29 or later. */
export const ESPRUINO_VARIABLE = 'ESPRUINO_BIN'
const program = (): string => process.env[ESPRUINO_VARIABLE] ?? ''
/** An interpreter is named. */
export const hasEspruino = (): boolean => program() !== ''

/** Reading and tokenising a hub takes less than a second. */
const START_ms = 30_000
/** Of the processor, for one life: what hangs is to end, and with it the wait for its answer. */
const LIFE_s = 600
/** A build with assertions prints its memory without end. */
const LOG_kB = 1000
const LOG_CHARACTERS = 1000
const DESCRIPTOR_BYTES = 128

type Answer = number | boolean | string | Uint8Array | void
type Serve = (life: Life, a: number, b: number, bytes: Buffer) => Answer

/** One run of the interpreter, from a boot to the next. */
interface Life {
  readonly hal: Hal
  readonly pins: EmulatedPins
  readonly named: object[]
  readonly flash: BoardFlash
  readonly printed: string[]
  call(what: number, a: number, b: number, c: number): void
}

const pinOf = ({ named }: Life, index: number): object => named[index]!

const SERVE: Readonly<Record<Exclude<AskName, 'done'>, Serve>> = {
  pin: ({ pins, named }, _a, _b, bytes) => named.push(new pins.constructorOfPins(bytes.toString('latin1'))) - 1,
  setTimeout: (life, delay_ms) => {
    const handle: number = life.pins.setTimeout(() => life.call(CALL.timer, handle, 0, 0), delay_ms)
    return handle
  },
  clearTimeout: ({ pins }, handle) => pins.clearTimeout(handle),
  digitalRead: (life, pin) => life.pins.level(pinOf(life, pin)),
  digitalWrite: (life, pin, level) => life.pins.write(pinOf(life, pin), level),
  analogRead: (life, pin) => life.pins.analog(pinOf(life, pin)),
  analogWrite: (life, pin, value) => life.pins.write(pinOf(life, pin), value),
  setWatch: (life, pin, watch) => life.pins.watch(pinOf(life, pin), ({ state, data = false }) =>
    life.call(CALL.edge, watch, Number(state), Number(data))),
  serialNumber: ({ hal }) => serialText(hal),
  random: ({ hal }) => hal.random(),
  temperature_C: ({ hal }) => hal.temperature_C(),
  kickWatchdog: ({ hal }) => hal.kickWatchdog(),
  log: ({ printed }, _a, _b, bytes) => { printed.push(bytes.toString('latin1')) },
  transfer: ({ pins }, _a, _b, bytes) => pins.transfer(bytes),
  descriptor: (life, pin) => {
    const memory = new life.pins.constructorOfOneWire(pinOf(life, pin)) as { read(count: number): Uint8Array }
    return memory.read(DESCRIPTOR_BYTES)
  },
  flashRead: ({ flash }, length, address) => flash.read(length, address),
  flashWrite: ({ flash }, address, _b, bytes) => flash.write(bytes, address),
  flashErase: ({ flash }, address) => flash.erasePage(address),
  reboot: ({ hal }) => hal.restart(),
}
const NAMES = Object.keys(ASK) as AskName[]

/**
 * A hub of the virtual car whose firmware runs in the real Espruino interpreter, as it is written to a board: what touches the world is
 * emulated as for `EspruinoBoard`, all at one instant of virtual time. A reset is a new process. The car's controllers must be `REGISTERS`.
 */
export class EspruinoInterpreter {
  /** What the hub printed, over all its lives. */
  readonly printed: string[] = []
  private readonly board: string
  private readonly text: string
  private readonly flash = new BoardFlash()
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'spine-espruino-'))
  private process: ChildProcess | undefined
  private pipes: Pipes | undefined

  /** `board`: the bundled module `interpreter-board.ts`; `text`: the board's part and an artefact, as they are written to a board. */
  constructor(board: string, text: string) {
    if (!hasEspruino()) throw new Error(`${ESPRUINO_VARIABLE} names no interpreter`)
    this.board = board
    this.text = text
  }

  readonly image: FirmwareImage = (hal) => {
    const spi = spiOf(hal)
    this.stop()
    this.flash.learn(hal.nvm)
    const life: Life = {
      hal, pins: new EmulatedPins(hal, spi), named: [], flash: this.flash, printed: this.printed,
      call: (what, a, b, c) => {
        this.pipes!.write(new Uint8Array(new Float64Array([what, hal.now(), a, b, c]).buffer))
        this.serve(life)
      },
    }
    this.start(hal.ports.length)
    this.serve(life)
    return undefined
  }

  /** Ends the interpreter. */
  end(): void {
    this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private start(ports: number): void {
    const [to, from, script] = ['to', 'from', 'hub.js'].map(name => path.join(this.folder, name)) as [string, string, string]
    for (const pipe of [to, from]) rmSync(pipe, { force: true })
    execFileSync('mkfifo', [to, from])
    const names = { spinePipes: { toSimulator: from, fromSimulator: to }, spinePins: emulatedPins(ports) }
    const variables = Object.entries(names).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    // Its own ports stay what they are, unless they are declared anew.
    writeFileSync(script, `var SPI1,Serial1,process,${variables.join()};\n${this.board}\ntry{${this.text}\nspineDone('')}catch(error){spineDone(error)}\nspineServe();\n`)
    this.pipes = new Pipes(to, from)
    const log = openSync(this.logPath(), 'w')
    const bounded = `ulimit -t ${LIFE_s}; ulimit -f ${2 * LOG_kB}; exec "$0" "$@"`
    this.process = spawn('sh', ['-c', bounded, program(), script], { cwd: this.folder, stdio: ['ignore', log, log] })
    this.process.on('error', () => undefined)
    this.process.unref()
    closeSync(log)
  }

  private stop(): void {
    this.process?.kill('SIGKILL')
    this.process = undefined
    this.pipes?.close()
    this.pipes = undefined
  }

  /** Answers questions until the callback is over. @throws Error what it threw, or that the interpreter has ended. */
  private serve(life: Life): void {
    for (;;) {
      const [what, a, b, , length] = new Float64Array(this.read(HEAD_BYTES).buffer) as unknown as [number, number, number, number, number]
      const bytes = length > 0 ? this.read(length) : Buffer.alloc(0)
      const name = NAMES[what]!
      if (name === 'done') {
        if (bytes.length > 0) throw new Error(bytes.toString('latin1'))
        return
      }
      const answer = SERVE[name](life, a, b, bytes)
      const inBytes = typeof answer === 'string' || typeof answer === 'object'
      const behind = inBytes ? Buffer.from(answer as string, 'latin1') : Buffer.alloc(0)
      const numbers = new Float64Array([inBytes ? 0 : Number(answer ?? 0), life.hal.now(), behind.length])
      this.pipes!.write(Buffer.concat([new Uint8Array(numbers.buffer), behind]))
    }
  }

  private read(count: number): Buffer {
    const bytes = this.pipes!.read(count, START_ms)
    if (bytes === undefined) throw new Error(`the interpreter has ended: ${this.said()}`)
    return Buffer.from(bytes.buffer)
  }

  /** What stopped it stands before what it prints of its memory. */
  private said(): string {
    const log = readFileSync(this.logPath(), 'latin1')
    if (log.length <= 2 * LOG_CHARACTERS) return log
    return `${log.slice(0, LOG_CHARACTERS)}\n…\n${log.slice(-LOG_CHARACTERS)}`
  }

  private logPath(): string {
    return path.join(this.folder, 'log')
  }
}
