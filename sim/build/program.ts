import { build } from 'esbuild'
import { createHash } from 'node:crypto'

import type { BoardPins } from '#firmware/boards/index.ts'
import { type HubTypeName, imageVersion } from '#protocol/index.ts'
import { ESPRUINO_NAMES, ESPRUINO_SYNTAX, refuse, ROOT } from './bundle.ts'
import { withExactLiterals } from './literals.ts'

/** What of the language Espruino has not, and a minifier would write. */
const MISSING = ['optional-chain', 'logical-assignment', 'object-rest-spread', 'array-spread', 'destructuring', 'default-argument', 'rest-argument', 'exponent-operator'] as const

/** All that is written to an Espruino board: its pins, its board's part, the artefact of a hub. */
export interface EspruinoProgram {
  readonly text: string
  /** SHA-256 of `text`, hexadecimal. */
  readonly sha256: string
}

/** Lines of what is written to a board above the first line of the artefact: its head, its pins, its board's part. */
export const LINES_ABOVE = 3

/** The artefact below what comes before it on a board. @throws RangeError a part that is not one line: places of a trace would be wrong. */
export function belowBoard(above: readonly string[], artefact: string): string {
  if (above.length !== LINES_ABOVE || above.some(part => part.includes('\n'))) throw new RangeError(`${LINES_ABOVE} lines come before an artefact`)
  return [...above, artefact].join('\n')
}

/** The pins of a board, with the version of what is written to it. */
export function pinsWith(version: string, pins: BoardPins): BoardPins {
  const [major, minor, patch] = version.split('.').map(Number)
  return { ...pins, version: imageVersion(major!, minor!, patch!) }
}

/** A boot that stands still for so long begins anew, s: reading a hub is to take a tenth of it on an ESP32. */
const BOOT_s = 30

/**
 * Where frames come through the console's line, it leaves that line before anything else is read: a car that runs already sends them, and
 * byte 3 in one of them ends what the interpreter reads, or has its debugger wait for ever on a line that it has no more. A bridge from
 * USB hands them on while its chip boots, hence the watchdog there; a socket of the chip's own is gone meanwhile. When no hub runs at the
 * end of the boot, whatever ended it, the console comes back.
 */
function pinsLine(pins: BoardPins): string {
  const set = `var spineRuns=false,spinePins=${JSON.stringify(pins)};`
  if (pins.can.kind !== 'serial') return set
  const { line } = pins.can
  const watchdog = line === 'Serial1' ? `E.enableWatchdog(${BOOT_s},false);` : ''
  return `E.setConsole(null,{force:true});${watchdog}setTimeout(function(){if(!spineRuns)E.setConsole(${line},{force:true})},0);${set}`
}

/** What the first line of a program says of it, as JSON behind the mark. */
export const PROGRAM_MARK = '//spine-board '

/** Puts the program of an Espruino board together; `artefact` is what `buildHub` made for Espruino. The same gives the same bytes. */
export async function espruinoProgram(hub: HubTypeName, version: string, artefact: string, pins: BoardPins): Promise<EspruinoProgram> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT, entryPoints: ['firmware/boards/espruino/main.ts'], bundle: true, write: false, format: 'iife', target: 'es2022',
    // As a template a text with a line break would take a line of its own.
    supported: { ...Object.fromEntries([...MISSING, 'template-literal'].map(name => [name, false])), ...ESPRUINO_SYNTAX }, minify: true, define: ESPRUINO_NAMES, legalComments: 'none', logLevel: 'silent', metafile: true,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  })
  refuse(metafile)
  const head = `${PROGRAM_MARK}${JSON.stringify({ hub, version, board: pins.name })}`
  const text = belowBoard([head, pinsLine(pinsWith(version, pins)), withExactLiterals(outputFiles[0]!.text).trimEnd()], artefact)
  return { text, sha256: createHash('sha256').update(text).digest('hex') }
}
