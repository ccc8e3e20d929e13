import { type FieldRow, limitsOf, type MessageRow } from '#protocol/catalogue/index.ts'
import { buildName, type CanFrame, claimId, createFrame, hubAddress, LOCATION, messageId, TOOL_ADDRESSES } from '#protocol/index.ts'
import { encodeEntry, ENTRIES, entryNamed, locationNamed } from '#protocol/messages/index.ts'
import type { Prng } from '../../kernel/index.ts'
import { pick, whole } from '../dice.ts'
import { RECALLED } from '../recollection.ts'
import { sendAsTool, type Stage } from '../stage.ts'
import { figure, kinds, type Params, text } from './kind.ts'

const TO_HUBS = ENTRIES.filter(({ row }) => row.page === 1)
const FIRST_CLASS_KIND = 8
const COMMANDS = TO_HUBS.filter(({ row }) => 'sequence' in row.fields && 'action' in row.fields)
/** A quarter of what a tool says to hubs is no command to a component. */
const OTHER_SHARE = 0.25
/** What somebody says who pretends to be a hub: grants, requests, states. */
const IN_HUBS_NAME = ENTRIES.filter(({ row }) => row.kind < FIRST_CLASS_KIND || row.page === 1)
const COUNTERS = 15
const STANDARD_IDS = 0x800
const EXTENDED_IDS = 0x2000_0000

/** What a laptop on the bus does, in good and in bad faith. */
export const TOOL_KINDS = kinds({
  tool: {
    summary: 'a tool sends any message to hubs, with right checksum and values in range', perMinute: 10,
    draw: (dice) => {
      const { row } = pick(dice, dice.chance(OTHER_SHARE) ? TO_HUBS : COMMANDS)
      const location = pick(dice, row.locations)
      const source = pick(dice, TOOL_ADDRESSES)
      // Its own address last: a field of the stereo's is called source too.
      return { for_ms: 0, with: { message: row.name, location, ...drawFields(dice, row), source } }
    },
    begin: (stage, params) => sendAsTool(stage, message(stage, params)),
  },
  garbage: {
    summary: 'any frame at all, many of them nearly right', perMinute: 6,
    draw: (dice) => {
      const { row } = pick(dice, TO_HUBS)
      const nearly = dice.chance(0.5)
      const extended = nearly || dice.chance(0.7)
      const any = dice.below(extended ? EXTENDED_IDS : STANDARD_IDS)
      const id = nearly ? messageId(row.priority, row.page, row.kind, dice.below(16), TOOL_ADDRESSES[0]!) : any
      let data = ''
      for (let i = dice.below(9); i > 0; i--) data += dice.below(256).toString(16).padStart(2, '0')
      return { for_ms: 0, with: { id, format: dice.chance(0.05) ? 'remote' : extended ? 'extended' : 'standard', data } }
    },
    begin: (stage, params) => sendAsTool(stage, rawFrame(params)),
  },
  impostor: {
    summary: 'a tool speaks in the name of a hub, with right checksum', perMinute: 3,
    draw: (dice) => {
      const { row } = pick(dice, IN_HUBS_NAME)
      const location = pick(dice, row.locations)
      const sender = row.page === 0 && location !== 'ALL' ? location : pick(dice, row.senders)
      const counter = dice.below(COUNTERS)
      return { for_ms: 0, with: { message: row.name, location, ...drawFields(dice, row), source: hubAddress(LOCATION[sender]), counter } }
    },
    begin: (stage, params) => {
      const { message: name, location, source, counter, ...values } = params
      return sendAsTool(stage, encodeEntry(entryNamed(String(name)), locationNamed(String(location)), values, {
        source: Number(source), counter: Number(counter),
      }))
    },
  },
  replay: {
    summary: 'a frame that somebody recorded is said again, once or some times', perMinute: 5,
    draw: dice => ({ for_ms: 0, with: { back: dice.below(RECALLED), times: whole(dice, 1, 3) } }),
    begin: (stage, params) => {
      const frame = stage.past.recall(figure(params, 'back'))
      if (frame === undefined) return false
      for (let i = figure(params, 'times'); i > 0; i--) sendAsTool(stage, frame)
      return true
    },
  },
  claim: {
    summary: 'somebody claims the address of a hub', perMinute: 1,
    draw: (dice, names) => ({
      for_ms: 0, with: { address: 0x81 + dice.below(names.hubs.length), identity: dice.below(0x20_0000), function: dice.below(256) },
    }),
    begin: (stage, params) => claim(stage, figure(params, 'address'), figure(params, 'function'), figure(params, 'identity')),
  },
  rival: {
    summary: 'a hub is reset, and somebody with a lower NAME claims its address before it does', perMinute: 1,
    draw: (dice, names) => ({ for_ms: whole(dice, 20, 400), with: { hub: pick(dice, names.hubs), identity: dice.below(0x20_0000) } }),
    begin: ({ car }, params) => {
      car.resetHub(text(params, 'hub'), 'requested')
      return true
    },
    end: (stage, params) => void claim(stage, hubAddress(LOCATION[locationNamed(text(params, 'hub'))]), 0, figure(params, 'identity')),
  },
})

function claim(stage: Stage, address: number, ofFunction: number, identity: number): boolean {
  const frame = createFrame(8)
  frame.id = claimId(address)
  frame.length = 8
  frame.data.set(buildName({
    identity, manufacturer: 0x7ff, ecuInstance: 0, functionInstance: 0, function: ofFunction,
    vehicleSystem: 0, vehicleSystemInstance: 0, industryGroup: 1, arbitraryAddress: 0,
  }))
  return sendAsTool(stage, frame)
}

function drawFields(dice: Prng, row: MessageRow): Record<string, number> {
  const fields: Record<string, number> = {}
  for (const [name, field] of Object.entries(row.fields)) fields[name] = drawField(dice, field)
  return fields
}

function drawField(dice: Prng, field: FieldRow): number {
  if (field.kind === 'flag') return dice.below(2)
  if (field.kind === 'enum') return pick(dice, Object.values(field.values!))
  const { min, max } = limitsOf(field)
  const scale = field.scale ?? 1
  const value = min + dice.below(Math.round((max - min) / scale) + 1) * scale
  return Number(Math.min(max, value).toFixed(3))
}

function message({ sender }: Stage, params: Params): CanFrame {
  const { message: name, location, source, ...values } = params
  return sender.encode(entryNamed(String(name)), locationNamed(String(location)), values, Number(source))
}

function rawFrame(params: Params): CanFrame {
  const frame = createFrame(8)
  frame.id = figure(params, 'id')
  frame.extended = text(params, 'format') === 'extended' || frame.id >= STANDARD_IDS
  frame.remote = text(params, 'format') === 'remote'
  const bytes = text(params, 'data').match(/../g) ?? []
  frame.length = bytes.length
  bytes.forEach((byte, i) => frame.data[i] = parseInt(byte, 16))
  return frame
}
