import { formatCandumpLine } from '../candump.ts'
import { LOG_FORMATS, type LogFormat } from '../format.ts'
import type { BadLine } from '../log-io.ts'
import { NO_DETAILS, type Direction, type LogDetails, type LogFrame } from '../log-frame.ts'
import { cloneLinkFrame } from '../../link-frame.ts'
import type { LinkFrame } from '../../link.ts'

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
  const reader = formatNamed(name).reader!({
    onFrame: frame => frames.push({ ...frame, ...cloneLinkFrame(frame) }),
    onBadLine: line => bad.push(line),
  })
  for (const piece of pieces) reader.push(piece)
  reader.end()
  return { frames, bad }
}

type Written = LinkFrame & Partial<LogDetails>

/** For tests: the bytes of a log with these frames. */
export function writeLog(name: string, frames: readonly Written[], direction: (frame: LinkFrame) => Direction = () => ''): Uint8Array {
  return writeWhatFits(name, frames, direction).bytes
}

/** For tests: the bytes of a log with those of these frames that such logs can hold, and which they are. */
export function writeWhatFits<Frame extends Written>(
  name: string, frames: readonly Frame[], direction: (frame: LinkFrame) => Direction = () => '',
): { bytes: Uint8Array, taken: Frame[] } {
  const writer = formatNamed(name).writer!()
  const pieces: Buffer[] = []
  const add = (piece: string | Uint8Array): void => void pieces.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.from(piece))
  const taken = frames.filter((frame) => {
    const piece = writer.frame(frame, { ...NO_DETAILS, direction: direction(frame), ...frame })
    if (piece !== undefined) add(piece)
    return piece !== undefined
  })
  add(writer.end())
  const bytes = Uint8Array.from(Buffer.concat(pieces))
  bytes.set(writer.finalHead?.() ?? [])
  return { bytes, taken }
}

/** For tests: a frame as candump writes it, without time and interface. */
export function asCandump(frame: LogFrame): string {
  return formatCandumpLine(frame, frame).trimEnd().replace(/^\(\S+\) \S+ /, '')
}

const TRC_HEAD = [';$FILEVERSION=2.1', ';$STARTTIME=44548.5', ';$COLUMNS=N,O,T,B,I,d,R,L,D', ';', ';   Message   Time    Type']
/** For tests: lines of a trace of version 2.1, and the frames as candump writes them. */
export const TRC_LINES: readonly (readonly [line: string, frame: string])[] = [
  ['      1      2501.000 DT 2      00C8 Tx -  8    09 08 07 06 05 04 03 02', '0C8#0908070605040302 T'],
  ['      2     17876.708 DT 1  000006F9 Rx -  2    05 0C', '000006F9#050C R'],
  ['      3     17877.000 RR 1      0704 Rx -  1', '704#R1 R'],
  ['      4     17878.000 DT 1      0100 Rx -  9    00 01 02 03 04 05 06 07', '100#0001020304050607_9 R'],
  ['      5     17879.000 FD 1      0101 Rx -  9    00 01 02 03 04 05 06 07 08 09 0A 0B', '101##0000102030405060708090A0B R'],
  ['      6     17880.000 FB 1      0102 Rx -  1    FF', '102##1FF R'],
  ['      7     17881.000 FE 1      0103 Rx -  0', '103##2 R'],
  ['      8     17882.000 BI 1  18FEF1A1 Tx -  1    00', '18FEF1A1##300 T'],
  ['      9     17883.000 ER 1         - Rx -  5    04 00 02 00 00', '20000088#0000000000000000'],
]
/** For tests: a whole trace, with events that are no frames. */
export const TRC_OF_ALL_KINDS = [
  ...TRC_HEAD, ...TRC_LINES.map(([line]) => line), '     10     17884.000 ST 1         - Rx -  4    00 00 00 08',
  '     11     17885.000 EC 1         - Rx -  2    01 00', '     12     17886.000 EV 1  text', ';End', '',
].join('\r\n')
