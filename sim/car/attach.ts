import { SecondCopies } from '#firmware/runtime/index.ts'
import { type CanFrame, CLASSIC_DATA_BYTES, copyFrame, createFrame, FD_DATA_BYTES } from '#protocol/index.ts'
import type { CanController } from '../bus/index.ts'
import type { Car } from './car.ts'
import { putErrorFrame } from './error-frame.ts'

/** A frame with what an outside world needs to know of it. */
interface PortFrame extends CanFrame {
  /** End of the frame on the bus, virtual time. */
  timestamp_ns: number
  /** Who brought it here; empty: born in the car. */
  origin: string
  error: boolean
}

/**
 * One outside node of the car, as a gateway link meets it. Of a car with two spines it is on both and makes one bus of them, as hubs
 * do: it sends on both and hears one of two copies.
 */
export interface BusPort {
  /** Puts a frame into the node's transmit queue; `false`: not taken. Callable at any time: it wakes the pacing. */
  send(frame: CanFrame): boolean
  /**
   * Called for each frame of others, and for each error that the node found, online or not; the memory is the port's.
   * Returns the unsubscriber.
   */
  onFrame(handler: (frame: PortFrame) => void): () => void
  /** Online, the node acknowledges and sends; offline, it only hears, and leaves the bus as it was. Starts offline. */
  setOnline(online: boolean): void
  readonly online: boolean
  /** One a spine it is on, for counters: frames sent, received, refused. */
  readonly controllers: readonly CanController[]
  /** Takes the node off the bus for good. */
  detach(): void
}

export interface AttachOptions {
  /** Unique on the bus. */
  readonly name: string
  /** On one spine only, 0 (A) or 1 (B). */
  readonly bus?: number | undefined
  /** Place along the spine, in hubs from the front; behind the last hub by default, where the diagnostic socket is. */
  readonly position?: number
  /** Frames that may wait for the bus; 256 by default. */
  readonly queue?: number
  /** Called when a frame was queued from outside of the car's time: whoever paces the kernel runs it. */
  readonly wake?: () => void
}

/**
 * Joins an outside node to the car's bus. It begins as a listener: it hears everything, acknowledges nothing and cannot
 * be told from its absence.
 */
export function attachNode(car: Car, options: AttachOptions): BusPort {
  const { name, position, queue, wake, bus: only } = options
  if (only !== undefined && car.buses[only] === undefined) {
    throw new RangeError(`bus ${only} is not in 0…${car.buses.length - 1}: the car has no more`)
  }
  const buses = only === undefined ? car.buses : [car.buses[only]!]
  const controllers = buses.map(bus => bus.attach(name, {
    profile: 'adapter', listenOnly: true,
    ...(position !== undefined && { position }), ...(queue !== undefined && { queue }),
  }))
  const handlers = new Set<(frame: PortFrame) => void>()
  const seen: PortFrame = { ...createFrame(FD_DATA_BYTES), timestamp_ns: 0, origin: '', error: false }
  const copies = new SecondCopies()
  const isCopy = (frame: CanFrame): boolean =>
    controllers.length > 1 && frame.extended && !frame.remote && frame.length <= CLASSIC_DATA_BYTES
    && copies.take(frame.bus, frame.id, frame.data, frame.length, car.kernel.now_ns / 1e6)
  const tell = (): void => {
    seen.bus = 0
    seen.timestamp_ns = car.kernel.now_ns
    for (const handler of handlers) handler(seen)
  }
  for (const controller of controllers) {
    controller.onReceive((frame) => {
      if (isCopy(frame) || handlers.size === 0) return
      copyFrame(frame, seen)
      seen.error = false
      tell()
    })
  }
  const stopErrors = buses.map(bus => bus.tapErrors((error) => {
    if (error.node !== name || handlers.size === 0) return
    putErrorFrame(error, seen)
    tell()
  }))
  return {
    controllers,
    get online() {
      return !controllers[0]!.listenOnly
    },
    send(frame) {
      // On each that has room: `some` would leave the second out.
      const taken = controllers.filter(controller => controller.send(frame)).length > 0
      if (taken) wake?.()
      return taken
    },
    onFrame(handler) {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    setOnline(online) {
      for (const controller of controllers) putOnline(controller, online)
      wake?.()
    },
    detach() {
      handlers.clear()
      for (const stop of stopErrors) stop()
      for (const controller of controllers) controller.detach()
    },
  }
}

function putOnline(controller: CanController, online: boolean): void {
  if (online !== controller.listenOnly) return
  if (!online) {
    // Off and on again: what waits to be sent is gone, as it is in an adapter that is unplugged.
    controller.online = false
    controller.listenOnly = true
    controller.online = true
  } else {
    controller.listenOnly = false
  }
}
