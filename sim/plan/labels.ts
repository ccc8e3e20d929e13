import { type Attributes, element, type Markup } from '../markup/index.ts'
import { gauges } from './cables.ts'
import { fit, FONT } from './fit.ts'
import type { Plan } from './plan.ts'

/** A4 upright with 3 × 8 labels of 66 × 34 mm, mm. */
const SHEET = { width: 210, height: 297, columns: 3, rows: 8, left: 6, top: 12.5, label: { width: 66, height: 34 } } as const

/** What stands on a label: one for each end of each cable. */
interface Label {
  readonly number: number
  readonly lines: readonly string[]
  readonly end: string
}

function labelsOf({ cables }: Plan): Label[] {
  return cables.flatMap(cable => [cable.from, cable.to].map((end, i): Label => ({
    number: cable.number, end: `${end}  →  ${i === 0 ? cable.to : cable.from}`,
    lines: [
      `${gauges(cable)} mm² RD/BK, ${cable.length_m.toFixed(2)} m${cable.wires.length > 2 ? ', pair YE/GN' : ''}`,
      cable.fuse === undefined ? '' : `fuse F${cable.number}: ${cable.fuse.rating_A} A${i === 0 ? ' at this end' : ' at the other end'}`,
    ],
  })))
}

/** Pages of labels, to print at 100 %; one SVG each. */
export function labelPages(plan: Plan, size: Attributes): Markup[] {
  const labels = labelsOf(plan)
  const perPage = SHEET.columns * SHEET.rows
  return Array.from({ length: Math.ceil(labels.length / perPage) }, (_, page) => element(
    'svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${SHEET.width} ${SHEET.height}`, ...size, 'font-family': FONT },
    element('title', {}, `Labels: ${plan.car}`),
    labels.slice(page * perPage, (page + 1) * perPage).flatMap((label, i) => drawn(label, plan.car, i)),
  ))
}

function drawn({ number, lines, end }: Label, car: string, index: number): Markup[] {
  const { label, left, top, columns } = SHEET
  const x = left + (index % columns) * label.width
  const y = top + Math.floor(index / columns) * label.height
  const text = (dx: number, dy: number, size: number, content: string, more: Attributes = {}): Markup =>
    element('text', { x: x + dx, y: y + dy, 'font-size': size, ...more }, fit(content, size, label.width - dx - 2))
  return [
    element('rect', { x, y, width: label.width, height: label.height, fill: '#fff', stroke: '#bbb', 'stroke-width': 0.2 }),
    text(3, 13, 11, String(number), { 'font-weight': 'bold' }),
    text(20, 7, 3, car, { fill: '#555' }), text(20, 12.5, 4, end, { 'font-weight': 'bold' }),
    ...lines.filter(line => line !== '').map((line, i) => text(3, 20.5 + i * 5, 3.4, line)),
  ]
}

/** All pages below each other, as one SVG. */
export function labelsSvg(plan: Plan): string {
  const pages = labelPages(plan, {})
  const height = SHEET.height * pages.length
  const { markup } = element('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${SHEET.width} ${height}`, width: `${SHEET.width}mm`, height: `${height}mm` },
    pages.map((page, i) => element('g', { transform: `translate(0 ${i * SHEET.height})` }, { markup: page.markup.replace('<svg ', `<svg width="${SHEET.width}" height="${SHEET.height}" `) })))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup}\n`
}
