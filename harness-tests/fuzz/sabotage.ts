import { Closing, PinchGuard, WindowDriver } from '#firmware/components/window/index.ts'
import { CopperLoad } from '#firmware/power/allocator/index.ts'
import { Shedding } from '#firmware/power/manager/index.ts'
import { BusOffRecovery, CommandReceiver, Schedule } from '#firmware/runtime/index.ts'
import { Lease, PortFeed } from '#firmware/power/port/index.ts'
import { PortSlot } from '#firmware/hub/index.ts'
import type { FuzzEvent } from '#sim/fuzz/index.ts'
import { WINDOW_ACTION } from '#protocol/index.ts'

// Methods of firmware classes, private ones too: a saboteur does not ask.
type Method = (this: any, ...parameters: any[]) => unknown // eslint-disable-line @typescript-eslint/no-explicit-any

/** A fault put into the firmware, which the judges have to find. */
export interface Sabotage {
  readonly name: string
  /** Checkers that may find it; which of them does depends on the run. */
  readonly caughtBy: readonly string[]
  /** What brings it to light, in events a minute, while nothing else happens; without it runs are as they always are. */
  readonly rates?: Readonly<Record<string, number>>
  /** Instead of drawn events: what takes too many runs to come up. */
  readonly events?: readonly FuzzEvent[]
  /** Whose method is replaced; `make` gets the original. */
  readonly target: object
  readonly method: string
  readonly make: (original: Method) => Method
}

const LEASE_ms = 2000
const NO_LIMIT_mA = 1e6
const NO_LIMIT_A = 50

export const SABOTAGES: readonly Sabotage[] = [
  {
    // The eFuse holds the glass below 100 N all the same, but it stays where it is.
    name: 'closing windows feel nothing', caughtBy: ['force'], rates: { hand: 15 },
    target: PinchGuard.prototype, method: 'update',
    make: original => function (...parameters) {
      original.apply(this, parameters)
      return false
    },
  },
  {
    name: 'closing windows feel nothing, and no eFuse holds them', caughtBy: ['force'], rates: { hand: 15 },
    target: Closing.prototype, method: 'duty',
    make: original => function (...parameters) {
      this.guard.update = () => false
      const duty = original.apply(this, parameters)
      this.bound_A = Infinity
      return duty
    },
  },
  {
    name: 'leases never expire', caughtBy: ['leases', 'ampacity', 'voltage'],
    target: Lease.prototype, method: 'expire',
    make: () => function (now: number) {
      this.end_ms = now + LEASE_ms
    },
  },
  {
    // It takes what it wants, asks nobody, and does not look at what flows.
    name: 'hubs ignore their leases', caughtBy: ['leases', 'ampacity', 'voltage'], rates: { together: 20 },
    target: PortFeed.prototype, method: 'ask',
    make: () => function () {
      this.apply = () => this.port.limit(NO_LIMIT_A)
      this.police = () => undefined
      this.draw(NO_LIMIT_A, true)
    },
  },
  {
    name: 'repetitions of a command are executed again', caughtBy: ['motion', 'commands'], rates: { hand: 10, press: 20, loss: 5 },
    target: CommandReceiver.prototype, method: 'receive',
    make: original => function (...parameters) {
      this.heard_ms.fill(-Infinity)
      return original.apply(this, parameters)
    },
  },
  {
    name: 'the lifetime of commands is ignored', caughtBy: ['commands', 'motion'], rates: { numb: 20 },
    target: Schedule.prototype, method: 'behind_ms',
    make: () => () => 0,
  },
  {
    name: 'lost commands are not reported', caughtBy: ['commands'], rates: { press: 30, power: 10, loss: 10 },
    target: PortSlot.prototype, method: 'commandFinished',
    make: () => () => undefined,
  },
  {
    name: 'the manager believes in thick copper', caughtBy: ['leases', 'ampacity'], rates: { together: 10 },
    target: CopperLoad.prototype, method: 'room_mA',
    make: () => () => NO_LIMIT_mA,
  },
  {
    name: 'a window moves by itself when its hub boots', caughtBy: ['motion'], rates: { reset: 5 },
    target: WindowDriver.prototype, method: 'load',
    make: original => function (...parameters) {
      original.apply(this, parameters)
      this.context.job('ghost', () => this.command({ action: WINDOW_ACTION.autoDown, position_pct: NaN, sequence: 0 }, 0)).startIn(500)
    },
  },
  {
    name: 'nothing is shed', caughtBy: ['shedding', 'voltage'], rates: { crank: 4, supply: 5 },
    target: Shedding.prototype, method: 'read',
    make: () => () => false,
  },
  {
    name: 'a held window goes on when the switch falls silent', caughtBy: ['motion'],
    events: [
      { at_ms: 3000, kind: 'press', for_ms: 4000, with: { switch: 'DASH.windowFL.down' } },
      { at_ms: 4000, kind: 'power', for_ms: 5000, with: { hub: 'DASH' } },
    ],
    target: CommandReceiver.prototype, method: 'checkSilence',
    make: () => () => undefined,
  },
  {
    name: 'a hub that was bus-off stays so', caughtBy: ['silence'], rates: { nodeNoise: 20 },
    target: BusOffRecovery.prototype, method: 'recover',
    make: () => () => undefined,
  },
]

/** Puts a sabotage into the firmware of this process; returns what takes it out again. */
export function sabotage({ target, method, make }: Sabotage): () => void {
  const methods = target as Record<string, Method>
  const original = methods[method]
  if (typeof original !== 'function') throw new TypeError(`there is no method ${method} any more to sabotage`)
  methods[method] = make(original)
  return () => {
    methods[method] = original
  }
}
