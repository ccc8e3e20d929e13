import { crc32 } from '@foxglove/crc'
import { renderOdx } from './odx.ts'

const NAME = 'spine.odx-d'
/** Of the archive's entries: exports are the same on every day. */
const DAY = '2026-11-30T00:00:00'
const DOS_DATE = (2026 - 1980) << 9 | 11 << 5 | 30
const VERSION = 20

/** The UDS of a hub as a PDX (ISO 22901-1): an archive of its ODX and an index. */
export function renderPdx(): Uint8Array {
  const index = '<?xml version="1.0" encoding="UTF-8"?>\n<CATALOG F-DTD-VERSION="ODX-2.2.0"><SHORT-NAME>spine</SHORT-NAME><ABLOCKS>'
    + '<ABLOCK UPD="UNCHANGED"><SHORT-NAME>diagnostics</SHORT-NAME><FILES>'
    + `<FILE CREATION-DATE="${DAY}" MIME-TYPE="application/x-asam.odx.odx-d">${NAME}</FILE></FILES></ABLOCK></ABLOCKS></CATALOG>\n`
  return archive([['index.xml', index], [NAME, renderOdx()]])
}

/** A ZIP file whose entries are not packed. */
function archive(files: readonly (readonly [name: string, text: string])[]): Uint8Array {
  const pieces: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [name, text] of files) {
    const [title, data] = [encoded(name), encoded(text)]
    const head = [VERSION, 0, 0, 0, DOS_DATE]
    const sizes = [crc32(data), data.length, data.length]
    const local = [...numbers(4, 0x04034b50), ...numbers(2, ...head), ...numbers(4, ...sizes), ...numbers(2, title.length, 0), ...title]
    directory.push(Uint8Array.from([
      ...numbers(4, 0x02014b50), ...numbers(2, VERSION, ...head), ...numbers(4, ...sizes),
      ...numbers(2, title.length, 0, 0, 0, 0), ...numbers(4, 0, at), ...title,
    ]))
    pieces.push(Uint8Array.from(local), data)
    at += local.length + data.length
  }
  const length = directory.reduce((sum, { length }) => sum + length, 0)
  const end = Uint8Array.from([
    ...numbers(4, 0x06054b50), ...numbers(2, 0, 0, files.length, files.length), ...numbers(4, length, at), ...numbers(2, 0),
  ])
  return joined([...pieces, ...directory, end])
}

/** Little endian. */
function numbers(bytes: number, ...values: number[]): number[] {
  return values.flatMap(value => Array.from({ length: bytes }, (_, i) => value >>> 8 * i & 0xff))
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
