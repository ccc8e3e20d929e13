import { runInThisContext } from 'node:vm'
import { transformSync } from 'esbuild'
import {
  laterCommand, laterSequence, laterStatus, laterStatusHead, message, type MessageRow, type ValuesOf,
} from '../../catalogue/index.ts'
import type { Codec } from '../../codec.ts'
import * as fieldCode from '../../field-code.ts'
import type { NamedValues } from '../../messages/index.ts'
import { renderCodecs } from '../codec-source.ts'

/** Two classes that have no kind of their own and are in no catalogue, at places that overlap. */

export const SeatStatus = message({
  ...laterStatus, name: 'SeatStatus', class: 28, locations: ['FL', 'FR'], senders: ['FL', 'FR'], activePeriod_ms: 0,
  text: 'Heat of a seat.',
  fields: {
    ...laterStatusHead,
    level: { kind: 'count', tag: 6, start: 56, width: 2, text: 'step of the heater' },
    warmth_pct: { kind: 'measured', tag: 7, start: 58, width: 6, unit: '%', scale: 2, max: 100, text: 'warmth of the cushion' },
  },
})
export const SeatCommand = message({
  ...laterCommand, name: 'SeatCommand', class: 28, locations: ['FL', 'FR'], senders: ['DASH'], text: 'Heats a seat.',
  fields: { sequence: laterSequence, level: { kind: 'count', tag: 2, start: 28, width: 2, text: 'step of the heater' } },
})
export const BlindStatus = message({
  ...laterStatus, name: 'BlindStatus', class: 29, locations: ['FL', 'RL'], senders: ['FL', 'RL'], activePeriod_ms: 0, idlePeriod_ms: 500,
  text: 'Where a sun blind is.',
  fields: {
    ...laterStatusHead,
    state: { kind: 'enum', tag: 6, start: 56, width: 2, values: { up: 0, down: 1, between: 2 }, text: 'where it is' },
    level: { kind: 'count', tag: 7, start: 60, width: 2, text: 'quarters unrolled' },
    blocked: { kind: 'flag', tag: 8, start: 63, width: 1, text: 'it does not move' },
  },
})
export const BlindCommand = message({
  ...laterCommand, name: 'BlindCommand', class: 29, locations: ['FL', 'RL'], senders: ['DASH'], text: 'Moves a sun blind.',
  fields: {
    sequence: laterSequence,
    level: { kind: 'count', tag: 2, start: 32, width: 2, text: 'quarters to unroll' },
    position_pct: { kind: 'commanded', tag: 3, start: 40, width: 16, unit: '%', scale: 0.01, max: 100, text: 'the same, finer' },
  },
})
export const LATER_ROWS: readonly MessageRow[] = [SeatStatus, SeatCommand, BlindStatus, BlindCommand]

/** Their codecs as `npm run generate` would write them, run. */
export const LATER_CODECS = generated(LATER_ROWS)

/** The codec of one of the rows. */
export function laterCodec<Row extends MessageRow>({ name }: Row): Codec<ValuesOf<Row>> {
  // Made from this row: it reads and writes its values.
  return LATER_CODECS[name] as Codec<ValuesOf<Row>>
}

function generated(rows: readonly MessageRow[]): Record<string, Codec<NamedValues>> {
  const { code } = transformSync(renderCodecs(rows), { loader: 'ts', format: 'cjs' })
  const module: { exports: { CODECS?: Record<string, Codec<NamedValues>> } } = { exports: {} }
  const run = runInThisContext(`(function (module, exports, require) {${code}\n})`) as (...values: unknown[]) => void
  run(module, module.exports, () => fieldCode)
  return module.exports.CODECS!
}
