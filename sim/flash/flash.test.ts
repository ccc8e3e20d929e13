import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { deskWiring } from '#firmware/boards/index.ts'
import { imageVersion, LOCATION } from '#protocol/index.ts'
import { buildHub, espruinoProgram, mapTrace } from '../build/index.ts'
import { readTopology, SEDAN, sedanPower } from '../car/index.ts'
import type { Clock } from '../diag/index.ts'
import { claimed, EspruinoFlasher, FlashError, type FlashProgress, identify, obstacles, Repl, VARIABLES } from './index.ts'
import { type ConsoleFaults, type EmulatedBoard, EmulatedEspruino } from './testing/index.ts'

const PROGRAM = new TextEncoder().encode(`//spine-board {"hub":"hood"}\n${'let a="…~~";'.repeat(200)}`)
const ESPRUINO = process.env['ESPRUINO_BIN'] ?? ''

/** Time that passes when nothing else happens. */
class IdleClock implements Clock {
  private time_ms = 0
  private timers: { readonly due_ms: number, readonly fire: () => void }[] = []

  now_ms(): number {
    return this.time_ms
  }

  after(delay_ms: number, fire: () => void): () => void {
    const timer = { due_ms: this.time_ms + delay_ms, fire }
    this.timers.push(timer)
    return () => { this.timers = this.timers.filter(other => other !== timer) }
  }

  /** What `work` comes to; what it waits for in vain runs out at once. */
  async settle<Result>(work: Promise<Result>): Promise<Result> {
    let done = false
    const finished = work.finally(() => { done = true })
    finished.catch(() => undefined)
    while (!done) {
      for (let i = 0; i < 4 && !done; i++) await new Promise<void>(resolve => setImmediate(resolve))
      const next = this.timers.sort((a, b) => a.due_ms - b.due_ms)[0]
      if (done || next === undefined) continue
      this.timers = this.timers.filter(timer => timer !== next)
      this.time_ms = next.due_ms
      next.fire()
    }
    return finished
  }
}

const CLOCK: Clock = {
  now_ms: () => performance.now(),
  after: (delay_ms, fire) => {
    const timer = setTimeout(fire, delay_ms)
    return () => clearTimeout(timer)
  },
}

interface Story {
  readonly board: EmulatedEspruino
  /** What was refused, in one line; empty: it was written. */
  readonly said: string
  readonly progress: readonly FlashProgress[]
  readonly time_ms: number
}

async function flashed(shape: EmulatedBoard = {}, faults: ConsoleFaults = {}, program = PROGRAM): Promise<Story> {
  const board = new EmulatedEspruino(shape, faults)
  const clock = new IdleClock()
  const repl = new Repl({ stream: board.stream, close: () => Promise.resolve() }, clock, 'the port')
  const progress: FlashProgress[] = []
  const said = await clock.settle((async () => {
    const found = await identify(repl, 'the port')
    const problems = obstacles(found, 'hood', program.length)
    if (problems.length > 0) throw new FlashError(problems.join('; '))
    await new EspruinoFlasher(repl, program, each => progress.push(each)).run()
  })().then(() => '', (error: Error) => error.message))
  return { board, said, progress, time_ms: clock.now_ms() }
}

const bytesOf = (text: string | undefined): Uint8Array => Uint8Array.from(Buffer.from(text ?? '', 'latin1'))

describe('a board at its console', () => {
  it('is written in pieces, read back, and boots what was written', async () => {
    const { board, said, progress, time_ms } = await flashed()
    expect(said).toBe('')
    expect(bytesOf(board.files.get('hub'))).toEqual(PROGRAM)
    expect(board.files.get('.bootcde')).toBe('eval(require("Storage").read("hub"))')
    expect(board.reboots).toBe(1)
    expect([...new Set(progress.map(({ phase }) => phase))]).toEqual(['erasing', 'writing', 'verifying', 'starting'])
    expect(progress.filter(({ phase }) => phase === 'writing').at(-1)).toEqual({ phase: 'writing', done: PROGRAM.length, total: PROGRAM.length })
    expect(time_ms, 'it waited for the console alone').toBe(250)
  })

  it.each([
    ['that echoes everything', { echoes: true }],
    ['whose answers get lost now and then', { lost: [1, 3, 9] }],
    ['whose program computes without end, and is halted in the debugger', { computes: true }],
    ['on which a hub runs, at a desk', { runsHub: true }],
    ['on a line that garbles a byte now and then', { garbled: [7, 10, 11] }],
  ] as const)('%s is written all the same', async (_name, faults) => {
    const { board, said } = await flashed({}, faults)
    expect(said).toBe('')
    expect(bytesOf(board.files.get('hub'))).toEqual(PROGRAM)
  })

  it('that is full of what was erased is compacted', async () => {
    const files = { hub: 'x'.repeat(6000), '.bootcde': 'eval(old)' }
    const { board, said } = await flashed({ storageBytes: 8000, files })
    expect(said).toBe('')
    expect(bytesOf(board.files.get('hub'))).toEqual(PROGRAM)
  })
})

describe('what cannot be written says what to do', () => {
  it.each<[string, EmulatedBoard, ConsoleFaults, string]>([
    ['nobody answers', {}, { silentFrom: 1 }, 'nothing on the port answers: is it the board\'s port?'],
    ['it is another board', { id: 'BANGLEJS2' }, {}, 'the board on the port is a BANGLEJS2, for which there is no pin map'],
    ['it has too few variables and no flash', { id: 'PICO_R1_3', variables: 5100 }, {}, 'variables, and Espruino Pico has 5100; Espruino Pico has no page'],
    ['its Storage is too small', { storageBytes: 1500 }, {}, `the program has ${PROGRAM.length} bytes, and ESP32 kit with Espruino keeps 1244`],
    ['it stops answering before it says what it is', {}, { silentFrom: 3 }, 'the port does not answer: reset the board and write again'],
    ['it stops answering while it is erased', {}, { silentFrom: 4 }, 'the port does not answer: reset the board and write again (it was being erased: it boots what it had, or nothing)'],
    ['it stops answering in the middle', {}, { silentFrom: 8 }, 'reset the board and write again (256 of'],
    ['it is unplugged in the middle', {}, { unpluggedAt: 9 }, 'the port is gone: plug the board in and write again'],
    ['the line garbles everything', {}, { garbled: Array.from({ length: 90 }, (_, i) => i + 8) }, 'a piece was sent 5 times in vain'],
    ['its flash is worn out', {}, { wornFlash: true }, 'what the board holds is not what was written'],
  ])('%s', async (_name, shape, faults, words) => {
    const { board, said, time_ms } = await flashed({ files: { '.bootcde': 'old' }, ...shape }, faults)
    expect(said).toContain(words)
    expect(said).not.toContain('\n')
    expect(board.reboots).toBe(0)
    expect(time_ms, 'no wait is long').toBeLessThanOrEqual(30_000)
    if (board.files.get('hub') !== undefined) expect(board.files.get('.bootcde'), 'nothing half-written boots').toBeUndefined()
  })

  it('other files take the room: the hub that is there stays', async () => {
    const files = { hub: 'x'.repeat(1000), '.bootcde': 'old', photo: 'x'.repeat(6000) }
    const { board, said } = await flashed({ storageBytes: 8000, files })
    expect(said).toMatch(/^the program has \d+ bytes, and 60\d\d of the board's 7744 are in other files: remove them/)
    expect(Object.fromEntries(board.files)).toEqual(files)
  })

  it('what is no Espruino at all', async () => {
    const stream = new Duplex({
      read: () => undefined,
      write: (_bytes, _encoding, done) => {
        stream.push('AT\r\nERROR\r\n')
        done()
      },
    })
    const clock = new IdleClock()
    const work = identify(new Repl({ stream, close: () => Promise.resolve() }, clock, 'the port'), 'the port')
    await expect(clock.settle(work)).rejects.toThrow(/what is on the port is no Espruino: .*AT/)
  })

  it('a hub that sends frames there', async () => {
    const stream = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() })
    const clock = new IdleClock()
    const work = identify(new Repl({ stream, close: () => Promise.resolve() }, clock, 'the port'), 'the port')
    const frame = [0xf1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 2, 0xaa, 0xbb, 0]
    stream.push(Buffer.from([0x55, ...frame, ...frame]))
    await expect(clock.settle(work)).rejects.toThrow('a hub sends frames, its console is off: hold the board\'s button')
  })

  it.each([
    ['what is no text', Uint8Array.from({ length: 80 }, (_, i) => i === 40 ? 0xf1 : 128 + i * 37 % 100), 'no text: is --baud the board\'s rate'],
    ['a text with one byte of a frame', Buffer.from(`login: ${'x'.repeat(40)}\xf1`, 'latin1'), 'is no Espruino'],
  ])('%s', async (_what, bytes, words) => {
    const stream = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() })
    const clock = new IdleClock()
    const work = identify(new Repl({ stream, close: () => Promise.resolve() }, clock, 'the port'), 'the port')
    stream.push(bytes)
    await expect(clock.settle(work)).rejects.toThrow(words)
  })

  it('it is gone before it says anything', async () => {
    const { said } = await flashed({}, { unpluggedAt: 1 })
    expect(said).toBe('the port is gone: plug the board in and write again')
  })

  it.each([
    ['how far it came is told', 'writing', 512, `512 of ${PROGRAM.length} bytes are there`],
    ['while it is read back all of it is there', 'verifying', 768, `${PROGRAM.length} bytes are there, 768 of them read back`],
  ] as const)('somebody stops it: %s, and the board boots nothing', async (_what, at, bytes, far) => {
    const board = new EmulatedEspruino()
    const clock = new IdleClock()
    const stop = new AbortController()
    const repl = new Repl({ stream: board.stream, close: () => Promise.resolve() }, clock, 'the port', stop.signal)
    const work = new EspruinoFlasher(repl, PROGRAM, ({ phase, done }) => { if (phase === at && done >= bytes) stop.abort() }).run()
    await expect(clock.settle(work)).rejects.toThrow(`stopped (${far}; until all are, the board boots nothing)`)
    expect(board.files.has('.bootcde')).toBe(false)
  })

  it('somebody stops it while nobody answers: it waits no longer', async () => {
    const board = new EmulatedEspruino({}, { silentFrom: 1 })
    const clock = new IdleClock()
    const stop = new AbortController()
    const work = identify(new Repl({ stream: board.stream, close: () => Promise.resolve() }, clock, 'the port', stop.signal), 'the port')
    stop.abort()
    await expect(clock.settle(work)).rejects.toThrow('stopped')
    expect(clock.now_ms()).toBe(0)
  })

  it('somebody stops it before it begins: the board is left as it is', async () => {
    const board = new EmulatedEspruino({ files: { '.bootcde': 'mine' } })
    const clock = new IdleClock()
    const repl = new Repl({ stream: board.stream, close: () => Promise.resolve() }, clock, 'the port', AbortSignal.abort())
    await expect(clock.settle(new EspruinoFlasher(repl, PROGRAM, () => undefined).run())).rejects.toThrow('stopped')
    expect([board.files.get('.bootcde'), board.linesRead]).toEqual(['mine', 0])
  })

  it('somebody stops it while it waits for the address claim', async () => {
    const clock = new IdleClock()
    const stop = new AbortController()
    const wire = { send: () => true, onFrame: () => () => undefined }
    const work = claimed(wire, clock, 'hood', 1, 20_000, stop.signal)
    stop.abort()
    await expect(clock.settle(work)).rejects.toThrow('stopped; the board is written, its address claim was not awaited')
    expect(clock.now_ms()).toBe(0)
  })

  it('noise never passes for an answer, and an error is told in a line', async () => {
    const stream = new Duplex({
      read: () => undefined,
      write: (bytes: Uint8Array, _encoding, done) => {
        const number = /"(~\w+)"\+"!"/.exec(Buffer.from(bytes).toString())?.[1]
        stream.push('~1!\x84noise~~ ~1=2~~')
        if (number !== undefined) stream.push(`${number}!Error: two\r\nlines ${'and more '.repeat(900)}~~`)
        done()
      },
    })
    const clock = new IdleClock()
    const work = identify(new Repl({ stream, close: () => Promise.resolve() }, clock, 'the port'), 'the port').catch((error: Error) => error.message)
    expect(await clock.settle(work)).toMatch(/^the board said: Error: two lines [^\n]{180,200}$/)
  })

  it('a build for Linux says how many variables it begins with, and takes more', () => {
    const board = { name: 'linux', version: '2v29', variables: 4096, storage: 896 * 1024, files: 0, serial: '', program: '' } as const
    expect(obstacles(board, 'door', 160_000)).toEqual([])
    expect(obstacles({ ...board, name: 'esp32' }, 'door', 160_000)).toEqual([expect.stringContaining('variables')])
  })
})

if (ESPRUINO === '') console.warn('no program is written to a real interpreter here: ESPRUINO_BIN names its LINUX build')

describe.skipIf(ESPRUINO === '')('the real interpreter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espruino-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The interpreter, which keeps its flash in a file of its folder; a reset ends it. */
  async function booted(work: (repl: Repl) => Promise<void>): Promise<void> {
    const child = spawn(ESPRUINO, [], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
    try {
      await work(new Repl({ stream, close: () => Promise.resolve() }, CLOCK, ESPRUINO))
    } finally {
      child.kill('SIGKILL')
    }
  }

  it('takes a program, holds it, and runs it after a reset', async () => {
    const program = new TextEncoder().encode(`//spine-board {}\nvar written="abc";${' '.repeat(1500)}\n`)
    await booted(async (repl) => {
      const found = await identify(repl, ESPRUINO)
      expect([found.name, found.program]).toEqual(['linux', ''])
      await new EspruinoFlasher(repl, program, () => undefined).run()
    })
    await booted(async (repl) => {
      expect(await repl.ask('written.length')).toBe(3)
      expect((await identify(repl, ESPRUINO)).program).toBe('//spine-board {}')
    })
  }, 60_000)

  /** Runs a script in its folder until it quits. */
  async function runScript(text: string): Promise<void> {
    writeFileSync(join(folder, 'script.js'), text)
    const child = spawn(ESPRUINO, ['script.js'], { cwd: folder, stdio: 'ignore' })
    await new Promise(resolve => child.on('exit', resolve))
  }

  it.each([['door', 'FL'], ['dash', 'DASH'], ['trunk', 'TRUNK'], ['hood', 'HOOD'], ['stereo', 'STEREO']] as const)('runs a %s at %s, which takes the variables that are asked of a board', async (hub, location) => {
    const topology = readTopology(SEDAN, 'car')
    const { version, text: artefact } = await buildHub(hub, 'espruino', imageVersion(0, 1, 0), sedanPower(topology, topology.copper))
    const { text } = await espruinoProgram(hub, version, artefact, deskWiring('linux', LOCATION[location]))
    writeFileSync(join(folder, 'program.js'), text)
    await runScript(`var s=require('Storage'),t=require('fs').readFileSync('program.js');s.eraseAll()
for(var i=0;i<t.length;i+=1024)s.write('hub',t.substr(i,1024),i,t.length);quit()`)
    await runScript(`setTimeout(function(){require('fs').writeFileSync('usage',''+process.memory().usage);quit()},2000);eval(require('Storage').read('hub'))`)
    const taken = Number(readFileSync(join(folder, 'usage'), 'utf8'))
    const asked = VARIABLES[hub]
    expect(taken, `VARIABLES.${hub} in espruino-flasher.ts is too high`).toBeGreaterThan(asked * 0.96)
    expect(taken, `VARIABLES.${hub} in espruino-flasher.ts is too low`).toBeLessThanOrEqual(asked)
  }, 120_000)

  it('crashes at places that lead to the sources', async () => {
    const { version, text: artefact, map } = await buildHub('hood', 'espruino', imageVersion(0, 1, 0), undefined)
    const { text } = await espruinoProgram('hood', version, artefact, { ...deskWiring('linux', LOCATION.HOOD), location: 99 })
    writeFileSync(join(folder, 'program.js'), text)
    await runScript(`var s=require('Storage'),t=require('fs').readFileSync('program.js');s.eraseAll()
for(var i=0;i<t.length;i+=1024)s.write('hub',t.substr(i,1024),i,t.length);quit()`)
    await runScript(`setTimeout(function(){try{eval(require('Storage').read('hub'))}catch(e){require('fs').writeFileSync('crash',e.toString()+'\\n'+e.stack)}quit()},1)`)
    const crash = readFileSync(join(folder, 'crash'), 'latin1')
    expect(crash).toMatch(/ at \w+ \(hub:5:\d+\)/)
    const source = readFileSync('firmware/hub/hub.ts', 'utf8').split('\n').findIndex(line => line.includes('is outside 1')) + 1
    expect(mapTrace(crash, { artefact, map }).text, crash).toMatch(new RegExp(`^[^]*? at [^\n]*firmware/hub/hub\\.ts:${source}\\b`))
  }, 120_000)
})
