import { describe, expect, it } from 'vitest'
import { hubAddress, LOCATION, SLEEP_PHASE, SLEEP_REASON, type SleepReason } from '#protocol/index.ts'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Schedule } from './schedule.ts'
import { NOT_BUSY, SLEEP_RULES, SLEEP_STATE, SleepControl } from './sleep.ts'
import type { SleepHost } from './sleep.ts'

const PHASES = Object.keys(SLEEP_PHASE)
const REASONS = Object.keys(SLEEP_REASON)
const DASH = hubAddress(LOCATION.DASH)
const FL = hubAddress(LOCATION.FL)

/** A hub that writes down what it is told to do. */
class RecordedHub implements SleepHost {
  leading = false
  manager = true
  paired = false
  reason: SleepReason | typeof NOT_BUSY = NOT_BUSY
  readonly hal = new FakeHal(LOCATION.FL, 1)
  readonly schedule = new Schedule(this.hal, createCounters())
  readonly control = new SleepControl(this.schedule)
  private readonly did: string[] = []

  leads(): boolean {
    return this.leading
  }

  managed(): boolean {
    return this.manager
  }

  guarded(): boolean {
    return this.paired
  }

  busy(): SleepReason | typeof NOT_BUSY {
    return this.reason
  }

  sendSleep(phase: number, reason: number): void {
    this.did.push(`${PHASES[phase]} ${REASONS[reason]}`)
  }

  fallSilent(): void {
    this.did.push('silent')
  }

  mute(): void {
    this.did.push('mute')
  }

  unmute(): void {
    this.did.push('unmute')
  }

  speak(): void {
    this.did.push('speak')
  }

  powerDown(woken: (byBus: boolean) => void): void {
    this.did.push('down')
    this.schedule.pause()
    this.hal.sleep(woken, 0)
  }

  powerUp(): void {
    this.did.push('up')
    this.schedule.resume()
  }

  /** Lets time pass and returns what the hub was told since the last call. */
  after(duration_ms: number): string[] {
    this.hal.clock.advance(duration_ms)
    return this.did.splice(0)
  }

  hear(phase: keyof typeof SLEEP_PHASE, source = DASH, reason: keyof typeof SLEEP_REASON = 'inactivity'): string[] {
    this.control.receive({ phase: SLEEP_PHASE[phase], reason: SLEEP_REASON[reason] }, source)
    return this.did.splice(0)
  }
}

function started(options: { leading?: boolean, manager?: boolean } = {}): RecordedHub {
  const hub = new RecordedHub()
  hub.leading = options.leading ?? false
  hub.manager = options.manager ?? true
  hub.control.start(hub)
  return hub
}

function asleep(hub: RecordedHub): RecordedHub {
  hub.after(50_000)
  hub.hear('agreed')
  expect(hub.after(SLEEP_RULES.settle_ms)).toEqual(['mute', 'down'])
  expect(hub.control.state).toBe(SLEEP_STATE.asleep)
  return hub
}

describe('the manager', () => {
  it('proposes 40 s after the last activity, agrees 500 ms later, and is silent within a second of that', () => {
    const hub = started({ leading: true })
    expect(hub.after(SLEEP_RULES.quiet_ms - 1)).toEqual([])
    expect(hub.after(1)).toEqual(['proposed inactivity'])
    expect(hub.after(SLEEP_RULES.veto_ms - 1)).toEqual(['proposed inactivity', 'proposed inactivity'])
    expect(hub.after(1)).toEqual(['agreed inactivity'])
    expect(hub.after(1000)).toEqual(['agreed inactivity', 'agreed inactivity', 'silent', 'mute', 'down'])
    expect(hub.hal.asleep).toBe(true)
    expect(hub.after(600_000)).toEqual([])
  })

  it('counts from the last activity, and from the end of what was under way', () => {
    const hub = started({ leading: true })
    hub.after(30_000)
    hub.control.activity(SLEEP_REASON.switch)
    expect(hub.after(SLEEP_RULES.quiet_ms - 1)).toEqual([])
    hub.reason = SLEEP_REASON.component
    expect(hub.after(100_000)).toEqual([])
    hub.reason = NOT_BUSY
    expect(hub.after(SLEEP_RULES.quiet_ms - SLEEP_RULES.check_ms)).toEqual([])
    expect(hub.after(SLEEP_RULES.check_ms)[0]).toBe('proposed inactivity')
  })

  it('takes a veto, and tries again 5 s later', () => {
    const hub = started({ leading: true })
    hub.after(SLEEP_RULES.quiet_ms + 50)
    hub.hear('vetoed', FL, 'component')
    expect(hub.control.state).toBe(SLEEP_STATE.awake)
    expect(hub.after(SLEEP_RULES.retry_ms - 1)).toEqual([])
    expect(hub.after(1)).toEqual(['proposed inactivity'])
  })

  it('gives up by itself when something begins here', () => {
    for (const at_ms of [50, 499]) {
      const hub = started({ leading: true })
      hub.after(SLEEP_RULES.quiet_ms + at_ms)
      hub.control.activity(SLEEP_REASON.switch)
      expect(hub.after(SLEEP_RULES.quiet_ms - 1)).toEqual([])
      expect(hub.after(1)).toEqual(['proposed inactivity'])
    }
    const busy = started({ leading: true })
    busy.after(SLEEP_RULES.quiet_ms + 499)
    busy.reason = SLEEP_REASON.component
    expect(busy.after(2000)).toEqual([])
    expect(busy.control.state).toBe(SLEEP_STATE.awake)
  })

  it('wakes the others when a veto comes late or something begins after the agreement', () => {
    for (const at_ms of [550, 900]) {
      const late = started({ leading: true })
      late.after(SLEEP_RULES.quiet_ms + at_ms)
      expect(late.hear('vetoed', FL, 'component')).toEqual(['unmute', 'waking component', 'speak'])
      const begun = started({ leading: true })
      begun.after(SLEEP_RULES.quiet_ms + at_ms)
      begun.control.activity(SLEEP_REASON.switch)
      expect(begun.after(0)).toEqual(['unmute', 'waking switch', 'speak'])
      expect(begun.control.state).toBe(SLEEP_STATE.awake)
    }
  })

  it('does not obey another manager', () => {
    const hub = started({ leading: true })
    hub.after(39_990)
    expect([...hub.hear('proposed'), ...hub.hear('agreed')]).toEqual([])
    expect(hub.control.state).toBe(SLEEP_STATE.awake)
  })

  it('woken by the bus speaks at once', () => {
    const hub = started({ leading: true })
    hub.after(45_000)
    hub.hal.rouse(true)
    expect(hub.after(0)).toEqual(['up', 'unmute', 'waking bus', 'speak'])
  })
})

describe('any other hub', () => {
  it('says nothing to a proposal it can follow, and sleeps when it is agreed', () => {
    const hub = started()
    hub.after(50_000)
    expect(hub.hear('proposed')).toEqual([])
    expect(hub.hear('agreed')).toEqual(['silent'])
    expect(hub.control.quiet()).toBe(true)
    expect(hub.hear('agreed')).toEqual([])
    expect(hub.after(SLEEP_RULES.settle_ms)).toEqual(['mute', 'down'])
  })

  it('vetoes while it is busy, and while its own activity is younger than 40 s', () => {
    const hub = started()
    hub.after(50_000)
    hub.reason = SLEEP_REASON.component
    expect(hub.hear('proposed')).toEqual(['vetoed component'])
    hub.reason = NOT_BUSY
    hub.control.activity(SLEEP_REASON.switch)
    hub.after(38_000)
    expect(hub.hear('proposed')).toEqual(['vetoed inactivity'])
    hub.after(1100)
    expect(hub.hear('proposed')).toEqual([])
  })

  it('does not sleep on an agreement that came too late, and wakes the others', () => {
    const hub = started()
    hub.after(50_000)
    hub.reason = SLEEP_REASON.component
    expect(hub.hear('agreed')).toEqual(['waking component'])
    const settling = started()
    settling.after(50_000)
    settling.hear('agreed')
    settling.reason = SLEEP_REASON.component
    expect(settling.after(SLEEP_RULES.settle_ms)).toEqual(['mute', 'unmute', 'waking component', 'speak'])
  })

  it('obeys the manager and its standby only', () => {
    const hub = started()
    hub.after(50_000)
    expect(hub.hear('agreed', FL)).toEqual([])
    expect(hub.hear('agreed', 0xf9)).toEqual([])
    expect(hub.hear('agreed', hubAddress(LOCATION.TRUNK))).toEqual(['silent'])
  })

  it('comes back without a word when another one wakes the network as it settles', () => {
    const hub = started()
    hub.after(50_000)
    hub.hear('agreed')
    expect(hub.hear('waking', FL, 'switch')).toEqual(['unmute', 'speak'])
    expect(hub.after(SLEEP_RULES.quiet_ms)).toEqual([])
  })

  it('woken by its own switch says so before everything else', () => {
    const hub = asleep(started())
    hub.hal.sockets[0]!.set(0, true)
    expect(hub.after(0)).toEqual(['up', 'unmute', 'waking switch', 'speak'])
    expect(hub.control.state).toBe(SLEEP_STATE.awake)
  })

  it('woken by the bus is silent until the manager, a waking hub or a wish is heard', () => {
    const hears: ((hub: RecordedHub) => void)[] = [
      hub => hub.control.managerHeard(), hub => hub.hear('waking', FL), hub => hub.hear('proposed'),
    ]
    for (const hear of hears) {
      const hub = asleep(started())
      hub.hal.rouse(true)
      expect(hub.after(100)).toEqual(['up'])
      expect(hub.control.quiet()).toBe(true)
      hear(hub)
      expect(hub.control.state).toBe(SLEEP_STATE.awake)
    }
    const wished = asleep(started())
    wished.hal.rouse(true)
    wished.after(100)
    wished.control.activity(SLEEP_REASON.bus)
    expect(wished.after(0)).toEqual(['unmute', 'waking bus', 'speak'])
  })

  it('woken by the bus for nothing sleeps again after 3 s, as often as it happens', () => {
    const hub = asleep(started({ manager: false }))
    for (let i = 0; i < 3; i++) {
      hub.hal.rouse(true)
      expect(hub.after(SLEEP_RULES.listen_ms - 1)).toEqual(['up'])
      expect(hub.after(1)).toEqual(['down'])
      hub.after(1000)
    }
  })

  it('without a manager sleeps after 60 s without activity, and never while one is heard', () => {
    const alone = started({ manager: false })
    expect(alone.after(SLEEP_RULES.alone_ms - 1)).toEqual([])
    expect(alone.after(1)).toEqual(['silent'])
    expect(started().after(3_600_000)).toEqual([])
    const late = started()
    late.after(100_000)
    late.manager = false
    expect(late.after(SLEEP_RULES.check_ms)).toEqual(['silent'])
  })

  it('takes sleep for no time: what was to happen later happens as much later', () => {
    const hub = asleep(started())
    let fired = 0
    hub.schedule.startIn(hub.schedule.job('later', () => fired++), 700)
    hub.after(600_000)
    hub.hal.rouse(false)
    hub.after(699)
    expect(fired).toBe(0)
    hub.after(1)
    expect(fired).toBe(1)
  })
})
