import { Duplex } from 'node:stream'
import { createContext, runInContext } from 'node:vm'
import { crc32 } from 'node:zlib'

import { CONSOLE_WORD } from '#firmware/boards/index.ts'

/** What is wrong with an emulated board; lines are counted from 1 when the interpreter has read them. */
export interface ConsoleFaults {
  /** Answers nothing from this line on. */
  readonly silentFrom?: number
  /** Is unplugged when it has read this line. */
  readonly unpluggedAt?: number
  /** A byte of these lines arrives wrong. */
  readonly garbled?: readonly number[]
  /** Its answers to these lines are lost. */
  readonly lost?: readonly number[]
  /** Every third bit of what it has written is read back wrong. */
  readonly wornFlash?: boolean
  /** Does not know that a line may be quiet: everything is echoed. */
  readonly echoes?: boolean
  /** Its program computes without end: Ctrl-C halts it in the debugger, another ends it. */
  readonly computes?: boolean
  /** A hub on a desk has its line: it takes pieces, gives up the console for one that asks, and boots anew when anything is thrown. */
  readonly runsHub?: boolean
}

export interface EmulatedBoard {
  readonly id?: string
  readonly variables?: number
  readonly storageBytes?: number
  readonly files?: Readonly<Record<string, string>>
}

const BREAK = 0x03
const QUIET = 0x10
/** At most so many bytes come to a hub in a piece. */
const PIECE = 64
const ERASED = '\xff'
/** Head of a file in Storage, and what a file is rounded up to. */
const HEAD_BYTES = 32
const WORD_BYTES = 4

/**
 * The console of an Espruino, as far as writing a program needs it: lines with echo and prompt, quiet lines, Ctrl-C, and a
 * context with the interpreter's functions and nothing else. Strings are bytes, flash turns ones into zeros only.
 */
export class EmulatedEspruino {
  readonly stream: Duplex
  /** What is in Storage, and what was erased from it but takes room. */
  readonly files = new Map<string, string>()
  trash = 0
  reboots = 0
  linesRead = 0
  private readonly board: EmulatedBoard
  private readonly faults: ConsoleFaults
  private readonly globals: object
  private line = ''
  private printed = ''
  private state: 'computes' | 'debugs' | 'listens' | 'hub'
  /** What came to the hub, and is in no piece yet. */
  private arrived = ''

  constructor(board: EmulatedBoard = {}, faults: ConsoleFaults = {}) {
    this.board = board
    this.faults = faults
    this.state = faults.computes === true ? 'computes' : faults.runsHub === true ? 'hub' : 'listens'
    for (const [name, text] of Object.entries(board.files ?? {})) this.files.set(name, text)
    this.globals = createContext(this.functions(), { codeGeneration: { strings: false, wasm: false } })
    this.stream = new Duplex({
      read: () => undefined,
      write: (bytes: Uint8Array, _encoding, done) => {
        if (this.state === 'hub') this.arrive(bytes)
        else for (const byte of bytes) this.take(byte)
        done()
      },
    })
  }

  private arrive(bytes: Uint8Array): void {
    if (this.arrived === '') setImmediate(() => this.toHub())
    this.arrived += Buffer.from(bytes).toString('latin1')
  }

  private toHub(): void {
    while (this.arrived !== '' && this.state === 'hub') {
      if (this.arrived.slice(0, PIECE).includes(CONSOLE_WORD)) this.state = 'listens'
      this.arrived = this.arrived.slice(PIECE)
    }
    const rest = Buffer.from(this.arrived, 'latin1')
    this.arrived = ''
    for (const byte of rest) this.take(byte)
  }

  private take(byte: number): void {
    if (byte === BREAK) this.interrupt()
    else if (byte !== 0x0a) this.line += String.fromCharCode(byte)
    else this.run()
  }

  private interrupt(): void {
    this.line = ''
    if (this.state === 'listens') return
    this.state = this.state === 'computes' ? 'debugs' : 'listens'
    this.stream.push(this.state === 'debugs' ? '.bootcde:1:1   \r\ndebug>' : 'Execution Interrupted\r\n>')
  }

  private run(): void {
    const { faults } = this
    if (this.state === 'computes') return
    const text = this.line
    this.line = ''
    if (text === '') return
    if (this.state === 'debugs') return void this.stream.push('In debug mode: Expected a simple ID, type \'help\' for more info.\r\ndebug>')
    const number = ++this.linesRead
    if (faults.unpluggedAt === number) return void this.stream.destroy()
    const quiet = text.charCodeAt(0) === QUIET
    const code = quiet ? text.slice(1) : text
    this.printed = quiet && faults.echoes !== true ? '' : `${code}\r\n`
    this.evaluate(faults.garbled?.includes(number) === true ? garbled(code) : code)
    if (number >= (faults.silentFrom ?? Infinity) || faults.lost?.includes(number) === true) return
    this.stream.push(Buffer.from(`${this.printed}\r\n>`, 'latin1'))
  }

  private evaluate(code: string): void {
    try {
      runInContext(code, this.globals)
    } catch (error) {
      this.printed += `Uncaught ${String(error)}\r\n`
      if (this.faults.runsHub === true) this.state = 'hub'
    }
  }

  private functions(): Record<string, unknown> {
    const { board } = this
    const storage = this.storage()
    return {
      print: (text: string) => { this.printed += `${text}\r\n` },
      require: (name: string) => {
        if (name !== 'Storage') throw new Error(`Module ${name} not found`)
        return storage
      },
      process: { version: '2v29', env: { BOARD: board.id ?? 'ESP32' }, memory: () => ({ total: board.variables ?? 16_383 }) },
      getSerial: () => '0123-4567-89ab',
      atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
      btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
      reset: () => undefined,
      E: {
        CRC32: (text: string) => crc32(Buffer.from(text, 'latin1')),
        kickWatchdog: () => undefined,
        reboot: () => { this.reboots++ },
      },
    }
  }

  private storage(): object {
    const { files, faults } = this
    const total = this.board.storageBytes ?? 896 * 1024
    const sizeOf = (text: string): number => HEAD_BYTES + Math.ceil(text.length / WORD_BYTES) * WORD_BYTES
    const used = (): number => [...files.values()].reduce((sum, text) => sum + sizeOf(text), 0)
    return {
      getStats: () => ({ totalBytes: total, freeBytes: total - used() - this.trash, fileBytes: used(), trashBytes: this.trash }),
      erase: (name: string) => {
        const text = files.get(name)
        if (text !== undefined) this.trash += sizeOf(text)
        files.delete(name)
      },
      compact: () => { this.trash = 0 },
      read: (name: string, offset = 0, length = Infinity) => {
        const text = files.get(name)?.slice(offset, offset + length)
        return faults.wornFlash === true && offset > 0 ? text?.replace(/a/g, 'b') : text
      },
      write: (name: string, data: string, offset = 0, size = data.length) => {
        if (!files.has(name)) {
          if (used() + this.trash + size + HEAD_BYTES > total) return false
          files.set(name, ERASED.repeat(size))
        }
        const text = files.get(name)!
        const written = [...data].map((char, i) => String.fromCharCode(char.charCodeAt(0) & text.charCodeAt(offset + i))).join('')
        files.set(name, text.slice(0, offset) + written + text.slice(offset + data.length))
        return true
      },
    }
  }
}

/** A letter in the middle is another one. */
function garbled(code: string): string {
  const at = Math.floor(code.length / 2)
  return `${code.slice(0, at)}${code[at] === 'A' ? 'B' : 'A'}${code.slice(at + 1)}`
}
