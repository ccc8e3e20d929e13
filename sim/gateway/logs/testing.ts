import { formatCandumpLine } from './candump.ts'
import { LOG_FORMATS, type BadLine, type LogFormat } from './format.ts'
import { NO_DETAILS, type Direction, type LogDetails, type LogFrame } from './log-frame.ts'
import { cloneLinkFrame } from '../link-frame.ts'
import type { LinkFrame } from '../link.ts'

/** For tests: a kind of log by its name. */
function formatNamed(name: string): LogFormat {
  const format = LOG_FORMATS.find(other => other.name === name)
  if (!format) throw new Error(`no log format ${name}`)
  return format
}

/** For tests: everything in a log whose bytes come in these pieces. */
export function readLog(name: string, pieces: readonly Uint8Array[]): { frames: LogFrame[], bad: BadLine[] } {
  const frames: LogFrame[] = []
  const bad: BadLine[] = []
  const reader = formatNamed(name).reader({
    onFrame: frame => frames.push({ ...frame, ...cloneLinkFrame(frame) }),
    onBadLine: line => bad.push(line),
  })
  for (const piece of pieces) reader.push(piece)
  reader.end()
  return { frames, bad }
}

/** For tests: the bytes of a log with these frames. */
export function writeLog(
  name: string, frames: readonly (LinkFrame & Partial<LogDetails>)[], direction: (frame: LinkFrame) => Direction = () => '',
): Uint8Array {
  const writer = formatNamed(name).writer()
  const pieces: Buffer[] = []
  const add = (piece: string | Uint8Array): void => {
    pieces.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.from(piece))
  }
  for (const frame of frames) add(writer.frame(frame, { ...NO_DETAILS, direction: direction(frame), ...frame }))
  add(writer.end())
  return Uint8Array.from(Buffer.concat(pieces))
}

/** For tests: a frame as candump writes it, without time and interface. */
export function asCandump(frame: LogFrame): string {
  return formatCandumpLine(frame, frame).trimEnd().replace(/^\(\S+\) \S+ /, '')
}
