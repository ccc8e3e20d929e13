import { Closing, PinchGuard, WindowDriver } from '#firmware/components/window/index.ts'
import { CopperLoad } from '#firmware/power/allocator/index.ts'
import { Shedding } from '#firmware/power/manager/index.ts'
import { BusOffRecovery, CommandReceiver, Receiver, Schedule, SleepControl } from '#firmware/runtime/index.ts'
import { Lease, PortFeed } from '#firmware/power/port/index.ts'
import type { Hal } from '#firmware/index.ts'
import { PortSlot } from '#firmware/hub/index.ts'
import type { FuzzEvent, Rates } from '#sim/fuzz/index.ts'
import { LOCATION, SLEEP_REASON, WINDOW_ACTION } from '#protocol/index.ts'

/** A method of a firmware class, private ones too: a saboteur does not ask. */
type Method<Owner> = (this: Owner, ...parameters: never[]) => unknown

/** A fault put into the firmware, which the judges have to find. */
export interface Sabotage {
  readonly name: string
  /** Checkers that may find it; which of them does depends on the run. */
  readonly caughtBy: readonly string[]
  /** What brings it to light, in events a minute, while nothing else happens; without it runs are as they always are. */
  readonly rates?: Rates
  /** Instead of drawn events: what takes too many runs to come up. */
  readonly events?: readonly FuzzEvent[]
  /** How long such a run is. */
  readonly for_ms?: number
  /** Puts the fault into the firmware of this process; returns what takes it out again. Throws where the method is gone. */
  readonly put: () => () => void
}

const LEASE_ms = 2000
const NO_LIMIT_mA = 1e6
const NO_LIMIT_A = 50

/** What replaces a method of a class for the time of a sabotage; `make` gets the original. */
function replaced<Owner extends object>(
  { prototype, name }: { readonly prototype: Owner, readonly name: string },
  method: string,
  make: (original: Method<Owner>) => Method<Owner>,
): () => () => void {
  return () => {
    const original: unknown = Reflect.get(prototype, method)
    if (typeof original !== 'function') throw new TypeError(`${name} has no method ${method} any more to sabotage`)
    Reflect.set(prototype, method, make(original as Method<Owner>))
    return () => void Reflect.set(prototype, method, original)
  }
}

export const SABOTAGES: readonly Sabotage[] = [
  {
    // The eFuse holds the glass below 135 N all the same.
    name: 'closing windows feel nothing', caughtBy: ['force'], rates: { hand: 15 },
    put: replaced(PinchGuard, 'update', original => function (...parameters) {
      original.apply(this, parameters)
      return false
    }),
  },
  {
    name: 'closing windows feel nothing, and no eFuse holds them', caughtBy: ['force'], rates: { hand: 15 },
    put: replaced(Closing, 'duty', original => function (...parameters) {
      this.guard.update = () => false
      const duty = original.apply(this, parameters)
      this['bound_A'] = Infinity
      return duty
    }),
  },
  {
    name: 'leases never expire', caughtBy: ['leases', 'ampacity', 'voltage'], rates: { widow: 10, together: 10 },
    put: replaced(Lease, 'expire', () => function (now: number) {
      this['end_ms'] = now + LEASE_ms
    }),
  },
  {
    // It takes what it wants, asks nobody, and does not look at what flows.
    name: 'hubs ignore their leases', caughtBy: ['leases', 'ampacity', 'voltage'], rates: { together: 20 },
    put: replaced(PortFeed, 'ask', () => function () {
      this['apply'] = () => this['port'].limit(NO_LIMIT_A)
      this['police'] = () => undefined
      this['draw'](NO_LIMIT_A, true)
    }),
  },
  {
    name: 'repetitions of a command are executed again', caughtBy: ['motion', 'commands'], rates: { hand: 10, press: 20, loss: 5 },
    put: replaced(CommandReceiver, 'receive', original => function (...parameters) {
      this['heard_ms'].fill(-Infinity)
      return original.apply(this, parameters)
    }),
  },
  {
    name: 'the lifetime of commands is ignored', caughtBy: ['commands', 'motion'], rates: { numb: 20 },
    put: replaced(Schedule, 'behind_ms', () => () => 0),
  },
  {
    name: 'lost commands are not reported', caughtBy: ['commands'], rates: { press: 30, power: 10, loss: 10 },
    put: replaced(PortSlot, 'commandFinished', () => () => undefined),
  },
  {
    name: 'the manager believes in thick copper', caughtBy: ['leases', 'ampacity'], rates: { together: 10 },
    put: () => {
      const mends = (['peakRoom_mA', 'lastingRoom_mA'] as const).map(name => replaced(CopperLoad, name, () => () => NO_LIMIT_mA)())
      return () => mends.forEach(mend => mend())
    },
  },
  {
    name: 'a window moves by itself when its hub boots', caughtBy: ['motion'], rates: { reset: 5 },
    put: replaced(WindowDriver, 'load', original => function (...parameters) {
      original.apply(this, parameters)
      this['context'].job('ghost', () => this.command({ action: WINDOW_ACTION.autoDown, position_pct: NaN, sequence: 0 }, 0)).startIn(500)
    }),
  },
  {
    name: 'nothing is shed', caughtBy: ['shedding', 'voltage'], rates: { crank: 4, supply: 5 },
    put: replaced(Shedding, 'read', () => () => false),
  },
  {
    name: 'a held window goes on when the switch falls silent', caughtBy: ['motion'],
    events: [
      { at_ms: 3000, kind: 'press', for_ms: 4000, with: { switch: 'DASH.windowFL.down' } },
      { at_ms: 4000, kind: 'power', for_ms: 5000, with: { hub: 'DASH' } },
    ],
    put: replaced(CommandReceiver, 'checkSilence', () => () => undefined),
  },
  {
    // The tap's command to close by itself is refused, as the window lost its place; what the tap held went on.
    name: 'a refused tap ends no hold', caughtBy: ['held'],
    events: [
      { at_ms: 2000, kind: 'press', for_ms: 2500, with: { switch: 'RL.window.down' } },
      { at_ms: 3500, kind: 'reset', for_ms: 100, with: { hub: 'RL', cause: 'watchdog' } },
      { at_ms: 6000, kind: 'press', for_ms: 150, with: { switch: 'RL.window.up' } },
    ],
    put: replaced(CommandReceiver, 'executeLocal', () => function (values, sender) {
      if (!this['execute'](this['rank'](values, sender, this['schedule'].now()), values, sender)) return false
      this['schedule'].stop(this['silenceJob'])
      return true
    }),
  },
  {
    name: 'who came last has the window, whoever holds it open', caughtBy: ['held'],
    events: [
      { at_ms: 2000, kind: 'press', for_ms: 150, with: { switch: 'DASH.windowRL.down' } },
      { at_ms: 9000, kind: 'press', for_ms: 3000, with: { switch: 'RL.window.down' } },
      { at_ms: 9200, kind: 'press', for_ms: 150, with: { switch: 'DASH.windowRL.up' } },
    ],
    for_ms: 14_000,
    put: replaced(CommandReceiver, 'isOutranked', () => () => false),
  },
  {
    name: 'a hub that was bus-off stays so', caughtBy: ['silence'], rates: { nodeNoise: 20 },
    put: replaced(BusOffRecovery, 'recover', () => () => undefined),
  },
  {
    name: 'a hub never agrees to sleep', caughtBy: ['sleep'], for_ms: 60_000,
    events: [{ at_ms: 3000, kind: 'ignition', for_ms: 60_000, with: { position: 'off' } }],
    put: replaced(SleepControl, 'objection', original => function () {
      const { hub } = this['host'] as unknown as { readonly hub: { readonly hal: Pick<Hal, 'location'> } }
      return hub.hal.location === LOCATION.RL ? SLEEP_REASON.component : original.apply(this)
    }),
  },
  {
    name: 'what hubs report keeps awake', caughtBy: ['sleep'], for_ms: 70_000,
    events: [{ at_ms: 3000, kind: 'ignition', for_ms: 70_000, with: { position: 'off' } }],
    put: replaced(Receiver, 'look', original => function (...parameters) {
      this.onWish()
      return original.apply(this, parameters)
    }),
  },
]
