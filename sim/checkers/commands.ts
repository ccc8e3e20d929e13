import { LOCATION_NAMES, locationOfAddress, PORT_FAULT } from '#protocol/index.ts'
import type { DecodedMessage } from '#protocol/messages/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { type Echo, MS_ns, REPEATED_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import { HUB_ABILITY, type Surroundings } from './surroundings.ts'

/** A command is given up 500 ms after its first frame; that is somewhat after it was queued. */
const GIVEN_UP_ns = 600 * MS_ns
/** By then each port of the sender has reported, which it does every second and on change. */
const REPORTED_ns = GIVEN_UP_ns + 2200 * MS_ns
/** From executing a command to its echo on the bus, when nothing is wrong with the bus. */
const ECHO_ns = 200 * MS_ns
/** An impostor's command is remembered for so long. */
const IMPOSTOR_ns = 3 * SECOND_ns
/** Sequences a sender goes through before it uses one again; two fewer, for those it skips. */
const SEQUENCES_BEFORE_REUSE = 14

type Needed = 'plug' | 'unplug' | 'reset' | 'pause'

/** The commands of one hub to one component. */
interface Line {
  readonly sender: string
  readonly target: string
  readonly lifetime_ns: number
  sequence: number
  first_ns: number
  last_ns: number
  /** Echoed, faulted at its sender, replaced or excused. */
  settled: boolean
  /** Sequences first seen on the bus, oldest first, for executions out of turn. */
  readonly begun: number[]
  /** Index in `begun` of the last one that was echoed; −1 = none. */
  echoed: number
}

class CommandsChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly lines = new Map<string, Line>()
  private readonly open = new Set<Line>()
  /** Up to when a fault of any kind stood at a hub's ports, by its PortStatus. */
  private readonly faulted_ns = new Map<string, number>()
  /** Ports whose last PortStatus showed a fault. */
  private readonly faulty = new Set<string>()
  /** Component classes of which something was plugged or pulled at a hub: whoever waits there has no one to report to. */
  private readonly plugged_ns = new Map<string, number>()
  /** When a hub stood still last: what it executed just before, it echoes when it goes on. */
  private readonly stood_ns = new Map<string, number>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  frame(seen: SeenFrame): void {
    const { decoded, end_ns } = seen
    if (decoded === undefined || decoded.row === undefined || this.around.heardFrom(seen) === undefined) return
    const { values } = decoded
    if (decoded.name === 'PortStatus') {
      this.report(decoded.location, decoded.values.port, decoded.values.fault !== PORT_FAULT.none, end_ns)
    } else if ('echoSequence' in values) this.echo(decoded, values, end_ns)
    else if ('sequence' in values && decoded.row.page === 1 && decoded.row.activePeriod_ms === 100) this.command(decoded, values.sequence, seen.sender !== '', end_ns)
  }

  event({ kind, source, t_ns }: EventOf<Needed>): void {
    const hub = this.around.hub(source)
    if (hub === undefined) return
    if (kind === 'pause') {
      this.stood_ns.set(hub.name, t_ns)
      return
    }
    if (kind !== 'reset') {
      this.plugged_ns.set(hub.name, t_ns)
      return
    }
    for (const [key, line] of this.lines) {
      if (line.sender === hub.name) {
        this.open.delete(line)
        this.lines.delete(key)
      } else if (line.target.endsWith(`@${hub.name}`)) line.echoed = -1
    }
  }

  look(now_ns: number): void {
    for (const line of this.open) {
      const hub = this.around.hub(line.sender)
      if (line.settled || hub === undefined) this.open.delete(line)
      else if (now_ns - line.first_ns > REPORTED_ns) this.judge(line, now_ns)
    }
  }

  private report(hub: string, port: number, faulty: boolean, now_ns: number): void {
    const key = `${hub}.${port}`
    if (faulty || this.faulty.has(key)) this.faulted_ns.set(hub, now_ns)
    if (faulty) this.faulty.add(key)
    else this.faulty.delete(key)
  }

  /** `isSent`: its sender holds it to be good. Who heard it may execute it all the same. */
  private command(decoded: DecodedMessage, sequence: number, isSent: boolean, now_ns: number): void {
    const sender = LOCATION_NAMES[locationOfAddress(decoded.source)]!
    if (sender === 'ALL') return
    const target = `${decoded.name.replace('Command', '')}@${decoded.location}`
    const key = `${sender} ${target}`
    let line = this.lines.get(key)
    if (line === undefined) {
      line = {
        sender, target, lifetime_ns: decoded.row.lifetime_ms * MS_ns, sequence: -1, first_ns: now_ns, last_ns: -Infinity, settled: true,
        begun: [], echoed: -1,
      }
      this.lines.set(key, line)
    }
    if (!isSent) return begin(line, sequence)
    const repeated = sequence === line.sequence && now_ns - line.last_ns <= REPEATED_ns
    line.last_ns = now_ns
    if (repeated) return
    line.sequence = sequence
    line.first_ns = now_ns
    line.settled = false
    begin(line, sequence)
    this.open.add(line)
  }

  private echo(decoded: DecodedMessage, { echoSender, echoSequence: sequence }: Echo, now_ns: number): void {
    const sender = LOCATION_NAMES[echoSender]
    if (sender === undefined || sender === 'ALL') return
    const target = `${decoded.name.replace('Status', '')}@${decoded.location}`
    const line = this.lines.get(`${sender} ${target}`)
    if (line === undefined) return
    if (sequence === line.sequence) {
      if (!line.settled) this.judgeAge(line, now_ns)
      line.settled = true
    }
    const at = line.begun.lastIndexOf(sequence)
    if (at < 0) return
    if (at < line.echoed) {
      // Somebody who commands in another's name shares its sequences.
      if (now_ns - this.around.impostor_ns > IMPOSTOR_ns) this.accuse(now_ns, `${target} executed a command of ${sender} again, after a later one`, {
        sequence, laterSequence: line.begun[line.echoed]!,
      })
      line.echoed = -1
    } else line.echoed = at
  }

  /** A command that is older than its lifetime is not executed any more. */
  private judgeAge(line: Line, now_ns: number): void {
    const { around } = this
    const age_ns = now_ns - line.last_ns
    if (age_ns <= line.lifetime_ns + ECHO_ns || around.busFaulty) return
    if (Math.max(around.faultChanged_ns, around.impostor_ns) > line.last_ns - IMPOSTOR_ns) return
    const target = around.hub(line.target.slice(line.target.indexOf('@') + 1))
    if (target !== undefined && line.first_ns <= (this.stood_ns.get(target.name) ?? -Infinity)) return
    this.accuse(now_ns, `${line.target} executed a command of ${line.sender} that was too old`, {
      sequence: line.sequence, age_ms: age_ns / MS_ns, lifetime_ms: line.lifetime_ns / MS_ns,
    })
  }

  private judge(line: Line, now_ns: number): void {
    line.settled = true
    const hub = this.around.hub(line.sender)!
    const excused_ns = Math.max(this.faulted_ns.get(line.sender) ?? -Infinity, this.plugged_ns.get(line.sender) ?? -Infinity)
    if (excused_ns >= line.first_ns || Number.isNaN(hub.able_ns) || hub.able_ns > line.first_ns || hub.paused_ns > line.first_ns) return
    if (this.around.impostor_ns > line.first_ns - IMPOSTOR_ns) return
    this.accuse(now_ns, `a command of ${line.sender} to ${line.target} was neither echoed nor faulted`, {
      sequence: line.sequence, since_ms: (now_ns - line.first_ns) / MS_ns,
    })
  }
}

function begin(line: Line, sequence: number): void {
  if (line.begun.at(-1) === sequence) return
  line.begun.push(sequence)
  if (line.begun.length <= SEQUENCES_BEFORE_REUSE) return
  line.begun.shift()
  line.echoed--
}

export const commands: CheckerEntry<Needed> = {
  name: 'commands',
  contract: 'a hub\'s command is echoed by its component or faulted at its sender, and never executed twice',
  needs: ['plug', 'unplug', 'reset', 'pause'],
  asks: HUB_ABILITY,
  create: (accuse, around) => new CommandsChecker(accuse, around),
}
