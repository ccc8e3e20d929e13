import { cmac } from '@noble/ciphers/aes.js'
import {
  type CanFrame, CLASSIC_DATA_BYTES, CommandReceiptCodec, counterOf, coveredBy, dataIdOf, E2E_COUNTER_MAX, FreshnessCodec,
  FreshnessRequestCodec, hubAddress, KEY_BYTES, KEY_ROLE, KEY_ROLES, LAST_COUNTER, LOCATION, locationOf, messageId, nextCounter, protect,
  sourceOf, TAG_AT, TAG_BYTES, TagCodec, TAGGED_BYTES, taggedBytes, TAGGING, taggingOf, tagCounter, tagFits, usedCounter, wordOf, writeTag,
} from '#protocol/index.ts'
import type { LocationName } from '#protocol/catalogue/index.ts'

export type KeyRole = keyof typeof KEY_ROLE

/** The keys of one car, or some of them: who has the tool's may command, who has the workshop's may pair and give keys. */
export type CarKeys = Readonly<Partial<Record<KeyRole, Uint8Array>>>

/** What is asked for takes the key of a role that is not there. */
export class MissingKey extends Error {
  constructor(role: KeyRole) {
    super(`the key of role ${role} is not among these`)
  }
}

/** All keys in the order of a hub's memory. @throws MissingKey */
export function keyBytes(keys: CarKeys): number[] {
  const bytes: number[] = []
  for (const role of Object.keys(KEY_ROLE) as KeyRole[]) {
    const key = keys[role]
    if (key === undefined) throw new MissingKey(role)
    bytes.push(...key)
  }
  return bytes
}

/** `{"hub": "…", "tool": "…", "workshop": "…"}`, each key in 32 hexadecimal digits. Throws Error that says what is wrong. */
export function readKeys(value: unknown): CarKeys {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('keys are an object of roles')
  const keys: Partial<Record<KeyRole, Uint8Array>> = {}
  for (const [role, text] of Object.entries(value)) {
    if (!Object.hasOwn(KEY_ROLE, role)) throw new Error(`"${role}" is no role of keys: one of ${Object.keys(KEY_ROLE).join(', ')}`)
    if (typeof text !== 'string' || !/^[0-9a-f]{32}$/i.test(text)) throw new Error(`the key of role ${role} is not ${2 * KEY_BYTES} hexadecimal digits`)
    keys[role as KeyRole] = Uint8Array.from({ length: KEY_BYTES }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16))
  }
  if (Object.keys(keys).length === 0) throw new Error(`no keys: at least one of ${Object.keys(KEY_ROLE).join(', ')}`)
  return keys
}

/** Keys of a car made of so many random bytes (`KEY_ROLES` × `KEY_BYTES`). */
export function makeKeys(random: Uint8Array): Record<KeyRole, string> {
  const text = (role: number): string => Array.from(random.subarray(role * KEY_BYTES, (role + 1) * KEY_BYTES),
    byte => byte.toString(16).padStart(2, '0')).join('')
  if (random.length !== KEY_ROLES * KEY_BYTES) throw new RangeError(`${random.length} random bytes are not ${KEY_ROLES * KEY_BYTES}`)
  return { hub: text(KEY_ROLE.hub), tool: text(KEY_ROLE.tool), workshop: text(KEY_ROLE.workshop) }
}

/** The workshop's answer to a seed of SecurityAccess. @throws MissingKey */
export function workshopAnswer(keys: CarKeys, seed: number): number {
  if (keys.workshop === undefined) throw new MissingKey('workshop')
  const word = new Uint8Array(4)
  new DataView(word.buffer).setUint32(0, seed)
  const mac = cmac(word, keys.workshop)
  return new DataView(mac.buffer, mac.byteOffset).getUint32(0)
}

/** What a hub says of a command that it has taken. */
interface Receipt {
  readonly location: number
  readonly topic: number
  readonly sender: number
  readonly sequence: number
}

/** Puts tags behind a tool's commands, and believes receipts of hubs: learns their challenges from the frames it hears. */
export class ToolSeal {
  private readonly key: Uint8Array
  private readonly challenges = new Map<number, { challenge: number, used: number }>()
  private readonly counters = new Map<number, number>()
  private readonly block = new Uint8Array(TAGGED_BYTES)

  /** @throws MissingKey without the tool's. */
  constructor(keys: CarKeys) {
    if (keys.tool === undefined) throw new MissingKey('tool')
    this.key = keys.tool
  }

  /** Any frame of the bus. */
  hear({ id, data, length }: CanFrame): void {
    const location = locationOf(id)
    if (id !== messageId(FreshnessCodec.priority, FreshnessCodec.page, FreshnessCodec.kind, location, hubAddress(location))) return
    if (length < FreshnessCodec.length) return
    const values = FreshnessCodec.create()
    FreshnessCodec.decode(data, values)
    const challenge = wordOf(values.challengeLow, values.challengeHigh)
    if (this.challenges.get(location)?.challenge !== challenge) this.challenges.set(location, { challenge, used: 0 })
  }

  /** Whether a command to this hub can be tagged, and its receipt be believed. */
  knows(location: LocationName): boolean {
    return (this.challenges.get(LOCATION[location])?.used ?? LAST_COUNTER) < LAST_COUNTER
  }

  /** A receipt of a command that was sealed here; undefined: this frame is none, or is forged or old. */
  receipt({ id, data, length }: CanFrame): Receipt | undefined {
    const location = locationOf(id)
    const known = this.challenges.get(location)
    const { priority, page, kind, length: least } = CommandReceiptCodec
    if (known === undefined || id !== messageId(priority, page, kind, location, hubAddress(location)) || length < least) return undefined
    const counter = usedCounter(known.used, tagCounter(data, TAG_AT.receipt))
    if (counter <= 0 || !tagFits(data, TAG_AT.receipt, this.mac(id, known.challenge, counter, data, TAG_AT.receipt))) return undefined
    const values = CommandReceiptCodec.create()
    CommandReceiptCodec.decode(data, values)
    return { location, topic: values.topic, sender: values.sender, sequence: values.sequence }
  }

  /**
   * Tags a command: puts the tag behind it and renews its E2E header, or returns the `Tag` to be sent right after it. Other frames,
   * and those to hubs that say no challenge, stay as they are.
   */
  seal(frame: CanFrame): CanFrame | undefined {
    const { id, data, length } = frame
    const known = this.challenges.get(locationOf(id))
    const tagging = taggingOf(id, data)
    if (tagging === TAGGING.open || known === undefined || known.used >= LAST_COUNTER) return undefined
    // It has one already.
    if (tagging === TAGGING.inside && length + TAG_BYTES > CLASSIC_DATA_BYTES) return undefined
    known.used++
    const mac = this.mac(id, known.challenge, known.used, data, length)
    if (tagging === TAGGING.behind) return this.companion(frame, mac, known.used)
    if (data.length < length + TAG_BYTES) {
      frame.data = new Uint8Array(CLASSIC_DATA_BYTES)
      frame.data.set(data)
    }
    writeTag(frame.data, length, mac, known.used)
    frame.length = length + TAG_BYTES
    protect(frame.data, frame.length, dataIdOf(id), counterOf(frame.data))
    return undefined
  }

  private companion(frame: CanFrame, mac: Uint8Array, used: number): CanFrame {
    const { priority, page, kind, length } = TagCodec
    const location = locationOf(frame.id)
    const id = messageId(priority, page, kind, location, sourceOf(frame.id))
    const data = new Uint8Array(CLASSIC_DATA_BYTES)
    data[2] = coveredBy(frame.id, frame.data)
    writeTag(data, TAG_AT.tag, mac, used)
    const counter = nextCounter(this.counters.get(location) ?? E2E_COUNTER_MAX)
    this.counters.set(location, counter)
    protect(data, length, dataIdOf(id), counter)
    return { ...frame, id, data, length }
  }

  private mac(id: number, challenge: number, counter: number, data: Uint8Array, length: number): Uint8Array {
    const bytes = taggedBytes(this.block, id, challenge, counter, data, length)
    return cmac(this.block.slice(0, bytes), this.key)
  }
}

/** The values of a FreshnessRequest to one hub. */
export function freshnessRequest(location: LocationName): { target: number } {
  return { ...FreshnessRequestCodec.create(), target: LOCATION[location] }
}
