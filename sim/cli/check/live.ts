import { asyncScheduler, lastValueFrom, merge, takeUntil } from 'rxjs'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { type Check, type Deed, excitation, Standing } from '#sim/check/index.ts'
import { type CarKeys, CommandSender, toolCommand } from '#sim/diag/index.ts'
import type { Link } from '#sim/gateway/index.ts'
import { endedWell, withLink } from '../lib/link.ts'
import { Progress } from '../lib/progress.ts'
import { senderStart } from '../lib/sender-start.ts'
import { aborted, after, closed } from '../lib/streams.ts'
import type { Terminal } from '../lib/terminal.ts'

/** How everything stands is told within a second; a slow one has another. */
const LISTEN_ms = 2500

export interface LiveOptions {
  readonly for_ms: number
  readonly passive: boolean
  readonly actuate: boolean
  readonly plain: boolean
  /** The tool's, for a car with keys. */
  readonly keys: CarKeys | undefined
}

/** Reads a bus for a while, and lets it switch its own loads meanwhile. What was begun is put back, also after Ctrl-C. */
export async function readBus(uri: string, check: Check, options: LiveOptions, terminal: Terminal): Promise<void> {
  const { for_ms, passive, actuate, plain } = options
  const clock = terminal.scheduler ?? asyncScheduler
  await withLink(uri, { ...passive ? { mode: 'listen' as const } : { actuate, name: 'check' }, report: line => terminal.warn(line) }, async (link) => {
    const standing = new Standing()
    link.onFrame((frame) => {
      if (frame.error) return
      standing.receive(frame)
      check.readings.receive(frame, frame.timestamp_ns)
    })
    const begin_ms = clock.now()
    let doing = 'listening'
    const progress = await Progress.open(terminal, () =>
      `${Math.min(for_ms, clock.now() - begin_ms) / 1000 | 0} of ${(for_ms / 1000).toFixed(0)} s, ${check.readings.volts.length} readings: ${doing}`, { plain })
    const ticking = setInterval(() => progress.show(), 200)
    const end$ = merge(aborted(terminal.stop), closed(link))
    const wait = (ms: number): Promise<unknown> => lastValueFrom(after(ms, clock).pipe(takeUntil(end$)), { defaultValue: 0 })
    try {
      await wait(Math.min(LISTEN_ms, for_ms))
      const stager = new Stager(link, terminal, options.keys)
      const deeds = passive ? [] : excitation(standing.all(), for_ms / 1000)
      for (const deed of deeds) {
        await wait(deed.at_s * 1000 - (clock.now() - begin_ms))
        if (terminal.stop.aborted || link.state === 'closed') break
        doing = `${deed.target} ${deed.assignments.slice(0, 2).join(' ')}`
        if (!await stager.send(deed)) break
      }
      if (terminal.stop.aborted) await stager.restore(deeds)
      else await wait(for_ms - (clock.now() - begin_ms))
    } finally {
      clearInterval(ticking)
      progress.close()
    }
    endedWell(link)
  })
}

/** Sends what is to be switched, and remembers what it touched. */
class Stager {
  private readonly sender: CommandSender
  private readonly terminal: Terminal
  private readonly touched = new Set<string>()
  private told = false

  constructor(link: Link, terminal: Terminal, keys: CarKeys | undefined) {
    this.sender = new CommandSender(link, senderStart(Date.now()), terminal.scheduler, keys)
    this.terminal = terminal
  }

  /** False: the link lets no commands through. */
  async send(deed: Deed): Promise<boolean> {
    const [source] = TOOL_ADDRESSES
    const { kind, problem } = await this.sender.send(toolCommand(deed.target, deed.assignments, source!))
    this.touched.add(keyOf(deed))
    if (kind === 'notTaken') {
      this.terminal.warn(`${problem}. Only listening from here on: what carries no current is not checked; --actuate lets loads be switched`)
      return false
    }
    if (kind === 'unanswered' && !this.told) {
      this.told = true
      this.terminal.warn(`${deed.target}: ${problem}`)
    }
    return true
  }

  /** The last deed of each thing that was touched leaves it as it was. */
  async restore(deeds: readonly Deed[]): Promise<void> {
    const last = new Map(deeds.map(deed => [keyOf(deed), deed]))
    for (const [key, deed] of last) if (this.touched.has(key) && !await this.send(deed)) return
  }
}

function keyOf({ target, assignments }: Deed): string {
  return `${target} ${assignments.filter(one => one.startsWith('channel=') || (target.startsWith('Stereo') && one.startsWith('action='))).join(' ')}`
}
