import { inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { Script } from '#sim/fuzz/index.ts'
import { readDrive } from '#sim/live/index.ts'
import { pageLine } from './page-link.ts'

it('a script stands in a link as the page reads it', () => {
  const script: Script = { seed: 7, for_ms: 9000, events: [{ at_ms: 1500, kind: 'press', for_ms: 200, with: { switch: 'DASH.windowFL.down' } }] }
  const packed = /index\.html#drive=([\w-]+)$/.exec(pageLine(script))![1]!
  expect(readDrive(JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url')).toString()))).toMatchObject(script)
})
