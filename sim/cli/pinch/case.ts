import {
  type CaseMoment, type CaseParameter, type CaseValues, changedCase, drawCase, type HeldRanges, heldSpace, nominalCase,
  SITUATIONS, situationOf, SPACE, tellCase, traceCase, traceSvg,
} from '#sim/pinch/index.ts'
import { describe, usage } from '../lib/failure.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import type { Held, JudgeOptions } from './options.ts'
import { coloured } from './random.ts'

/** Which case: number `number` of the cases of `seed`, or the nominal one; and what is different about it. */
export interface CaseChoice {
  readonly drawn: { readonly seed: number, readonly number: number } | undefined
  readonly given: Partial<CaseValues>
}

/** `7:123`, `rod=2,place=0.5`, or both: `7:123,road_m_s2=0`. */
export function parseCase(text: string): CaseChoice {
  const parts = text.split(',')
  const numbered = /^(\d+):(\d+)$/.exec(parts[0]!)
  const given = Object.fromEntries(parts.slice(numbered === null ? 0 : 1).map((part) => {
    const [name, value] = named(part, ', nor a case such as 7:123 (seed:number)')
    return [name, Number(value)]
  }))
  return { drawn: numbered === null ? undefined : { seed: Number(numbered[1]), number: Number(numbered[2]) }, given }
}

/** `road_m_s2=2,late_mm=0..13`: parameters that have one value, or lie in a range. */
export function parseHeld(text: string): Held {
  const ranges = Object.fromEntries(text.split(',').map((part) => {
    const [name, value] = named(part, '')
    const [low, high = low] = value.split('..')
    return [name, [Number(low), Number(high)]]
  })) as HeldRanges
  try {
    return { text, space: heldSpace(ranges) }
  } catch (error) {
    throw usage(describe(error))
  }
}

function named(part: string, alternative: string): [CaseParameter, string] {
  const [name, value] = part.split('=')
  if (name === undefined || !Object.hasOwn(SPACE, name)) throw usage(`"${part}" is no parameter${alternative}: there are ${Object.keys(SPACE).join(', ')}`)
  const parameter = name as CaseParameter
  if (value === undefined || value.trim() === '') throw usage(`"${part}" has no value: write it like ${name}=${SPACE[parameter].nominal}`)
  return [parameter, value]
}

/** Around the press every moment is shown, elsewhere one in a tenth of a second. */
const SPARSE_ms = 100
const AROUND_ms = 150
const COLUMNS = [
  right('ms'), right('gap mm'), right('speed mm/s'), right('force N'), right('taken for N'), right('port A'), right('plug V'),
]

/** `--case`: one closing again, over time. `save` writes the picture. */
export function showCase(
  choice: CaseChoice, closing: boolean, options: JudgeOptions, terminal: Terminal, save: ((svg: string) => void) | undefined,
): void {
  const values = valuesOf(choice, closing, options.held)
  const { result, moments } = traceCase(values, options.detection, closing)
  const met = closing ? 'nothing is in the way' : tellCase(values)
  save?.(traceSvg(moments, met))
  tell(terminal, options.json, () => ({ detection: options.detection, closing, values, result, moments }), () => [
    `${met}\n`,
    table(terminal, COLUMNS, shown(moments).map(({ time_ms, gap_mm, speed_mm_s, force_N, estimated_N, current_A, plug_V }) => [
      String(time_ms), ...[gap_mm, speed_mm_s, force_N, estimated_N, current_A, plug_V].map(value => value.toFixed(1)),
    ])),
    `${result.end}${closing ? '' : `, ${coloured(result.peak_N, terminal)} N at most`}, after ${(result.took_ms / 1000).toFixed(2)} s`,
    isNaN(result.reopened_mm) ? '\n' : `, reopened ${result.reopened_mm.toFixed(0)} mm\n`,
  ].join(''), 2)
}

function valuesOf({ drawn, given }: CaseChoice, closing: boolean, held: Held | undefined): CaseValues {
  try {
    if (drawn === undefined) return nominalCase(given)
    const values = drawCase(drawn.seed, drawn.number, held?.space)
    return changedCase(closing ? SITUATIONS[situationOf(drawn.number)](values) : values, given)
  } catch (error) {
    throw usage(describe(error))
  }
}

/** The end of the closing, and the time around the largest force. */
function shown(moments: readonly CaseMoment[]): CaseMoment[] {
  const most_N = Math.max(...moments.map(({ force_N }) => force_N))
  const at_ms = most_N > 0 ? moments.find(({ force_N }) => force_N === most_N)!.time_ms : NaN
  return moments.filter(({ time_ms }, i) =>
    Math.abs(time_ms - at_ms) <= AROUND_ms || time_ms % SPARSE_ms === 0 || i === moments.length - 1)
}
