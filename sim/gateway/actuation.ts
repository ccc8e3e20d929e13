import { MESSAGES } from '#protocol/catalogue/index.ts'
import { type CanFrame, FIRST_CLASS_TOPIC, isBroadcastKind, LATER_KIND, pageOf, topicOf, topicOfFrame, TOPICS } from '#protocol/index.ts'

/** What is to be known of a frame before it goes onto a real bus. */
interface Duty {
  readonly actuates: boolean
  /** How long it may wait. */
  readonly lifetime_ms: number
}

const REPORT: Duty = { actuates: false, lifetime_ms: Infinity }
/** Commands to a class that this catalogue does not have, which a newer hub may: the strictest of all that there are. */
const UNKNOWN_COMMAND: Duty = {
  actuates: true, lifetime_ms: Math.min(...MESSAGES.filter(row => row.page === 1 && row.actuates).map(row => row.lifetime_ms)),
}

/** By page and topic; made once from the catalogue. */
const DUTIES: readonly Duty[][] = [0, 1].map((page) => {
  const duties = new Array<Duty>(TOPICS).fill(REPORT)
  if (page === 1) duties.fill(UNKNOWN_COMMAND, FIRST_CLASS_TOPIC).fill(UNKNOWN_COMMAND, LATER_KIND, LATER_KIND + 1)
  for (const row of MESSAGES) {
    if (row.page === page) duties[topicOf(row)] = { actuates: row.actuates, lifetime_ms: page === 1 ? row.lifetime_ms : Infinity }
  }
  return duties
})

function dutyOf({ id, data, length }: CanFrame): Duty {
  const page = pageOf(id)
  return DUTIES[page]![topicOfFrame(id, data, length)] ?? (page === 1 ? UNKNOWN_COMMAND : REPORT)
}

/**
 * Requests of UDS (ISO 14229-1) that make a hub move something, switch a load, restart or take new firmware: ECUReset,
 * InputOutputControlByIdentifier, RoutineControl, RequestDownload, TransferData, RequestTransferExit, RequestFileTransfer,
 * WriteMemoryByAddress. DiagnosticSessionControl does when it asks for the programming session.
 */
const UDS_ACTUATES = new Uint8Array(256)
for (const service of [0x11, 0x2f, 0x31, 0x34, 0x36, 0x37, 0x38, 0x3d]) UDS_ACTUATES[service] = 1
const SESSION_CONTROL = 0x10
const PROGRAMMING_SESSION = 0x02
/** The top bit of a sub-function asks for no answer. */
const SUB_FUNCTION_MASK = 0x7f
/** Normal fixed addressing (ISO 15765-2): data page 0, PF 0xDA to one node, 0xDB to all. */
const DIAGNOSTIC_MASK = 0x03fe_0000
const DIAGNOSTIC = 0x00da_0000
/** How long such a request may wait: whoever sent it has given up by then (N_Bs, N_Cr of ISO 15765-2). */
const UDS_LIFETIME_ms = 1000

/**
 * Whether the frame, on a real bus, would move something or switch a load: its row in the catalogue says so, or it begins
 * a diagnostic request that does. The location does not matter: a frame to a place that is not there moves nothing, but
 * one place judges for all cars. Of a request in several frames the first decides: the others mean nothing without it.
 */
export function actuates(frame: CanFrame): boolean {
  if (!frame.extended || frame.remote) return false
  return isBroadcastKind(frame.id) ? dutyOf(frame).actuates : requestsActuation(frame)
}

/** How long the frame may wait in a queue: the lifetime of a command of the catalogue, ms; for all others Infinity. */
export function lifetime_ms(frame: CanFrame): number {
  if (!frame.extended || frame.remote) return Infinity
  if (isBroadcastKind(frame.id)) return dutyOf(frame).lifetime_ms
  return requestsActuation(frame) ? UDS_LIFETIME_ms : Infinity
}

/** A single or first frame of ISO-TP whose service acts. Hubs decode classic and FD data frames alike. */
function requestsActuation(frame: CanFrame): boolean {
  if ((frame.id & DIAGNOSTIC_MASK) !== DIAGNOSTIC) return false
  const { data, length } = frame
  if (length < 2) return false
  const kind = data[0]! >> 4
  if (kind > 1) return false
  // The length is in the low nibble; 0 there means that a longer one follows: a byte in a single frame, four in a first one.
  const at = kind === 0 ? ((data[0]! & 15) === 0 ? 2 : 1) : ((data[0]! & 15) === 0 && data[1] === 0 ? 6 : 2)
  if (at >= length) return false
  const service = data[at]!
  if (service !== SESSION_CONTROL) return UDS_ACTUATES[service] === 1
  return at + 1 < length && (data[at + 1]! & SUB_FUNCTION_MASK) === PROGRAMMING_SESSION
}
