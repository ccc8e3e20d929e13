import { BATTERY_X, type Diagram, type DrawnHub, SHEET } from './diagram.ts'
import { type Attributes, element, type Markup } from '../markup/index.ts'
import type { CablePlan } from './cables.ts'
import { COLOURS, WIRES } from './standards.ts'

/** Height of the spine, and between its wires, mm. */
const SPINE_Y = 104
const PITCH = 1.7
/** Of a box: its head, a line. */
const HEAD = 6
const LINE = 3.4
/** From the spine to a box, mm. */
const REACH = 34

const FONT = 'Helvetica, Arial, "DejaVu Sans", sans-serif'
const rounded = (value: number): number => Math.round(value * 100) / 100
const wires = (cable: CablePlan): CablePlan['wires'] => cable.wires
/** Of a wire of the spine: supply on top, the pair below. */
const wireY = (index: number): number => SPINE_Y + (index - 1.5) * PITCH

function text(x: number, y: number, size: number, content: string, more: Attributes = {}): Markup {
  return element('text', { x: rounded(x), y: rounded(y), 'font-size': size, fill: '#111', ...more }, content)
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number, more: Attributes = {}): Markup {
  return element('line', { x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2), stroke: colour, 'stroke-width': width, ...more })
}

/** The wiring diagram of a car on one sheet A4 across. */
export function diagramSvg(diagram: Diagram): string {
  const { width, height } = SHEET
  return `<?xml version="1.0" encoding="UTF-8"?>\n${diagramMarkup(diagram, { width: `${width}mm`, height: `${height}mm` }).markup}\n`
}

export function diagramMarkup(diagram: Diagram, size: Attributes): Markup {
  const { width, height } = SHEET
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, ...size, 'font-family': FONT },
    element('title', {}, `Wiring diagram: ${diagram.plan.car}`),
    element('rect', { x: 0, y: 0, width, height, fill: '#fff' }),
    element('rect', { x: 4, y: 4, width: width - 8, height: height - 8, fill: 'none', stroke: '#111', 'stroke-width': 0.35 }),
    diagram.segments.flatMap(({ cable, from_x, to_x }) => segment(cable, from_x, to_x)),
    ring(diagram), battery(diagram),
    diagram.hubs.flatMap(one => drop(one)), diagram.hubs.flatMap(one => box(one, diagram.boxWidth)),
    legend(), title(diagram))
}

function segment(cable: CablePlan, from_x: number, to_x: number): Markup[] {
  const middle = (from_x + to_x) / 2
  const main = cable.wires.length === 2
  const end = (i: number): number => to_x + (i - 1.5) * PITCH
  const begin = (i: number): number => from_x + (main ? 0 : (i - 1.5) * PITCH)
  const drawn = wires(cable).map(({ colour, gauge_mm2 }, i) =>
    line(begin(i), wireY(i), end(i), wireY(i), COLOURS[colour].hex, gauge_mm2 > 1 ? 0.8 : 0.4))
  const label = `${cable.number}: ${cable.gauge_mm2} · ${cable.length_m.toFixed(2)}`
  const room = to_x - from_x > 17
  return [
    ...drawn,
    ...main ? [] : [text(middle, room ? wireY(0) - 1.4 : wireY(3) + 3, 2.2, room ? label : String(cable.number), { 'text-anchor': 'middle' })],
    ...cable.connectors > 0 && !main ? [plug(to_x - 3.5)] : [],
    ...main && cable.fuse !== undefined ? fuse(middle + 1, wireY(0), false, `F${cable.number}`, `${cable.fuse.rating_A} A`) : [],
  ]
}

/** A plug connection across the spine. */
function plug(x: number): Markup {
  return element('path', { d: `M${rounded(x - 0.8)} ${wireY(0) - 1} l0.8 ${PITCH * 3 / 2 + 1} l-0.8 ${PITCH * 3 / 2 + 1}`, fill: 'none', stroke: '#111', 'stroke-width': 0.35 })
}

/** A fuse by IEC 60617: the conductor passes through the box. */
function fuse(x: number, y: number, upright: boolean, name: string, rating: string): Markup[] {
  const [w, h] = upright ? [2, 5] : [5, 2]
  return [
    element('rect', { x: rounded(x - w / 2), y: rounded(y - h / 2), width: w, height: h, fill: '#fff', stroke: COLOURS.RD.hex, 'stroke-width': 0.4 }),
    upright ? line(x, y - h / 2, x, y + h / 2, COLOURS.RD.hex, 0.3) : line(x - w / 2, y, x + w / 2, y, COLOURS.RD.hex, 0.3),
    upright ? text(x - 1.8, y + 0.9, 2.3, `${name} ${rating}`, { 'text-anchor': 'end' }) : text(x, y - 2, 2.3, `${name} ${rating}`, { 'text-anchor': 'middle' }),
  ]
}

/** Four wires from the dots on the spine to the box: those that cross without a dot are not joined. */
function drop({ drop: cable, x, above }: DrawnHub): Markup[] {
  const end_y = above ? SPINE_Y - REACH : SPINE_Y + REACH
  const wire_x = (i: number): number => x + (i - 1.5) * PITCH
  const drawn = wires(cable).flatMap((wire, i) => [
    line(wire_x(i), wireY(i), wire_x(i), end_y, COLOURS[wire.colour].hex, wire.gauge_mm2 > 1 ? 0.7 : 0.4),
    element('circle', { cx: rounded(wire_x(i)), cy: rounded(wireY(i)), r: 0.75, fill: COLOURS[wire.colour].hex }),
  ])
  const middle_y = (SPINE_Y + end_y) / 2
  return [
    ...drawn,
    ...cable.fuse === undefined ? [] : fuse(wire_x(0), middle_y + (above ? 4 : -4), true, `F${cable.number}`, `${cable.fuse.rating_A} A`),
    text(wire_x(3) + 1.3, middle_y - 2.2, 2.3, `${cable.number}`, { 'font-weight': 'bold' }),
    text(wire_x(3) + 1.3, middle_y + 0.9, 2.3, `${cable.gauge_mm2} mm²`),
    text(wire_x(3) + 1.3, middle_y + 4, 2.3, `${cable.length_m.toFixed(2)} m`),
  ]
}

/** What of a text fits into so many millimetres. */
function fit(content: string, size: number, room: number): string {
  const most = Math.max(3, Math.floor(room / (0.52 * size)))
  const letters = [...content]
  return letters.length <= most ? content : `${letters.slice(0, most - 1).join('')}…`
}

function box({ hub, drop: cable, x, above }: DrawnHub, width: number): Markup[] {
  const rows = hub.sockets
  const height = HEAD + 4 + Math.max(1, rows.length) * LINE + 1
  const top = above ? SPINE_Y - REACH - height : SPINE_Y + REACH
  const left = x - width / 2
  const pins_y = above ? top + height - 1.2 : top + 2.6
  const first_y = above ? top + HEAD : top + HEAD + 3.4
  return [
    element('rect', { x: rounded(left), y: rounded(top), width: rounded(width), height: rounded(height), fill: '#f7f7f4', stroke: '#111', 'stroke-width': 0.4 }),
    ...wires(cable).map((_, i) => text(x + (i - 1.5) * PITCH * 1.7, pins_y, 1.9, String(i + 1), { 'text-anchor': 'middle', fill: '#444' })),
    text(left + 1.5, first_y - 1.6, 3.2, fit(hub.name, 3.2, width / 2), { 'font-weight': 'bold' }),
    text(left + width - 1.5, first_y - 1.6, 2.3, fit(`${hub.image}, ${hub.least_V.toFixed(1)} V`, 2.3, width / 2), { 'text-anchor': 'end', fill: '#444' }),
    line(left, first_y - 0.4, left + width, first_y - 0.4, '#111', 0.25),
    ...rows.flatMap((socket, i) => [
      text(left + 1.5, first_y + 2.6 + i * LINE, 2.4, fit(`${socket.port}  ${socket.component === '' ? '–' : socket.component}`, 2.4, width * 0.66)),
      text(left + width - 1.5, first_y + 2.6 + i * LINE, 2.4, socket.run_A > 0 ? `${socket.run_A.toFixed(1)} A` : '', { 'text-anchor': 'end' }),
    ]),
  ]
}

function battery({ plan }: Diagram): Markup[] {
  const x = BATTERY_X - 5
  const top = SPINE_Y - 9
  return [
    element('rect', { x: x - 3.5, y: top, width: 9, height: 18, fill: '#fff', stroke: '#111', 'stroke-width': 0.4 }),
    text(x + 1, top + 5.2, 3.4, '+', { 'text-anchor': 'middle', fill: COLOURS.RD.hex }),
    text(x + 1, top + 14.5, 3.4, '−', { 'text-anchor': 'middle' }),
    text(x - 3.5, top - 5, 2.3, 'battery'), text(x - 3.5, top - 1.8, 2.3, `1: ${plan.cables[0]!.gauge_mm2} · ${plan.cables[0]!.length_m.toFixed(2)}`),
  ]
}

/** What closes a ring: below the boxes, from the battery to the end of the spine. */
function ring({ ring: cable, hubs, boxWidth }: Diagram): Markup[] {
  if (cable === undefined) return []
  const last = hubs.at(-1)!.x
  const rows = Math.max(0, ...hubs.filter(one => !one.above).map(one => one.hub.sockets.length))
  const y = SPINE_Y + REACH + HEAD + 4 + rows * LINE + 6
  const right = last + boxWidth / 2 + 1.5
  const path = (i: 0 | 1, colour: string): Markup => element('path', {
    d: `M${BATTERY_X - 7 + i * 4} ${SPINE_Y + 9} V${rounded(y - i * PITCH)} H${rounded(right - i * PITCH)} V${wireY(i)} H${rounded(last - 2)}`,
    fill: 'none', stroke: colour, 'stroke-width': 0.8,
  })
  return [
    path(0, COLOURS.RD.hex), path(1, COLOURS.BK.hex),
    ...cable.fuse === undefined ? [] : fuse(BATTERY_X + 10, y, false, '', ''),
    text(BATTERY_X + 14, y + 3.2, 2.3, `F${cable.number} ${cable.fuse?.rating_A ?? ''} A;  ${cable.number}: ${cable.gauge_mm2} mm², ${cable.length_m.toFixed(2)} m, closes the ring`),
  ]
}

/** Colours by IEC 60757, terminals by DIN 72552. */
function legend(): Markup[] {
  const x = SHEET.margin
  const y = SHEET.height - 22
  return Object.values(WIRES).flatMap(({ terminal, colour }, i) => [
    line(x, y + i * 3.6, x + 8, y + i * 3.6, COLOURS[colour].hex, i < 2 ? 0.8 : 0.4),
    text(x + 10, y + 0.9 + i * 3.6, 2.3, `${i + 1}  ${colour} ${COLOURS[colour].name}: ${terminal}${i === 0 ? ' supply' : i === 1 ? ' return' : ''}`),
  ])
}

function title({ plan }: Diagram): Markup[] {
  const [w, h] = [96, 20]
  const [x, y] = [SHEET.width - 4 - w, SHEET.height - 4 - h]
  const { totals } = plan
  return [
    element('rect', { x: x, y: y, width: w, height: h, fill: '#fff', stroke: '#111', 'stroke-width': 0.35 }),
    text(x + 2, y + 5.6, 4.2, fit(plan.car, 4.2, w - 6), { 'font-weight': 'bold' }),
    text(x + 2, y + 10, 2.4, `Wiring diagram, one cable. Spine ${totals.spine_m.toFixed(1)} m, drops ${totals.drops_m.toFixed(1)} m.`),
    text(x + 2, y + 13.6, 2.4, 'On a cable: number, mm² of supply and return, m to cut. F: fuse at its battery end.'),
    text(x + 2, y + 17.2, 2.4, 'In a box: pins of its plug, sockets and their A, least V at the worst admitted load.'),
  ]
}
