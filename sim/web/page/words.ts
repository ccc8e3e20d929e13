import { signal } from '@preact/signals'
import type { DbcDatabase, MessageReading } from '#sim/diag/dbc/index.ts'
import { describeReading, DiagnosisDescriber, FrameDescriber, type FrameDescription } from '#sim/diag/index.ts'
import type { LinkFrame } from '#sim/gateway/browser.ts'
import { load } from './parts.ts'

const database = signal<DbcDatabase | undefined>(undefined)
const names = signal<string[]>([])

/** Every signal that the DBC knows, after its message. */
export function foreignNames(): string[] {
  return names.value
}

/** Takes a DBC file, which goes before our own messages from now on; answers how many messages it describes: none, and nothing changes. */
export async function takeDbc(bytes: Uint8Array): Promise<number> {
  const { DbcDatabase, dbcText, parseDbc } = await load('dbc')
  const { messages } = parseDbc(dbcText(bytes))
  if (messages.length > 0) {
    database.value = new DbcDatabase(messages)
    names.value = messages.flatMap(({ name, signals }) => signals.map(each => `${name} ${each.name}`))
  }
  return messages.length
}

/** What the DBC says of a frame; undefined: nothing, or there is none. */
export function readForeign(frame: LinkFrame): MessageReading | undefined {
  return frame.error || frame.remote ? undefined : database.value?.read(frame)
}

/** Describes one frame by itself: of a message of several it is a part, and that the others are not there is no problem. */
export function describeAlone(frame: LinkFrame): FrameDescription {
  const words = describer()(frame)
  return 'isoTp' in words.json ? { ...words, problem: '' } : words
}

/** Describes frames in their order: by the DBC, as parts of diagnosis, or by our catalogue. */
export function describer(): (frame: LinkFrame) => FrameDescription {
  const catalogue = new FrameDescriber()
  const diagnosis = new DiagnosisDescriber()
  return (frame) => {
    const reading = readForeign(frame)
    return reading === undefined ? diagnosis.describe(frame) ?? catalogue.describe(frame) : describeReading(reading, '')
  }
}
