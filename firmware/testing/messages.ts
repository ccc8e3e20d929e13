import { type Codec, dataIdOf, isBroadcastKind, messageId, pageOf, protect, topicOf, topicOfFrame } from '#protocol/index.ts'
import type { FakeHal } from './fake-hal.ts'

/** Source address of the laptop's first tool. */
export const TOOL = 0xf9

/** A protected frame of a message, as `source` sends it. */
export function frameOf<V>(codec: Codec<V>, location: number, values: V, counter: number, source = TOOL): { id: number, data: Uint8Array } {
  const id = messageId(codec.priority, codec.page, codec.kind, location, source)
  const data = new Uint8Array(codec.length)
  codec.encode(values, data)
  protect(data, data.length, dataIdOf(id), counter % 15)
  return { id, data }
}

/** Puts a message on the bus of a board; `false`: its filters kept it out. */
export function sendTo<V>(hal: FakeHal, codec: Codec<V>, location: number, values: V, counter: number, source = TOOL): boolean {
  const frame = frameOf(codec, location, values, counter, source)
  return hal.bus.deliver(frame.id, frame.data)
}

/** The messages of one row that a board has sent so far, decoded, oldest first. */
export function sentBy<V>(hal: FakeHal, codec: Codec<V>): V[] {
  return hal.bus.sent
    .filter(({ id, data }) => isBroadcastKind(id) && pageOf(id) === codec.page && topicOfFrame(id, data, data.length) === topicOf(codec))
    .map((frame) => {
      const values = codec.create()
      codec.decode(frame.data, values)
      return values
    })
}
