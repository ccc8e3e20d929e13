import { createHash } from 'node:crypto'

import { type BoardName, boardOfInterpreter, type BoardRow, BOARDS } from '#firmware/boards/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import { crc32 } from 'node:zlib'
import { FlashError, type Repl, shown, Silence, Stopped } from './repl.ts'

/** What the interpreter says of its board. */
export interface FoundBoard {
  readonly name: BoardName
  readonly version: string
  /** Variables in all. */
  readonly variables: number
  /** Bytes of `Storage`, and of them what is in files that are not ours. */
  readonly storage: number
  readonly files: number
  /** Number of its chip, hexadecimal with dashes. */
  readonly serial: string
  /** First line of the program that is on it; empty: none. */
  readonly program: string
}

export interface FlashProgress {
  readonly phase: 'erasing' | 'writing' | 'verifying' | 'starting'
  readonly done: number
  readonly total: number
}

/** Bytes in a piece: its line, in base64, is far shorter than the interpreter's input of 1024 bytes. */
const PIECE = 256
const PIECE_TRIES = 5
/** Read back at once. */
const READ_BACK = 768
/** Erasing and compacting what is in Storage may take that long. */
const ERASE_ms = 20_000
/** Storage's own head of a file, and the loader's file. */
const FILE_OVERHEAD = 256
/** The program, and what the interpreter runs when it boots: that is written last, so that nothing half-written boots. */
const PROGRAM_FILE = 'hub'
const BOOT_FILE = '.bootcde'
const BOOT_CODE = `eval(require("Storage").read("${PROGRAM_FILE}"))`
const HEAD_BYTES = 120
const quoted = (text: string): string => JSON.stringify(text)

/** Serial number of the chip, program and sizes: one question. */
const IDENTITY = `(function(){var s=require("Storage"),t=s.getStats(),m=process.memory(),o=t.fileBytes;`
  + `${JSON.stringify([PROGRAM_FILE, BOOT_FILE])}.forEach(function(n){var d=s.read(n);if(d)o-=d.length});return[process.env.BOARD,process.version,m.total,`
  + `t.totalBytes,o,getSerial(),(s.read("${PROGRAM_FILE}",0,${HEAD_BYTES})||"")]})()`

/** In words of ours when nobody answers. */
function telling<Result>(words: (silence: Silence) => string, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => { throw error instanceof Silence ? new FlashError(words(error)) : error })
}

/** Asks who is there. @throws FlashError nobody, or no board of ours */
export async function identify(repl: Repl, place: string): Promise<FoundBoard> {
  await telling(silence => explained(silence, place), repl.wake())
  const answer = await telling(withRemedy, repl.ask(IDENTITY))
  if (!Array.isArray(answer) || answer.length !== 7) throw new FlashError(`${place} answers, but not as an Espruino 2v20 or newer does: update it, espruino.com/Download`)
  const [id, version, variables, storage, files, serial, head] = answer as [string, string, number, number, number, string, string]
  const name = boardOfInterpreter(String(id))
  if (name === undefined) {
    const known = Object.values(BOARDS).flatMap(board => board.interpreter)
    throw new FlashError(`the board on ${place} is a ${id}, for which there is no pin map: there is one for ${known.join(', ')}`)
  }
  return { name, version, variables, storage, files, serial, program: String(head).split('\n')[0]! }
}

/** Two frames in a row, as a hub sends them: start, kind, time, identifier, length and bus, data, end. */
const FRAME = '\\xf1\\x00[^]{8}(?:[\\x00\\x10]|[\\x01\\x11][^]|[\\x02\\x12][^]{2}|[\\x03\\x13][^]{3}|[\\x04\\x14][^]{4}'
  + '|[\\x05\\x15][^]{5}|[\\x06\\x16][^]{6}|[\\x07\\x17][^]{7}|[\\x08\\x18][^]{8})[^]'
const FRAMES = new RegExp(`${FRAME}\\xf1\\x00`)
/** Of what is text, so much at most is none. */
const MOST_STRANGE = 0.2

/** Why nobody answered, from what was heard. */
function explained({ heard, message, gone }: Silence, place: string): string {
  if (gone) return message
  if (heard === '') return `nothing on ${place} answers: is it the board's port? If a hub runs there, hold the board's button while you reset it`
  if (FRAMES.test(heard)) return `on ${place} a hub sends frames, its console is off: hold the board's button while you reset it, and write again`
  const strange = [...heard].filter(char => !/[\t\r\n\x1b -~]/.test(char)).length
  if (strange > heard.length * MOST_STRANGE) return `what comes from ${place} is no text: is --baud the board's rate, and is it the board's port?`
  return `what is on ${place} is no Espruino: it says ${shown(heard)}; name the board's port, or put Espruino on it, espruino.com/Download`
}

/** Why, and what to do. */
function withRemedy(error: FlashError): string {
  return error instanceof Silence && !error.gone ? `${error.message}: reset the board and write again` : error.message
}

/** What keeps this program from this board, in one line each; empty: nothing. */
export function obstacles(board: FoundBoard, hub: HubTypeName, bytes: number): string[] {
  const row: BoardRow = BOARDS[board.name]
  const found: string[] = []
  const room = board.storage - FILE_OVERHEAD
  if (bytes > room) found.push(`the program has ${bytes} bytes, and ${row.title} keeps ${room}`)
  else if (bytes > room - board.files) {
    found.push(`the program has ${bytes} bytes, and ${board.files} of the board's ${room} are in other files: remove them, with require("Storage").eraseAll()`)
  }
  const needed = Math.ceil(VARIABLES[hub] * RESERVE)
  // A build for Linux asks its system for more when they are used up.
  if (needed > board.variables && board.name !== 'linux') found.push(`a ${hub} hub needs ${needed} variables, and ${row.title} has ${board.variables}`)
  if (row.nvm === undefined) found.push(`${row.title} has no page of flash left for records`)
  return found
}

/** Variables of the interpreter that a hub takes on a desk, in the interpreter's LINUX build, which a test measures. */
export const VARIABLES: Readonly<Record<HubTypeName, number>> = { door: 14_750, dash: 17_850, trunk: 16_300, hood: 11_100, stereo: 10_900 }
/** Left free for what its sockets, its collector and a busy bus take: a tenth. */
const RESERVE = 1.1

/** Writes a program piece by piece, each acknowledged, reads it back, and only then lets it boot. */
export class EspruinoFlasher {
  private readonly repl: Repl
  private readonly program: Uint8Array
  private readonly onProgress: (progress: FlashProgress) => void

  constructor(repl: Repl, program: Uint8Array, onProgress: (progress: FlashProgress) => void) {
    this.repl = repl
    this.program = program
    this.onProgress = onProgress
  }

  /** @throws FlashError in one line what to do; the board then boots nothing. */
  async run(): Promise<void> {
    await this.erase()
    await this.write()
    await this.verify()
    await telling(withRemedy, this.start())
  }

  private async erase(): Promise<void> {
    const { repl } = this
    this.tell('erasing', 0)
    // What runs is forgotten, so that there is memory for the writing; its watchdog goes on and is fed with each line.
    repl.tell('reset()')
    await this.ask(`(${STORAGE}.erase(${quoted(BOOT_FILE)}),${STORAGE}.erase(${quoted(PROGRAM_FILE)}),1)`, ERASE_ms).catch((error: unknown) => {
      throw this.broken(error, 'it was being erased: it boots what it had, or nothing')
    })
    await this.makeRoom().catch((error: unknown) => { throw this.broken(error, this.written(0)) })
  }

  private async makeRoom(): Promise<void> {
    const { program } = this
    const room = `${STORAGE}.getStats().freeBytes`
    const needed = program.length + FILE_OVERHEAD
    if (Number(await this.ask(room)) >= needed) return
    await this.ask(`(${STORAGE}.compact(),1)`, ERASE_ms)
    const free = Number(await this.ask(room))
    if (free < needed) throw new FlashError(`the board has ${free} bytes free, ${needed} are needed: remove its other files, with require("Storage").eraseAll()`)
  }

  private async write(): Promise<void> {
    const { program } = this
    for (let from = 0; from < program.length; from += PIECE) {
      const piece = program.subarray(from, from + PIECE)
      await this.put(piece, from)
      this.tell('writing', from + piece.length)
    }
  }

  /** A piece that came garbled is not written, and sent again. */
  private async put(piece: Uint8Array, from: number): Promise<void> {
    const data = `atob("${Buffer.from(piece).toString('base64')}")`
    const write = `${STORAGE}.write(${quoted(PROGRAM_FILE)},d,${from},${this.program.length})`
    const written = this.written(from)
    let problem = ''
    for (let attempt = 1; attempt <= PIECE_TRIES; attempt++) {
      try {
        const taken = await this.ask(`(function(d){return E.CRC32(d)==${crc32(piece)}?${write}:0})(${data})`)
        if (taken === true) return
        problem = taken === 0 ? 'it comes garbled' : 'it has no room'
      } catch (error) {
        if (!(error instanceof FlashError) || error instanceof Silence || error instanceof Stopped) throw this.broken(error, written)
        problem = error.message
      }
    }
    throw this.broken(new FlashError(`a piece was sent ${PIECE_TRIES} times in vain, ${problem}; take a shorter cable, or a lower --baud`), written)
  }

  private async verify(): Promise<void> {
    const { program } = this
    const hash = createHash('sha256')
    for (let from = 0; from < program.length; from += READ_BACK) {
      const text = await this.ask(`btoa(${STORAGE}.read(${quoted(PROGRAM_FILE)},${from},${READ_BACK}))`)
        .catch((error: unknown) => { throw this.broken(error, `${program.length} bytes are there, ${from} of them read back; ${UNTIL_ALL}`) })
      hash.update(Buffer.from(String(text), 'base64'))
      this.tell('verifying', Math.min(program.length, from + READ_BACK))
    }
    if (hash.digest('hex') === createHash('sha256').update(program).digest('hex')) return
    throw new FlashError('what the board holds is not what was written: write again; if it comes back its flash is worn out')
  }

  private async start(): Promise<void> {
    this.tell('starting', 0)
    const taken = await this.ask(`${STORAGE}.write(${quoted(BOOT_FILE)},${quoted(BOOT_CODE)})`)
    if (taken !== true) throw new FlashError('the board did not take its boot code: write again')
    this.repl.tell('E.reboot()')
  }

  private ask(expression: string, limit_ms?: number): Promise<unknown> {
    return this.repl.ask(`(E.kickWatchdog(),${expression})`, limit_ms)
  }

  private written(at: number): string {
    return `${at} of ${this.program.length} bytes are there; ${UNTIL_ALL}`
  }

  private broken(error: unknown, far: string): unknown {
    return error instanceof FlashError ? new FlashError(`${withRemedy(error)} (${far})`) : error
  }

  private tell(phase: FlashProgress['phase'], done: number): void {
    this.onProgress({ phase, done, total: this.program.length })
  }
}

const UNTIL_ALL = 'until all are, the board boots nothing'
const STORAGE = 'require("Storage")'
