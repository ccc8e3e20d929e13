import type { LocationName } from '#protocol/catalogue/index.ts'
import type { CanFrame } from '#protocol/index.ts'
import { FrameDecoder } from '#protocol/messages/index.ts'

/** What a hub's component showed last: the fields of its status. */
interface Shown {
  readonly message: string
  readonly location: LocationName
  readonly values: Readonly<Record<string, number>>
}

const EXCITED: readonly string[] = ['WindowStatus', 'LightStatus', 'MirrorStatus', 'StereoStatus']

/** Listens for how everything stands that can be switched. */
export class Standing {
  private readonly decoder = new FrameDecoder()
  private readonly shown = new Map<string, Shown>()

  receive(frame: CanFrame): void {
    const decoded = this.decoder.decode(frame)
    if (decoded?.row === undefined || !EXCITED.includes(decoded.name)) return
    const values = { ...decoded.values } as const
    this.shown.set(`${decoded.name}@${decoded.location}#${'channel' in values ? values.channel : 0}`, { message: decoded.name, location: decoded.location, values })
  }

  all(): Shown[] {
    return [...this.shown.values()]
  }
}

/** A command to send, so long after the beginning. */
export interface Deed {
  readonly at_s: number
  /** `WindowCommand@FL`. */
  readonly target: string
  readonly assignments: readonly string[]
}

/** Quiet at the beginning, for offsets; and at the end all is as it was, s. */
const QUIET_s = 3
const RESTORE_s = 3

/** Glass goes so far and comes back: half of its travel takes 2 to 3 s each way. */
const GLASS_pct = 60
const WINDOW_STEP_s = 1.3
const SILENT_AUX = 'aux'
const VOLUME = 22

/**
 * Loads to switch within `duration_s`, staggered, each on and off at times of its own, so that their currents can be told apart; at
 * the end everything is as it was shown. What may run at once is for the power contracts to say: a window that is refused comes later.
 */
export function excitation(shown: readonly Shown[], duration_s: number): Deed[] {
  const end_s = Math.max(QUIET_s + 5, duration_s - RESTORE_s)
  const deeds: Deed[] = []
  const of = (message: string): Shown[] => shown.filter(one => one.message === message)
  of('WindowStatus').forEach((window, i) => deeds.push(...glass(window, i, end_s)))
  of('LightStatus').forEach((light, i) => deeds.push(...square(light, i, end_s)))
  of('MirrorStatus').forEach((mirror, i) => deeds.push(...heater(mirror, i, end_s)))
  of('StereoStatus').forEach(stereo => deeds.push(...music(stereo, end_s)))
  return deeds.sort((a, b) => a.at_s - b.at_s)
}

function glass({ location, values }: Shown, i: number, end_s: number): Deed[] {
  const from_pct = values['position_pct']!
  if (!(from_pct >= 0)) return []
  const there_pct = from_pct <= 100 - GLASS_pct ? from_pct + GLASS_pct : from_pct - GLASS_pct
  const target = `WindowCommand@${location}`
  const go = (at_s: number, pct: number): Deed => ({ at_s, target, assignments: ['action=goto', `position_pct=${Math.round(Math.max(0, pct))}`] })
  const first_s = QUIET_s + i * WINDOW_STEP_s
  const span_s = (end_s - first_s) / 2
  return [
    go(first_s, there_pct), go(first_s + span_s * 0.6, from_pct), go(first_s + span_s * 1.2, there_pct),
    go(Math.min(end_s - 1, first_s + span_s * 1.7), from_pct),
  ]
}

/** All channels of one hub's lamp together, half of the time on. */
function square({ location, values }: Shown, i: number, end_s: number): Deed[] {
  const level = (at_s: number, level_pct: number): Deed => ({
    at_s, target: `LightCommand@${location}`, assignments: ['action=set', `channel=${values['channel']}`, `level_pct=${level_pct}`, 'fade_ms=0'],
  })
  const before_pct = values['level_pct']! >= 0 ? values['level_pct']! : 0
  const period_s = 11 + (HUB_ORDER.indexOf(location) % 5)
  const deeds: Deed[] = []
  for (let at_s = QUIET_s + 0.7 * HUB_ORDER.indexOf(location); at_s + period_s / 2 < end_s; at_s += period_s) {
    deeds.push(level(at_s, 100), level(at_s + period_s / 2, 0))
  }
  return [...deeds, level(end_s + 0.1 * (i % 8), before_pct)]
}

const HUB_ORDER: readonly string[] = ['HOOD', 'TRUNK', 'DASH', 'STEREO', 'FL', 'FR', 'RL', 'RR']

function heater({ location, values }: Shown, i: number, end_s: number): Deed[] {
  const heat = (at_s: number, on: boolean): Deed => ({ at_s, target: `MirrorCommand@${location}`, assignments: [`action=${on ? 'heatOn' : 'heatOff'}`] })
  const first_s = QUIET_s + 4 + 5 * i
  return [heat(first_s, true), heat(Math.min(end_s - 1, first_s + 9), false), heat(end_s, values['heat'] === 1)]
}

/** The amplifier at work without music: from the socket for players, where nothing plays. */
function music({ location, values }: Shown, end_s: number): Deed[] {
  const set = (at_s: number, ...assignments: string[]): Deed => ({ at_s, target: `StereoCommand@${location}`, assignments })
  const first_s = QUIET_s + 6
  return [
    set(first_s, 'action=source', `source=${SILENT_AUX}`), set(first_s + 0.2, 'action=volume', `volume=${VOLUME}`),
    set(Math.min(end_s - 1, first_s + 10), 'action=volume', `volume=${values['volume'] ?? 0}`), set(end_s, 'action=source', `source=${values['source'] ?? 0}`),
  ]
}
