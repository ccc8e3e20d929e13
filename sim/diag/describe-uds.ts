import { didNamed, DIDS, dtcStatusNames, dtcText, faultNamed, readDid } from '#protocol/catalogue/index.ts'
import {
  ALL_DTCS, FAULT_REPORT, NEGATIVE_RESPONSE, NRC, POSITIVE, ROUTINE, SERVICE, SESSION, SUPPRESS,
} from '#protocol/index.ts'
import { bytesText } from './describe-frame.ts'
import { number } from './big-endian.ts'

/** A message of UDS (ISO 14229-1) in words. */
export interface UdsDescription {
  readonly service: string
  readonly kind: 'request' | 'answer' | 'refusal'
  /** What of it: data identifiers with their values, trouble codes, routines, the reason of a refusal. */
  readonly text: string
}

const ROUTINE_ACTIONS = { start: 1, stop: 2, result: 3 } as const
const RESETS = { hard: 1, key: 2, soft: 3 } as const
const DTC_BYTES = 3
/** Data identifiers of one message that are named. */
const MOST_DIDS = 32
const ROW_BYTES = 4
/** Behind service, report and available status. */
const ROWS_AT = 3

const hex = (value: number, digits: number): string => `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`

function named(table: Readonly<Record<string, number>>, code: number | undefined, digits = 2): string {
  if (code === undefined) return ''
  return Object.keys(table).find(name => table[name] === code) ?? hex(code, digits)
}

/** What a message says; undefined: no service that hubs have. `ours`: data, routines and trouble codes are those of our hubs. */
export function describeUds(message: Uint8Array, ours: boolean): UdsDescription | undefined {
  const [first, second, third] = message
  if (first === undefined) return undefined
  if (first === NEGATIVE_RESPONSE) {
    return { service: named(SERVICE, second), kind: 'refusal', text: named(NRC, third) }
  }
  const kind = (first & POSITIVE) === 0 ? 'request' : 'answer'
  const code = first & ~POSITIVE
  const service = named(SERVICE, code)
  if (service.startsWith('0x')) return undefined
  return { service, kind, text: ours ? content(code, kind === 'answer', message) : '' }
}

function content(service: number, isAnswer: boolean, message: Uint8Array): string {
  const function_ = message[1] === undefined ? undefined : message[1] & ~SUPPRESS
  switch (service) {
    case SERVICE.session: return named(SESSION, function_)
    case SERVICE.reset: return named(RESETS, function_)
    case SERVICE.security: return function_ === undefined ? '' : (function_ & 1) === 1 ? 'seed' : 'key'
    case SERVICE.read:
    case SERVICE.write: return message.length < 3 ? '' : data(message, isAnswer === (service === SERVICE.read))
    case SERVICE.routine: return message.length < 4 ? '' : `${named(ROUTINE_ACTIONS, function_)} ${named(ROUTINE, number(message, 2, 2), 4)}`
    case SERVICE.clearFaults: return message.length < 1 + DTC_BYTES ? '' : trouble(number(message, 1, DTC_BYTES))
    case SERVICE.readFaults: return faults(message, isAnswer)
    default: return ''
  }
}

/** Data identifiers; each with its values where they follow it. What comes behind one that is not ours is not known. */
function data(message: Uint8Array, hasValues: boolean): string {
  const told: string[] = []
  for (let at = 1; at + 2 <= message.length;) {
    if (told.length === MOST_DIDS) return `${told.join(', ')}, …`
    const did = number(message, at, 2)
    const name = didNamed(String(did))
    at += 2
    if (!hasValues) {
      told.push(name ?? hex(did, 4))
    } else if (name === undefined) {
      told.push(`${hex(did, 4)}${at < message.length ? `: ${bytesText(message.subarray(at), message.length - at)}` : ''}`)
      at = message.length
    } else {
      // One a port, as many as there are.
      const { eachPort, fields } = DIDS[name]
      const bytes = eachPort === true ? Infinity : fields.reduce((sum, field) => sum + field.bytes, 0)
      const records = readDid(name, message.subarray(at, at + bytes))
      told.push([name, ...records.map(record => Object.entries(record).map(([field, value]) => `${field}=${value}`).join(' '))].join(records.length > 1 ? '; ' : ' '))
      at += bytes
    }
  }
  return told.join(', ')
}

function trouble(dtc: number): string {
  if (dtc === ALL_DTCS) return 'all'
  const fault = faultNamed(dtc)
  return [dtcText(dtc), ...fault === undefined ? [] : [fault.name], ...fault?.port === undefined ? [] : [`port ${fault.port}`]].join(' ')
}

function faults(message: Uint8Array, isAnswer: boolean): string {
  const report = message[1]
  const text = named(FAULT_REPORT, report)
  const listed: string[] = []
  if (report === FAULT_REPORT.snapshot || report === FAULT_REPORT.extended) {
    const from = 2 + DTC_BYTES
    if (message.length >= from) listed.push(`${trouble(number(message, 2, DTC_BYTES))}${isAnswer ? `: ${bytesText(message.subarray(from), message.length - from)}` : ''}`)
  } else if (isAnswer && report === FAULT_REPORT.count) {
    if (message.length >= 6) listed.push(String(number(message, 4, 2)))
  } else if (isAnswer) {
    for (let at = ROWS_AT; at + ROW_BYTES <= message.length; at += ROW_BYTES) {
      listed.push(`${trouble(number(message, at, DTC_BYTES))} (${dtcStatusNames(message[at + DTC_BYTES]!).join(', ')})`)
    }
    if (listed.length === 0) listed.push('none')
  }
  return [text, listed.join('; ')].filter(part => part !== '').join(' ')
}
