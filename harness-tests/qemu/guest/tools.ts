import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { droppedTotal, imbalance, type Link, type LinkFrame, type LinkOptions, openLink } from '#sim/gateway/index.ts'

const TOOLS = '/usr/bin/'
const WAIT_ms = 60_000

/** iproute2's ip. */
export function ip(...args: string[]): void {
  execFileSync(`${TOOLS}ip`, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Two virtual interfaces and two cards on one emulated bus, all as new and up. */
export function resetInterfaces(): void {
  const virtual = ['vcan0', 'vcan1'].flatMap(name => [`link del ${name}`, `link add dev ${name} type vcan`, `link set ${name} up`])
  const cards = ['can0', 'can1'].flatMap(name => [
    `link set ${name} down`, `link set ${name} type can bitrate 500000 restart-ms 0`, `link set ${name} up`,
  ])
  // What is not there cannot be deleted, and that is fine.
  spawnSync(`${TOOLS}ip`, ['-force', '-batch', '-'], { input: [...virtual, ...cards].join('\n'), stdio: ['pipe', 'ignore', 'ignore'] })
}

/** Runs a tool of can-utils to its end. */
export async function tool(name: string, ...args: string[]): Promise<void> {
  const [code] = await once(spawn(TOOLS + name, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close') as [number]
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}`)
}

/** candump writing into a file. */
export class Dump {
  private readonly path: string
  private readonly process: ChildProcess

  private constructor(path: string, process: ChildProcess) {
    this.path = path
    this.process = process
  }

  /** Started and listening. */
  static async start(name: string, ...options: string[]): Promise<Dump> {
    const path = `/tmp/${name.replace(/\W/g, '_')}-${Math.floor(performance.now())}`
    const file = openSync(path, 'w')
    const before = listeners(name)
    const child = spawn(`${TOOLS}candump`, ['-L', '-d', ...options, name], { stdio: ['ignore', file, file] })
    closeSync(file)
    await until(() => listeners(name) > before, 'candump listens')
    return new Dump(path, child)
  }

  /**
   * Ends it; answers frames as `id#data`, and how many it says it lost. Of the flags of FD frames only those count that
   * every kernel sets alike (BRS, ESI).
   */
  async end(): Promise<{ frames: string[], lost: number }> {
    await this.settled()
    this.process.kill('SIGTERM')
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    return this.read()
  }

  /** What is in its socket was read: its file has stopped growing. */
  async settled(): Promise<void> {
    for (let size = -1, now = this.size(); size !== now; now = this.size()) {
      size = now
      await sleep(300)
    }
  }

  /** What it has written so far, and flushed. */
  frames(): string[] {
    return this.read().frames
  }

  private read(): { frames: string[], lost: number } {
    const frames: string[] = []
    let lost = 0
    for (const line of readFileSync(this.path, 'latin1').split('\n').slice(0, -1)) {
      const told = /dropped (\d+) CAN frame/.exec(line)
      if (told) lost += Number(told[1])
      else if (line.startsWith('(')) frames.push(line.split(' ')[2]!.replace(/##([0-9A-F])/, (_, flags: string) => `##${parseInt(flags, 16) & 3}`))
    }
    return { frames, lost }
  }

  private size(): number {
    return statSync(this.path).size
  }
}

/** The kernel's list of who receives what, by kind of filter: the lines of an interface. */
function receivers(list: 'all' | 'fil' | 'sff' | 'eff', name: string): string[] {
  return readFileSync(`/proc/net/can/rcvlist_${list}`, 'latin1').split('\n').filter(line => line.trim().startsWith(`${name} `))
}

/** Links of ours that read an interface; they take everything through two filters. */
export function readers(name: string): number {
  return receivers('fil', name).length / 2
}

/** Whether a socket of the kernel's ISO-TP hears an interface. */
export function isotpHears(name: string): boolean {
  return [...receivers('sff', name), ...receivers('eff', name)].some(line => line.includes('isotp'))
}

/** Programs that read everything on an interface. */
function listeners(name: string): number {
  return receivers('all', name).length
}

/** Opens a link whose incoming data frames are handed on; `close` it at the end. */
export async function openWith(uri: string, onFrame: (frame: LinkFrame) => boolean | void, options: LinkOptions = {}): Promise<Link> {
  const link = await openLink(uri, options)
  link.onFrame(onFrame)
  return link
}

export async function until(condition: () => boolean, what: string, wait_ms = WAIT_ms): Promise<void> {
  const end = performance.now() + wait_ms
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${wait_ms / 1000} s in vain until ${what}`)
    await sleep(5)
  }
}

/** Sends frames `from` … `to - 1` made by `frameAt`, no faster than the link takes them. */
export async function sendAll(link: Link, to: number, frameAt: (n: number) => LinkFrame, from = 0): Promise<void> {
  const room = 2048
  for (let n = from; n < to; n++) {
    while (link.counters.sent.queued >= room) await sleep(2)
    link.send(frameAt(n))
  }
}

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

export function same<T>(actual: T, wanted: T, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${what}: ${a.slice(0, 400)}, not ${b.slice(0, 400)}`)
}

/** The accounting identity, in both directions; nothing is left in a queue. */
export function checkSums(link: Link): void {
  same([imbalance(link.counters.received), imbalance(link.counters.sent)], [0, 0], `${link.uri}: what does not add up`)
}

export function told(link: Link): string {
  const { received, sent, unknownLost } = link.counters
  return `${link.uri} ${link.state}: in ${received.in}, out ${sent.in} = ${sent.delivered} delivered + ${droppedTotal(sent)} dropped `
    + `${JSON.stringify([...sent.dropped])} + ${sent.queued} queued, unknown >= ${unknownLost}`
}

/** Follows numbers that should come as 0, 1, 2, … */
export class Sequence {
  received = 0
  missing = 0
  disorder = 0
  private next = 0

  push(n: number): void {
    this.received++
    if (n < this.next) {
      // It was taken for missing.
      this.disorder++
      this.missing--
      return
    }
    this.missing += n - this.next
    this.next = n + 1
  }

  /** How many are missing when `sent` were sent. */
  missingOf(sent: number): number {
    return this.missing + sent - this.next
  }
}
