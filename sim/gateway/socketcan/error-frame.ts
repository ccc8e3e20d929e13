/** Class bits of an error frame's identifier and details in its data: Linux, include/uapi/linux/can/error.h. */
const CLASS_CONTROLLER = 0x004
const CLASS_BUS_OFF = 0x040
const CLASS_RESTARTED = 0x100
const CONTROLLER_RX_OVERFLOW = 0x01
const CONTROLLER_PASSIVE = 0x10 | 0x20
const CONTROLLER_WARNING = 0x04 | 0x08
const CONTROLLER_ACTIVE = 0x40

const CLASSES: readonly (readonly [bit: number, words: string])[] = [
  [0x001, 'transmit timeout'], [0x002, 'arbitration lost'], [0x004, 'controller'], [0x008, 'protocol violation'],
  [0x010, 'transceiver'], [0x020, 'no acknowledgement'], [0x040, 'bus-off'], [0x080, 'bus error'], [0x100, 'restarted'],
]
const CONTROLLER_DETAILS: readonly (readonly [bit: number, words: string])[] = [
  [0x01, 'receive overflow'], [0x02, 'transmit overflow'], [0x04, 'receive warning'], [0x08, 'transmit warning'],
  [0x10, 'receive passive'], [0x20, 'transmit passive'], [0x40, 'active again'],
]

/** What an error frame says of the controller; `undefined`: nothing about its state. */
export type BusEvent = 'bus-off' | 'restarted' | 'error-passive' | 'error-active' | undefined

/** What the frame says of the controller's state. Anything is accepted; the worst thing said counts. */
export function busEvent(id: number, data: Uint8Array): BusEvent {
  if (id & CLASS_BUS_OFF) return 'bus-off'
  if (id & CLASS_RESTARTED) return 'restarted'
  if ((id & CLASS_CONTROLLER) === 0 || data.length < 2) return undefined
  if (data[1]! & CONTROLLER_PASSIVE) return 'error-passive'
  if (data[1]! & (CONTROLLER_ACTIVE | CONTROLLER_WARNING)) return 'error-active'
  return undefined
}

/** Whether the controller says that it had no room for at least one received frame. */
export function tellsOverflow(id: number, data: Uint8Array): boolean {
  return (id & CLASS_CONTROLLER) !== 0 && data.length > 1 && (data[1]! & CONTROLLER_RX_OVERFLOW) !== 0
}

/** The frame in words for people, such as `controller: receive passive, no acknowledgement`. */
export function describeErrorFrame(id: number, data: Uint8Array): string {
  const parts: string[] = []
  for (const [bit, words] of CLASSES) {
    if ((id & bit) === 0) continue
    const details = bit === CLASS_CONTROLLER && data.length > 1
      ? CONTROLLER_DETAILS.filter(([detail]) => (data[1]! & detail) !== 0).map(([, text]) => text)
      : []
    parts.push(details.length > 0 ? `${words}: ${details.join(', ')}` : words)
  }
  return parts.join(', ') || 'unspecified error'
}
