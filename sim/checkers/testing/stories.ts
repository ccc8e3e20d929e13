import { CANNOT_CLAIM_ID, createFrame } from '#protocol/index.ts'
import type { EventOf, Untimed } from '../../trace/index.ts'
import { type Fabricated, STORY_FACTS } from './fabricated.ts'
import { HELD } from './held-stories.ts'
import { again, closed, command, echo, holdOn, type Stories, window } from './telling.ts'

const rod = (stiffness_N_mm: number, opening_mm: number): Untimed<EventOf<'obstacle'>> =>
  ({ kind: 'obstacle', source: 'FL.window', opening_mm, stiffness_N_mm, travel_mm: 450 })
const cut = (position: number, cut: boolean): Untimed<EventOf<'spineCut'>> => ({ kind: 'spineCut', source: 'spine0', position, cut })
const pinch = (t: Fabricated, force_N = 120): Fabricated => window(t).tell(rod(10, 50))
  .at(7000).signal('FL.window', 'peakContactForce_N', force_N)
const stays = (t: Fabricated): Fabricated => t.tell(rod(10, 50)).at(7000).signal('FL.window', 'contactForce_N', 62).live(9000)
const request = (t: Fabricated, hub = 'FL', run_A = 10): Fabricated =>
  t.say(hub, `PowerRequest@${hub}`, { port: 0, sequence: 1, run_A, peak_A: 2 * run_A, duration_ms: 1000, priority: 2 })
const asks = (t: Fabricated, sequence: number, run_A: number): Fabricated =>
  t.say('FL', 'PowerRequest@FL', { port: 0, sequence, run_A, peak_A: run_A, duration_ms: 5000, priority: 2 })
const releases = (t: Fabricated, sequence: number): Fabricated => t.say('FL', 'PowerRelease@FL', { port: 0, sequence })
const grant = (t: Fabricated, manager: string, hub: string, run_A: number, lease_ms = 2000): Fabricated =>
  t.say(manager, `PowerGrant@${hub}`, { port: 0, sequence: 1, run_A, peak_A: run_A, lease_ms, result: 'granted' })
/** The dash's lamp holds a lease of its own manager 2.5 s later; another that manages is heard meanwhile, the dash only if `heard`. */
const ownGrant = (t: Fabricated, heard: boolean): Fabricated => {
  t.boot().live(8000).say('DASH', 'PowerRequest@DASH', { port: 2, sequence: 1, run_A: 1, peak_A: 1, duration_ms: 5000, priority: 2 })
    .say('DASH', 'PowerGrant@DASH', { port: 2, sequence: 1, run_A: 1, peak_A: 1, lease_ms: 2000, result: 'granted' })
  for (let i = 1; i < 25; i++) {
    t.at(8000 + 100 * i).say('TRUNK', 'VehicleState@ALL', { manager: 'rebuilding' })
    if (heard) t.say('DASH', 'VehicleState@ALL', { manager: 'active' })
  }
  return t.at(10_500).say('DASH', 'VehicleState@ALL', { manager: 'active' })
    .say('DASH', 'PortStatus@DASH', { port: 2, state: 'on', granted_A: 1 })
}
/** The first port of FL reports every 500 ms what it draws. */
const draw = (t: Fabricated, from_ms: number, current_A: number, granted_A: number, reports = 8): Fabricated => {
  for (let i = 1; i <= reports; i++) {
    if (granted_A > 0) grant(request(t), 'DASH', 'FL', granted_A)
    t.live(from_ms + 500 * i).say('FL', 'PortStatus@FL', { port: 0, state: 'on', current_A, granted_A })
  }
  return t
}
/** FL holds a lease of the manager before, and another of its ports asks the one that has just begun. */
const rebuilt = (t: Fabricated, priority: number, peak_A = 18, held_A = 10): Fabricated => grant(request(t.boot().live(2000), 'FL', held_A), 'DASH', 'FL', held_A)
  .live(2500).say('TRUNK', 'VehicleState@ALL', { manager: 'rebuilding' })
  .say('FL', 'PowerRequest@FL', { port: 1, sequence: 1, run_A: peak_A / 2, peak_A, duration_ms: 1000, priority })
  .say('TRUNK', 'PowerGrant@FL', { port: 1, sequence: 1, run_A: peak_A / 2, peak_A, lease_ms: 2000, result: 'granted' })
/** The standby managed once, made way, and takes over from a dash that it does not hear; a bus on which none hears it say so. */
const takenOver = (t: Fabricated, jammed: boolean): Fabricated => {
  for (let i = 10, to = t.boot(); i < 60; i++) to.live(100 * i).say(i < 30 ? 'TRUNK' : 'DASH', 'VehicleState@ALL', { manager: 'active' })
  if (jammed) t.tell({ kind: 'babbling', source: 'FR', babbling: true })
  return grant(grant(request(t), 'DASH', 'FL', 10), 'TRUNK', 'FL', 10)
}
const move = (t: Fabricated): Fabricated => t.ramp('FL.window', 'position_pct', 50, 60, 500)
const stands = (t: Fabricated, until_ms: number): Fabricated => t.tell({ kind: 'pause', source: 'FL', duration_ms: 900 }).live(until_ms)
const glide = (t: Fabricated, for_ms: number): Fabricated => t.ramp('FL.window', 'position_pct', 50, 50 + for_ms / 50, for_ms)
const dim = (t: Fabricated, shedLevel: number, ignition = 'on'): Fabricated => {
  for (let i = 1; i <= 20; i++) t.at(2000 + 100 * i).say('DASH', 'VehicleState@ALL', { ignition, manager: 'active', shedLevel })
  return t
}
const cranking = (t: Fabricated, shedLevel: number): Fabricated => dim(t, shedLevel, 'start')
/** No hub but FL has power for a while, so nobody acknowledges its frames. */
const alone = (t: Fabricated): Fabricated => {
  t.boot().live(5000)
  const others = ['DASH', 'FR', 'TRUNK']
  for (const hub of others) t.reset(hub, 'powerOff')
  t.at(7000)
  for (const hub of others) t.reset(hub, 'powerOn')
  return t
}
/** After a reset it goes on for so long, in steps of 10 ms; `left`: share of its speed that is left at the end. */
const coast = (t: Fabricated, for_ms: number, left: number): Fabricated => {
  glide(command(window(t), 1), 300).reset('FL')
  let at_pct = 56
  for (let i = 0; 10 * i < for_ms; i++) {
    t.at(5310 + 10 * i).signal('FL.window', 'position_pct', at_pct)
    at_pct += 0.2 * (1 - (1 - left) * 10 * i / for_ms)
  }
  return t
}
/** The key is turned off at 5 s; every hub but those that sleep goes on saying how it is. */
const night = (t: Fabricated, until_ms: number, asleep: readonly string[] = []): Fabricated => {
  t.boot().live(5000).tell({ kind: 'ignition', source: 'DASH', position: 'off' })
  for (const hub of asleep) t.say(hub, `HubStatus@${hub}`, { state: 'sleeping' })
  return t.live(until_ms, asleep)
}
/** A glass that was to close says for long that it opens from a hand, and moves at last. */
const reopening = (t: Fabricated, to_pct: number): Fabricated => {
  echo(command(window(t), 1, 'autoUp'), 1)
  for (let i = 1; i <= 12; i++) t.live(5000 + 500 * i).say('FL', 'WindowStatus@FL', { echoSender: 5, echoSequence: 1, state: 'reversing', learned: 1 })
  return t.ramp('FL.window', 'position_pct', 50, to_pct, 500)
}
const cannotClaim = (): ReturnType<typeof createFrame> => ({ ...createFrame(8), id: CANNOT_CLAIM_ID, length: 8 })
const alien = (): ReturnType<typeof createFrame> => ({ ...createFrame(8), id: 0x123_4567, length: 8 })

/** By checker. A checker without a story fails its test. */
export const STORIES: Readonly<Record<string, Stories>> = {
  force: {
    guilty: {
      'above 100 N, on cobbles': t => pinch(t.tell({ kind: 'road', source: 'car', rms_m_s2: 2 })),
      'above 100 N, with wet seals and another piece': t => pinch(t.tell({ kind: 'seals', source: 'FL.window', drag: 0.8 }).tell({ kind: 'piece', source: 'FL.window' })),
      'above 100 N, with ripple': t => pinch(t.tell({ kind: 'ripple', source: 'car', ripple_Vpp: 2, ripple_Hz: 90 })),
      'above 100 N': t => pinch(t),
      'stands still on a hand long after a thumb let go': t => stays(closed(window(t), 5500, 700)),
      'stands still on a hand right after a tap': t => stays(closed(window(t), 6880, 100)),
      'stands still on a hand': t => pinch(t, 62).signal('FL.window', 'contactForce_N', 62).live(9000),
    },
    innocent: {
      'stands still on a hand since its hub was reset': t => pinch(t, 62).signal('FL.window', 'contactForce_N', 62).at(7100).reset('FL').live(12_000),
      'stands still on a hand where a thumb let go': t => stays(closed(window(t), 6200, 750)),
      'stands still on a hand where somebody stopped it': t => stays(command(window(t).at(6950), 1, 'stop')),
      'stands still on a hand where a hold ended of which nobody heard': t => stays(command(window(t).at(6700), 1, 'up')),
      'at 99 N': t => pinch(t, 99),
      'opens again': t => pinch(t, 99).signal('FL.window', 'contactForce_N', 99).at(7300).signal('FL.window', 'contactForce_N', 0).live(9000),
      'on a rod that no rule knows': t => window(t).tell(rod(65, 100)).signal('FL.window', 'peakContactForce_N', 150),
      'right after the hub died': t => window(t).tell(rod(10, 50))
        .reset('FL').at(5500).signal('FL.window', 'peakContactForce_N', 150),
    },
  },
  ampacity: {
    guilty: { '45 A for 2 s in a cable for 30 A': t => t.boot().signal('spine.FL', 'current_A', 45).live(2000) },
    innocent: {
      '45 A for half a second': t => t.boot().signal('spine.FL', 'current_A', 45).at(500).signal('spine.FL', 'current_A', 10).live(3000),
      '29 A for ever': t => t.boot().signal('spine.FL', 'current_A', 29).live(60_000),
      'a short': t => t.boot().tell({ kind: 'copperFault', source: 'FL', fault: 'short' }).signal('spine.FL', 'current_A', 90).live(2000),
    },
  },
  voltage: {
    guilty: { '8.5 V where the source offers 12': t => t.boot().signal('FL', 'unloaded_V', 12).signal('FL', 'supply_V', 8.5).live(1000) },
    innocent: {
      'while cranking': t => t.boot().signal('FL', 'unloaded_V', 6.5).signal('FL', 'supply_V', 6).live(1000),
      'for 40 ms': t => t.boot().signal('FL', 'unloaded_V', 12).signal('FL', 'supply_V', 8.5).at(40).signal('FL', 'supply_V', 11).live(1000),
      'through a corroded contact': t => t.boot().tell({ kind: 'copperFault', source: 'drop.FL', fault: 'corrosion' }).signal('FL', 'unloaded_V', 12)
        .signal('FL', 'supply_V', 8).live(1000),
    },
  },
  leases: {
    guilty: {
      'a lease of 10 s': t => grant(request(t.boot().live(2000)), 'DASH', 'FL', 10, 10_000),
      'more than asked for': t => grant(request(t.boot().live(2000)), 'DASH', 'FL', 25),
      'more than the request that it answers, which was not the larger one before': t => t.boot().live(2000)
        .say('FL', 'PowerRequest@FL', { port: 0, sequence: 15, run_A: 11, peak_A: 11, duration_ms: 5000, priority: 2 })
        .say('FL', 'PowerRequest@FL', { port: 0, sequence: 0, run_A: 9, peak_A: 9, duration_ms: 5000, priority: 2 })
        .say('DASH', 'PowerGrant@FL', { port: 0, sequence: 0, run_A: 11, peak_A: 11, lease_ms: 2000, result: 'granted' }),
      'what nobody asked for': t => grant(t.boot().live(2000), 'DASH', 'FL', 5),
      'more than the cable carries': t => grant(grant(request(request(t.boot().live(2000), 'FL', 20), 'FR', 20), 'DASH', 'FL', 20), 'DASH', 'FR', 20),
      'more for ever than its fuse carries so': t => grant(grant(request(request(t.boot().live(2000), 'FL', 14), 'FR', 14), 'DASH', 'FL', 14), 'DASH', 'FR', 14),
      'more than the cable carries, to who gave back and asked anew': t =>
        grant(request(grant(request(releases(request(t.boot().live(2000), 'FL', 20), 1), 'FL', 20), 'DASH', 'FL', 20), 'FR', 20), 'DASH', 'FR', 20),
      'more than a drop carries, whatever others hold': t =>
        grant(asks(grant(request(t.boot().live(2000), 'FR', 0.2), 'DASH', 'FR', 0.2), 1, 25.4), 'DASH', 'FL', 25.4),
      'more than its cable carries, for comfort, of a manager that has just begun': t => rebuilt(t, 2),
      'more than its cable carries, with more than a static share of a manager that has just begun': t => rebuilt(t, 2, 1.8, 24.2),
      'two managers at once': (t) => {
        request(t.boot().live(3000))
        for (let i = 0; i < 20; i++) t.at(3000 + 100 * i).say('DASH', 'VehicleState@ALL', { manager: 'active' }).say('TRUNK', 'VehicleState@ALL', { manager: 'active' })
        grant(grant(t, 'DASH', 'FL', 10), 'TRUNK', 'FL', 10)
      },
      'a standby that grants beside the manager and tells nobody that it is in charge': t => takenOver(t, false),
      'a port that draws what nobody granted': t => draw(t.boot().live(5000), 5000, 12, 0),
      'a grant that outlives its lease': t => grant(request(t.boot().live(12_000)), 'DASH', 'FL', 10).live(16_000)
        .say('FL', 'PortStatus@FL', { port: 0, state: 'on', granted_A: 10 }),
      'a grant of the manager\'s own hub that outlives its lease while it is heard': t => ownGrant(t, true),
    },
    innocent: {
      'what the manager\'s own hub granted itself while nobody heard it, and another began to manage': t => ownGrant(t, false),
      'a standby that takes over on a bus that somebody jams': t => takenOver(t, true),
      'renewed in time, released at the end': t => grant(request(grant(request(t.boot().live(12_000)), 'DASH', 'FL', 10).live(13_000)), 'DASH', 'FL', 10)
        .live(14_500).say('FL', 'PortStatus@FL', { port: 0, state: 'on', granted_A: 10 }),
      'a port that draws what was granted, and a little more': t => draw(t.boot().live(5000), 5000, 11, 10),
      'a start of a second': t => draw(draw(t.boot().live(5000), 5000, 15, 10, 2), 6000, 9, 10),
      'a grant that crosses the next, smaller request': t => t.boot().live(2000)
        .say('FL', 'PowerRequest@FL', { port: 0, sequence: 15, run_A: 11, peak_A: 11, duration_ms: 5000, priority: 2 })
        .say('FL', 'PowerRequest@FL', { port: 0, sequence: 0, run_A: 9, peak_A: 9, duration_ms: 5000, priority: 2 })
        .say('DASH', 'PowerGrant@FL', { port: 0, sequence: 15, run_A: 11, peak_A: 11, lease_ms: 2000, result: 'granted' }),
      'a grant that crosses the release, before another gets what was given back': t =>
        grant(request(grant(releases(grant(request(t.boot().live(2000), 'FL', 20), 'DASH', 'FL', 20), 1), 'DASH', 'FL', 20), 'FR', 20), 'DASH', 'FR', 20),
      'a grant that crosses the next, smaller request, before another gets the rest': t =>
        grant(request(grant(asks(request(t.boot().live(2000), 'FL', 20), 2, 6), 'DASH', 'FL', 20), 'FR', 20), 'DASH', 'FR', 20),
      'more than its cable carries, as safety gets it at once of a manager that has just begun': t => rebuilt(t, 0),
      'more than its cable carries, with a static share of a manager that has just begun': t => rebuilt(t, 2, 1.4, 24.2),
      'what it says that it holds of another manager, though it asks for less': t => request(t.boot().live(2000), 'FL', 6)
        .say('FL', 'PortStatus@FL', { port: 0, state: 'on', granted_A: 20 })
        .say('DASH', 'PowerGrant@FL', { port: 0, sequence: 1, run_A: 20, peak_A: 20, lease_ms: 2000, result: 'granted' }),
      'what the manager\'s own hub asked for while it was off the bus': t => t.boot().live(2000).tell({ kind: 'dropped', source: 'DASH', dropped: true })
        .at(3000).tell({ kind: 'dropped', source: 'DASH', dropped: false }).at(3010)
        .say('DASH', 'PowerGrant@DASH', { port: 2, sequence: 1, run_A: 1, peak_A: 1, lease_ms: 2000, result: 'granted' }),
      'one after the other within the cable': t => grant(request(grant(request(t.boot().live(2000), 'FL', 20), 'DASH', 'FL', 20).live(4200), 'FR', 20), 'DASH', 'FR', 20),
    },
  },
  shedding: {
    guilty: {
      'at 9 V for a second': t => t.boot().live(2000).signal('DASH', 'supply_V', 9).live(3500),
      'with the starter turning': t => cranking(t.boot().live(2000), 0),
    },
    innocent: {
      'at 9 V for 300 ms': t => t.boot().live(2000).signal('DASH', 'supply_V', 9).live(2300).signal('DASH', 'supply_V', 12).live(5000),
      'idle comfort off at 9 V': t => dim(t.boot().live(2000).signal('DASH', 'supply_V', 9), 1),
      'comfort off with the starter turning': t => cranking(t.boot().live(2000), 2),
      'where no manager is': t => t.boot().live(2000).signal('FL', 'supply_V', 8).live(5000),
    },
  },
  held: HELD,
  motion: {
    guilty: {
      'on and on through a reset': t => glide(command(window(t), 1), 300).reset('FL').ramp('FL.window', 'position_pct', 56, 70, 1000),
      'as fast as before for half a second after a reset': t => coast(t, 500, 1),
      'for most of a second after a reset, though it slows': t => coast(t, 900, 0),
      'closes again on repetitions': t => again(t, 1),
      'closes again on repetitions, though it stood for 2 s': t => again(t, 1, () => holdOn(t, 20)),
      'out of nothing': t => move(window(t)),
      'on and on after a slam': t => glide(window(t).tell({ kind: 'slam', source: 'car', peak_m_s2: 8, duration_ms: 30 }), 1000),
      'by itself after a reset': t => move(command(window(t), 1).at(5500).reset('FL').at(6000)),
      'closing, long after it was asked to, while it says that it frees a hand': t => reopening(t, 40),
      'after the switch was let go': t => echo(command(window(t), 1, 'down'), 1).ramp('FL.window', 'position_pct', 50, 80, 1500),
      'after the switch was let go, whatever was commanded in vain': (t) => {
        command(echo(command(window(t), 1, 'down'), 1), 2)
        for (let i = 0; i < 3; i++) echo(t.ramp('FL.window', 'position_pct', 50 + 10 * i, 60 + 10 * i, 500), 1)
      },
      'on repetitions that come after a silence': (t) => {
        echo(command(window(t), 1, 'down'), 1)
        for (let i = 0; i < 3; i++) command(t.ramp('FL.window', 'position_pct', 50 + 10 * i, 60 + 10 * i, 500), 1, 'down')
      },
    },
    innocent: {
      'after a command': t => move(echo(command(window(t), 1), 1)),
      'open, long after it was asked to close, while it frees a hand': t => reopening(t, 60),
      'after its own switch': t => move(window(t).tell({ kind: 'switch', source: 'FL', name: 'window.down', pressed: true })),
      'shaken by a slam': t => window(t).tell({ kind: 'slam', source: 'car', peak_m_s2: 8, duration_ms: 30 }).ramp('FL.window', 'position_pct', 50, 51.5, 200),
      'runs down after a reset': t => glide(command(window(t), 1), 300).reset('FL').ramp('FL.window', 'position_pct', 56, 57.5, 90),
      'runs down with a heavy rotor after a reset': t => coast(t, 550, 0),
      'closes again on another press': t => again(t, 2),
      'closes again by a hold of which its hub may have heard nothing for 3 s': t => again(t, 1, () => holdOn(t, 30)),
      'closes again by a hold that its hub heard again after a reset': t => again(t, 1, () => t.reset('FL')),
      'after a command in another\'s name': t => command(window(t), 1).at(5300).send('laptop', forged(t)).ramp('FL.window', 'position_pct', 50, 80, 2000),
      'goes on by an earlier command when a held one does not reach it': t =>
        command(echo(command(window(t), 1), 1), 2, 'down').ramp('FL.window', 'position_pct', 50, 80, 1500),
      'goes on by a reversal, in which a switch was held and let go': (t) => {
        const say = (state: string): unknown => t.say('FL', 'WindowStatus@FL', { echoSender: 5, echoSequence: 1, state })
        command(window(t), 1, 'down')
        for (let i = 0; i < 3; i++) {
          say('reversing')
          t.ramp('FL.window', 'position_pct', 50 + 10 * i, 60 + 10 * i, 500)
        }
        say('opening')
        t.ramp('FL.window', 'position_pct', 80, 82, 100)
      },
      'moves again by a hold that its hub heard again after a reset': t =>
        move(command(echo(command(window(t), 1, 'down'), 1).at(5500).reset('FL').at(6000), 1, 'down')),
      'goes on by a tap of its own switch, whatever a repetition of the held one says': (t) => {
        const own = (pressed: boolean): unknown => t.tell({ kind: 'switch', source: 'FL', name: 'window.down', pressed })
        echo(command(window(t), 1, 'down'), 1)
        own(true)
        own(false)
        t.say('FL', 'WindowStatus@FL', { echoSender: 1, echoSequence: 4 })
        for (let i = 0; i < 10; i++) {
          echo(command(t.ramp('FL.window', 'position_pct', 50 + 2 * i, 52 + 2 * i, 500), 1, 'down'), 1)
          for (const hub of STORY_FACTS.spine) t.say(hub, `HubStatus@${hub}`, {})
        }
        t.ramp('FL.window', 'position_pct', 70, 80, 1500)
      },
      'goes on by another command, of which a repetition of the held one took the echo': (t) => {
        const say = (sequence: number, echoSender: number): unknown => t.say('FL', 'WindowStatus@FL', { echoSender, echoSequence: sequence })
        echo(command(window(t), 1, 'down'), 1)
        t.say('TRUNK', 'WindowCommand@FL', { sequence: 7, action: 'autoDown' })
        say(7, 6)
        echo(command(t.ramp('FL.window', 'position_pct', 50, 52, 100), 1, 'down'), 1).ramp('FL.window', 'position_pct', 52, 80, 1500)
      },
      'goes on by another command, whose echo that of a repetition overtook': (t) => {
        echo(command(window(t), 1, 'down'), 1).say('TRUNK', 'WindowCommand@FL', { sequence: 7, action: 'autoDown' })
        echo(command(t.at(5020), 1, 'down'), 1).ramp('FL.window', 'position_pct', 50, 80, 1500)
      },
      'goes on by its own switch, which took over from a held one': t =>
        echo(command(window(t), 1, 'down'), 1).say('FL', 'WindowStatus@FL', { echoSender: 1, echoSequence: 4 })
          .ramp('FL.window', 'position_pct', 50, 80, 1500),
      'lets go by a little in the cold, long after the switch was let go': t => echo(command(window(t), 1, 'down'), 1)
        .ramp('FL.window', 'position_pct', 50, 58, 500).at(6800).ramp('FL.window', 'position_pct', 58, 58.5, 200),
      'less than a mechanic sees': t => window(t).ramp('FL.window', 'position_pct', 50, 50.5, 200),
    },
  },
  commands: {
    guilty: {
      'neither echoed nor faulted': t => command(t.boot().live(5000), 3).live(10_000),
      'executed when it was too old': t => echo(command(t.boot().live(5000), 3).live(5800), 3).live(10_000),
      'executed when it was too old, as its hub stood still when it came': t => echo(command(stands(t.boot().live(5000), 5100), 3).live(5950), 3).live(10_000),
      'executed again after a later one': t => echo(echo(command(echo(command(t.boot().live(5000), 3), 3), 4), 4), 3),
    },
    innocent: {
      'echoed late on a bus that was cut': t => echo(command(t.boot().live(5000), 3).tell(cut(1, true))
        .tell(cut(1, false)).live(5800), 3).live(10_000),
      echoed: t => echo(command(t.boot().live(5000), 3).at(5050), 3).live(10_000),
      faulted: t => command(t.boot().live(5000), 3).at(5600).say('DASH', 'PortStatus@DASH', { port: 1, fault: 'commandLost' }).live(10_000),
      'whose copy comes late by the spine that was cut, when its successor was echoed': (t) => {
        echo(command(t.boot().live(5000).tell(cut(2, true)), 5, 'up').at(5020), 5)
        echo(command(t.at(5040), 6, 'autoUp').at(5060), 6).tell(cut(2, false)).at(5090).copy(3).live(10_000)
      },
      'executed before its hub stood still, and echoed afterwards': t => echo(stands(command(t.boot().live(5000), 3).live(5020), 5950), 3).live(10_000),
      'whose sequence comes round, and whose sender sees an error at its end when it was taken': (t) => {
        t.boot().live(5000)
        for (let i = 0; i < 14; i++) echo(command(t.live(5000 + 200 * i), i), i)
        command(echo(t.live(8000).sayBroken('DASH', 'WindowCommand@FL', { sequence: 6, action: 'autoDown' }), 6), 6).live(10_000)
      },
      replaced: t => echo(command(command(t.boot().live(5000), 3).at(5100), 4).at(5150), 4).live(10_000),
      'of a sender that died': t => command(t.boot().live(5000), 3).at(5100).reset('DASH').live(10_000),
      'a sequence that comes round': (t) => {
        t.boot().live(5000)
        for (let i = 0; i < 40; i++) echo(command(t.live(5000 + 200 * i), i % 16), i % 16)
      },
    },
  },
  silence: {
    guilty: {
      'for 4 s': t => t.boot().live(5000).live(9000, ['FR']),
      'said of a hub that is heard': t => t.boot().live(20_000).say('DASH', 'HubStatus@DASH', { lost: 2 }),
      'said of a hub that speaks again and has said how it is': t => t.boot().live(15_000).reset('FR', 'powerOff').live(25_000, ['FR'])
        .reset('FR', 'powerOn').live(27_500).say('DASH', 'HubStatus@DASH', { lost: 2 }),
      'said of a hub that sleeps': t => t.boot().live(15_000).say('DASH', 'HubStatus@DASH', { state: 'sleeping' })
        .say('FR', 'HubStatus@FR', { state: 'sleeping' }).live(25_000, ['FR', 'DASH'])
        .say('DASH', 'HubStatus@DASH', { lost: 2 }),
    },
    innocent: {
      'without power': t => t.boot().live(5000).reset('FR', 'powerOff').live(9000, ['FR']),
      'without a bus': t => t.boot().live(5000).tell({ kind: 'dropped', source: 'FR', dropped: true }).live(9000, ['FR']),
      'alone behind a cut': t => t.boot().live(5000).tell(cut(2, true)).live(9000, ['TRUNK']),
      'and said to be so': t => t.boot().live(15_000).reset('FR', 'powerOff').live(25_000, ['FR']).say('DASH', 'HubStatus@DASH', { lost: 2 }),
      'said of a hub that speaks again since a moment ago': t => t.boot().live(15_000).reset('FR', 'powerOff').live(25_000, ['FR'])
        .reset('FR', 'powerOn').say('FR', 'ComponentAnnounce@FR', {}).at(25_050).say('DASH', 'HubStatus@DASH', { lost: 2 }),
      'said of a hub that claimed its address and is without power again': t => t.boot().live(15_000).reset('FR', 'powerOff').live(25_000, ['FR'])
        .reset('FR', 'powerOn').say('FR', 'ComponentAnnounce@FR', {}).at(25_300).reset('FR', 'brownOut').live(27_500, ['FR'])
        .say('DASH', 'HubStatus@DASH', { lost: 2 }),
      'said of a hub that spoke behind a cut until now': t => t.boot().live(15_000).tell(cut(2, true)).live(25_000).tell(cut(2, false))
        .say('DASH', 'HubStatus@DASH', { lost: 32 }),
      starved: t => t.boot().live(5000).signal('FR', 'supply_V', 3).live(9000, ['FR']),
      asleep: t => t.boot().live(5000).say('DASH', 'HubStatus@DASH', { state: 'sleeping' }).say('FR', 'HubStatus@FR', { state: 'sleeping' })
        .live(9000, ['FR', 'DASH']),
    },
  },
  sleep: {
    guilty: {
      'all are awake 50 s after the key was turned off': t => night(t, 55_000),
      'one is awake for 70 s that no manager keeps awake': t => night(t, 75_000, ['DASH', 'FL', 'TRUNK']),
      'awake again, and for good': t => night(t, 60_000, STORY_FACTS.spine).tell({ kind: 'unplug', source: 'FL.window' }).live(115_000),
    },
    innocent: {
      'the key is at accessory': t => night(t, 10_000).tell({ kind: 'ignition', source: 'DASH', position: 'accessory' }).live(90_000),
      'awake for 40 s': t => night(t, 45_000),
      'one that hears no manager, for 60 s': t => night(t, 65_000, ['DASH', 'FL', 'TRUNK']),
      'somebody holds a switch': t => night(t, 10_000).tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: true }).live(90_000),
      'somebody pressed one a moment ago': t => night(t, 50_000).tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: true })
        .tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: false }).live(90_000),
      'a lamp is lit': t => night(t, 10_000).signal('FL.lamp', 'light0_pct', 100).live(90_000),
      'a door was opened a moment ago': t => night(t, 50_000).signal('FL.latch', 'ajar', 1).live(90_000),
      'a tool speaks': t => night(t, 50_000).send('laptop', alien()).live(90_000),
      'a hub was reset': t => night(t, 50_000).reset('FR').live(90_000),
      'a hub was paused': t => night(t, 50_000).tell({ kind: 'pause', source: 'FR', duration_ms: 100 }).live(90_000),
      'a gear was selected': t => night(t, 50_000).tell({ kind: 'gear', source: 'DASH', gear: 'park' }).live(90_000),
      'something was plugged in': t => night(t, 50_000).tell({ kind: 'plug', source: 'FR.window', port: 0 }).live(90_000),
      'a contact grew bad, and was mended': t => night(t, 20_000).tell({ kind: 'copperFault', source: 'drop.FL', fault: 'corrosion' })
        .live(60_000).tell({ kind: 'copperRepair', source: 'drop.FL', fault: 'corrosion' }).live(100_000),
      'a fuse opened': t => night(t, 50_000).tell({ kind: 'fuseOpened', source: 'drop.FL' }).live(90_000),
      'the bus is disturbed': t => night(t, 10_000).tell({ kind: 'bitErrors', source: 'spine0', rate: 1e-5 }).live(90_000),
      'one that starves': t => night(t, 10_000, ['DASH', 'FL', 'TRUNK']).signal('FR', 'supply_V', 3).live(90_000, ['DASH', 'FL', 'TRUNK']),
      'one that has no address': t => night(t, 10_000).send('FL', cannotClaim()).live(90_000),
    },
  },
  frames: {
    guilty: {
      'a counter that jumps': t => t.boot().live(5000).say('FL', 'HubStatus@FL', {}, 11),
      'a counter that jumps while another hub is off': t => t.boot().live(5000).reset('FR', 'powerOff').at(7000).reset('FR', 'powerOn')
        .say('FL', 'HubStatus@FL', {}, 11),
      'a counter that jumps long after it was alone': t => alone(t).say('FL', 'HubStatus@FL', {}, 3).at(8000).say('FL', 'HubStatus@FL', {}, 11),
      'in another\'s name': t => t.boot().live(5000).send('FR', frameOf(t, 'FL')),
      'of no protocol': t => t.boot().live(5000).send('FL', alien()),
    },
    innocent: {
      'a counter that jumps after a reset': t => t.boot().live(5000).reset('FL').say('FL', 'HubStatus@FL', {}, 11),
      'a counter that jumps on a noisy bus': t => t.boot().live(5000).tell({ kind: 'bitErrors', source: 'spine0', rate: 1e-5 }).say('FL', 'HubStatus@FL', {}, 11),
      'a counter that jumps when the hub is no longer alone': t => alone(t).say('FL', 'HubStatus@FL', {}, 11),
      'a counter that jumps after a bus-off': t => t.boot().live(5000).tell({ kind: 'dominant', source: 'spine0', dominant: true }).at(5600)
        .tell({ kind: 'dominant', source: 'spine0', dominant: false }).say('FL', 'HubStatus@FL', {}, 5).at(5900).say('FL', 'HubStatus@FL', {}, 7),
      'the last frame of one that babbled': t => t.boot().live(5000).tell({ kind: 'babbling', source: 'FL', babbling: true }).at(5500)
        .tell({ kind: 'babbling', source: 'FL', babbling: false }).at(5501).send('FL', frameOf(t, 'FR')),
      'of no protocol, from a tool': t => t.boot().live(5000).send('laptop', alien()),
    },
  },
  health: {
    guilty: { 'a callback that throws': t => t.boot().tell({ kind: 'exception', source: 'FL', text: 'RangeError: duty 2\n  at drive' }) },
    innocent: { 'other faults': t => t.boot().tell({ kind: 'unplug', source: 'FL.window' }) },
  },
}

/** A held command of the dash that a laptop says. */
function forged(t: Fabricated): ReturnType<typeof createFrame> {
  const frame = createFrame(8)
  const { judges } = t
  const hear = judges.frame.bind(judges)
  judges.frame = seen => Object.assign(frame, seen.frame)
  command(t, 9, 'down')
  judges.frame = hear
  return frame
}

/** A frame as `hub` sends it. */
function frameOf(t: Fabricated, hub: string): ReturnType<typeof createFrame> {
  const frame = createFrame(8)
  const { judges } = t
  const hear = judges.frame.bind(judges)
  judges.frame = seen => Object.assign(frame, seen.frame)
  t.say(hub, `HubStatus@${hub}`, {})
  judges.frame = hear
  return frame
}
