import { createHash } from 'node:crypto'
import { SourceMap, type SourceMapping } from 'node:module'

import { type ArtefactHead, headOf } from './artefact.ts'
import { LINES_ABOVE, PROGRAM_MARK } from './program.ts'

/** An artefact and its map, as they were written. */
export interface Traced {
  readonly artefact: string
  readonly map: string
}

export interface MappedTrace {
  readonly text: string
  /** Places that were found in the sources. */
  readonly found: number
  /** Places that name the artefact, and are none of it. */
  readonly strange: number
}

/** The trace, or the map, is not of this artefact: one line. */
export class TraceError extends Error {}

/** `z (hub:5:34)`, `hub:5:57`; Espruino up to 2v21: `line 5 col 34 in .bootcde`. */
const PLACE = new RegExp([
  /(?<at>\bat (?:[^\n]*? \()?)(?<file>[^\s():]+):(?<line>\d+):(?<column>\d+)(?![\d:])/,
  /\bline (?<oldLine>\d+) col (?<oldColumn>\d+) in (?<oldFile>[^\s():]+)/,
].map(({ source }) => source).join('|'), 'g')
/** A program as Espruino runs it: from its file of Storage, or as its boot code. */
const ESPRUINO_FILES = ['hub', '.bootcde']
/** The module of a hub in a project of Moddable's. */
const XS_FILE = 'hub.js'
/** What a line of a trace, or of a console, says of the program that runs. */
const PROGRAM_HEAD = new RegExp(`${PROGRAM_MARK}(\\{[^\\n}]*\\})`)

/**
 * A stack trace or a log from a board, each place in this artefact replaced by file and line of the source, whether the artefact runs
 * alone or below its board's part.
 * @throws TraceError the map is of another build than the artefact, or the trace names another program.
 */
export function mapTrace(text: string, { artefact, map }: Traced): MappedTrace {
  const head = checkedHead(artefact, map)
  const told = PROGRAM_HEAD.exec(text)
  if (told !== null) checkProgram(told[1]!, head)
  const lines = artefact.split('\n')
  const places = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0])
  let [found, strange] = [0, 0]
  const mapped = plain(text).replace(PLACE, (place: string, ...rest: unknown[]) => {
    const { at = '', file, line, column, oldFile, oldLine, oldColumn } = rest.at(-1) as Partial<Record<string, string>>
    const above = linesAbove(head, (file ?? oldFile)!)
    if (above === undefined) return place
    const row = Number(line ?? oldLine) - 1 - above
    // The board's part, which has no map.
    if (row < 0) return place
    const start = startOf(head, lines[row] ?? '', Number(column ?? oldColumn) - 1)
    // Past the last entry of a map comes its last one, of another line.
    const entry: Partial<SourceMapping> = start >= 0 && start <= (lines[row]?.length ?? -1) ? places.findEntry(row, start) : {}
    if (entry.originalSource === undefined || entry.generatedLine !== row) {
      strange++
      return place
    }
    found++
    return `${at}${entry.originalSource}:${entry.originalLine! + 1}`
  })
  return { text: mapped, found, strange }
}

/** A recording of a console without what moves its cursor, and without the marks that point at a column of a line that it did not print. */
function plain(text: string): string {
  return text.replace(/\x1b\[[\d;]*[A-Za-z]|[\x08\r]/g, '').replace(/^ {140,}\^\n\n?/gm, '')
}

/** Where a column begins in a line: Espruino counts bytes of UTF-8. Past its end it is as told. */
function startOf({ engine }: ArtefactHead, line: string, column: number): number {
  const bytes = engine === 'espruino' ? Buffer.from(line) : undefined
  return bytes === undefined || column < 0 || column > bytes.length ? column : bytes.subarray(0, column).toString().length
}

/** Lines above the artefact in this file; undefined: it is another file. */
function linesAbove({ hub, engine }: ArtefactHead, file: string): number | undefined {
  const name = file.replace(/^.*[/\\]/, '')
  if (name === `${hub}.${engine}.js`) return 0
  if (engine === 'espruino') return ESPRUINO_FILES.includes(file) ? LINES_ABOVE : undefined
  return name === XS_FILE ? LINES_ABOVE : undefined
}

function checkedHead(artefact: string, map: string): ArtefactHead {
  const head = headOf(artefact)
  const of = shaOf(map)
  const code = artefact.slice(artefact.indexOf('\n') + 1)
  if (head === undefined || head.sha256 !== of || createHash('sha256').update(code).digest('hex') !== of) throw new TraceError('an artefact and its map are of two builds')
  return head
}

/** Of what the map is; undefined: it is no map, as when its disk was full. */
function shaOf(map: string): string | undefined {
  try {
    return (JSON.parse(map) as { x_sha256?: string } | null)?.x_sha256
  } catch {
    return undefined
  }
}

function checkProgram(json: string, { hub, version }: ArtefactHead): void {
  let told: { hub?: string, version?: string }
  try {
    told = JSON.parse(json) as typeof told
  } catch {
    return
  }
  if (told.hub !== hub || told.version !== version) throw new TraceError(`the trace is of ${told.hub} ${told.version}, and what was built last is ${hub} ${version}`)
}
