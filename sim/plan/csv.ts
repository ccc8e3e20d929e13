import type { Plan } from './plan.ts'

type Cell = string | number | undefined

/** A table as CSV (RFC 4180, lines ended by LF). A text that a spreadsheet would compute is written with an apostrophe before it. */
function csv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map(row => row.map(cell).join(',')).join('\n') + '\n'
}

function cell(value: Cell): string {
  if (typeof value === 'number') return String(Math.round(value * 1e4) / 1e4)
  const text = value === undefined ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The parts list. */
export function partsCsv({ parts, totals }: Plan): string {
  const currency = totals.cost === undefined ? 'cost' : `cost ${totals.cost.currency}`
  return csv(['id', 'part', 'amount', 'unit', 'mass kg', 'copper kg', currency], parts.map(line =>
    [line.id, line.what, line.amount, line.unit, line.mass_kg, line.copper_kg, line.cost]))
}

/** The wires of spine and drops, as they are cut and crimped. */
export function wiresCsv({ cables }: Plan): string {
  return csv(['wire', 'cable', 'from', 'to', 'terminal', 'colour', 'gauge mm2', 'length m', 'fuse A'], cables.flatMap(cable =>
    cable.wires.map(wire => [
      wire.number, cable.name, cable.from, cable.to, wire.terminal, wire.colour, wire.gauge_mm2, cable.length_m,
      wire.kind === 'supply' ? cable.fuse?.rating_A : undefined,
    ])))
}
