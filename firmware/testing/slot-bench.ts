import { LOCATION } from '#protocol/index.ts'
import type { ComponentContext } from '../components/index.ts'
import { DOOR } from '../hubs/index.ts'
import type { AnyEncoder } from '../message.ts'
import { bootHub, type HubImage, type HubParts, type PortSlot } from '../hub/index.ts'
import { DESCRIPTORS } from './descriptors.ts'
import type { FakeClock } from './fake-clock.ts'
import { FakeHal } from './fake-hal.ts'
import type { FakePort } from './fake-hal.ts'
import { probe } from './probe-driver.ts'
import type { Probe } from './probe-driver.ts'

export interface SlotBench {
  readonly hal: FakeHal
  readonly hub: HubParts
  readonly clock: FakeClock
  /** The first port, from outside and from inside. */
  readonly socket: FakePort
  readonly slot: PortSlot
}

export type RunningProbe = SlotBench & Probe & { readonly context: ComponentContext }

/** A door hub as its own runtime sees it; `plugged`: there from the boot on. */
export function boot(image: HubImage = DOOR, plugged: readonly (keyof typeof DESCRIPTORS)[] = [], wait_ms = 1000): SlotBench {
  const hal = new FakeHal(LOCATION.FL, 3)
  plugged.forEach((name, port) => hal.sockets[port]!.plug(DESCRIPTORS[name]))
  const hub = bootHub(hal, image)
  hal.clock.advance(wait_ms)
  return { hal, hub, clock: hal.clock, socket: hal.sockets[0]!, slot: hub.slots[0]! }
}

/** The probe at the first port, in a hub that may send. */
export function running(status = true): RunningProbe {
  const spy = probe(status)
  const rest = boot(spy.image, ['window'])
  return { ...spy, ...rest, context: spy.contexts[0]! }
}

/** When a hub sent the frames of a row, ms. */
export const timesOf = (hal: FakeHal, codec: AnyEncoder): number[] =>
  hal.bus.sent.filter(frame => (frame.id >>> 16 & 0x3ff) === (codec.page << 8 | 0xff) && (frame.id >>> 12 & 0xf) === codec.kind)
    .map(frame => frame.at_ms)
/** The last of a port's frames. */
export const lastOf = <V extends { port: number }>(frames: V[], port = 0): V => frames.filter(values => values.port === port).at(-1)!
