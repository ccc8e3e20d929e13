import { SourceMap } from 'node:module'

/** A place in an artefact as engines write it: `hub.js:2:345`, `:2:345`, Espruino's `line 2 col 345`. */
const PLACE = /(?:[\w./-]*\.js)?:(\d+):(\d+)|\bline (\d+) col (\d+)/g

/** The text of a stack trace or a log from a board, each place in its artefact replaced by file and line of the source. */
export function mapTrace(text: string, map: string): string {
  const places = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0])
  return text.replace(PLACE, (place, line?: string, column?: string, espruinoLine?: string, espruinoColumn?: string) => {
    const found = places.findEntry(Number(line ?? espruinoLine) - 1, Number(column ?? espruinoColumn) - 1)
    return 'originalSource' in found ? `${found.originalSource}:${found.originalLine + 1}` : place
  })
}
