import { deflateRawSync } from 'node:zlib'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { formatCandumpLine } from '#sim/gateway/logs/index.ts'
import { type Drive, readDrive, Session } from '#sim/live/index.ts'

/** What happens in the drive that Node and browsers are compared by. */
export const DRIVE: Drive = {
  seed: 7, for_ms: 12_000,
  faults: { copper: [{ kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.2, at_ms: 3000 }] },
  events: [
    { at_ms: 1500, kind: 'press', for_ms: 3000, with: { switch: 'DASH.windowFL.down' } },
    { at_ms: 5000, kind: 'obstacle', for_ms: 6000, with: { window: 'FL.window', opening_mm: 150, stiffness_N_mm: 10 } },
    { at_ms: 5200, kind: 'press', for_ms: 200, with: { switch: 'FL.window.up' } },
    { at_ms: 8000, kind: 'cut', for_ms: 1000, with: { cable: 'drop.RR' } },
  ],
}

/** What follows the address of a page. */
export const fragment = (drive: unknown): string => `#drive=${deflateRawSync(JSON.stringify(drive)).toString('base64url')}`

/** What its bus says in Node, as candump -L writes it. */
export function logInNode(drive: Drive): string {
  const session = new Session(readDrive(drive), { now_ms: () => 0, after: () => () => undefined }, () => undefined)
  const lines: string[] = []
  const seen = createLinkFrame()
  session.car.bus.tap(({ frame, end_ns }) => lines.push(formatCandumpLine(Object.assign(seen, frame, { timestamp_ns: end_ns }))))
  session.car.boot()
  session.finish()
  return lines.join('')
}
