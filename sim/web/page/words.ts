import { signal } from '@preact/signals'
import type { DbcDatabase } from '#sim/diag/dbc/index.ts'
import { describeReading, FrameDescriber, type FrameDescription } from '#sim/diag/index.ts'
import type { LinkFrame } from '#sim/gateway/browser.ts'
import { load } from './parts.ts'

const database = signal<DbcDatabase | undefined>(undefined)

/** Takes a DBC file, which goes before our own messages from now on; answers how many messages it describes: none, and nothing changes. */
export async function takeDbc(bytes: Uint8Array): Promise<number> {
  const { DbcDatabase, dbcText, parseDbc } = await load('dbc')
  const { messages } = parseDbc(dbcText(bytes))
  if (messages.length > 0) database.value = new DbcDatabase(messages)
  return messages.length
}

/** Describes frames in their order: by the DBC, or by our catalogue. */
export function describer(): (frame: LinkFrame) => FrameDescription {
  const catalogue = new FrameDescriber()
  const dbc = database.value
  return (frame) => {
    const reading = frame.error || frame.remote ? undefined : dbc?.read(frame)
    return reading === undefined ? catalogue.describe(frame) : describeReading(reading, '')
  }
}
