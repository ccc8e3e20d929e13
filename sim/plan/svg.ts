import { AROUND, BATTERY_X, BOX, type Diagram, type DrawnHub, type DrawnSegment, SHEET } from './diagram.ts'
import { type Attributes, element, type Markup } from '../markup/index.ts'
import { type CablePlan, gauges } from './cables.ts'
import { fit, FONT } from './fit.ts'
import { COLOURS, WIRES } from './standards.ts'

/** Between the wires of a cable, mm. */
const PITCH = 1.7

const rounded = (value: number): number => Math.round(value * 100) / 100
/** Of a wire from the middle of its cable: supply first. */
const beside = (index: number): number => (index - 1.5) * PITCH
const thick = ({ gauge_mm2 }: { readonly gauge_mm2: number }): number => gauge_mm2 > 1 ? 0.75 : 0.4

function text(x: number, y: number, size: number, content: string, more: Attributes = {}): Markup {
  return element('text', { x: rounded(x), y: rounded(y), 'font-size': rounded(size), fill: '#111', ...more }, content)
}

/** A text that stays legible where wires pass below it. */
function halo(x: number, y: number, size: number, content: string, more: Attributes = {}): Markup {
  return text(x, y, size, content, { ...more, stroke: '#fff', 'stroke-width': 1.6, 'paint-order': 'stroke', 'stroke-linejoin': 'round' })
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number): Markup {
  return element('line', { x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2), stroke: colour, 'stroke-width': width })
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
    diagram.bars.flatMap(bar => bundle(bar, diagram)), diagram.segments.flatMap(one => bundle(one, diagram)),
    diagram.around.flatMap((one, i) => around(one, i, diagram)), battery(diagram),
    diagram.hubs.flatMap(one => drops(one, diagram)), diagram.segments.flatMap(one => segmentLabel(one, diagram)),
    diagram.hubs.flatMap(one => box(one, diagram)),
    legend(), title(diagram))
}

/** The wires of a piece of spine, from dots to dots. */
function bundle({ cable, from_x, to_x }: DrawnSegment, { spine_y, plan }: Diagram): Markup[] {
  const y = spine_y[cable.spine]
  const shift = (i: number, node: string): number => node === plan.cables[0]!.from ? 0 : beside(i)
  return cable.wires.map((wire, i) =>
    line(from_x + shift(i, cable.from), y + beside(i), to_x + shift(i, cable.to), y + beside(i), COLOURS[wire.colour].hex, thick(wire)))
}

/** What stands at a piece of spine: number, gauge and length where there is room, its plug and fuse. */
function segmentLabel({ cable, from_x, to_x }: DrawnSegment, { spine_y, plan }: Diagram): Markup[] {
  const middle = (from_x + to_x) / 2
  const y = spine_y[cable.spine]
  const fused = cable.fuse === undefined ? [] : fuse(middle + 1, y + beside(0), false)
  const rating = cable.fuse === undefined ? '' : `F${cable.number} ${cable.fuse.rating_A} A`
  // Of two spines the labels of the lower one stand below it.
  const [near, far] = cable.spine === 'A' ? [y + beside(0) - 1.6, y + beside(3) + 3] : [y + beside(3) + 3.4, y + beside(0) - 1.6]
  const further = cable.spine === 'A' ? -3 : 3
  if (cable.from === plan.cables[0]!.from) return [halo(middle, near, 2.3, rating, { 'text-anchor': 'middle' }), ...fused]
  const room = Math.abs(to_x - from_x) > 19
  const label = `${cable.number}: ${gauges(cable)} · ${cable.length_m.toFixed(2)}`
  return [
    ...room ? [halo(middle, near, 2.2, label, { 'text-anchor': 'middle' })] : short(cable).map((content, i) =>
      halo(middle, far + 2.8 * (cable.spine === 'A' ? i : i - 1), 2.2, content, { 'text-anchor': 'middle' })),
    ...rating === '' ? [] : [halo(middle, near + (room ? further : 0), 2.2, rating, { 'text-anchor': 'middle' })],
    ...fused, ...cable.connectors > 0 ? [plug(to_x - 3.5, y)] : [],
  ]
}

/** Its label where there is no room for it in one line. */
function short(cable: CablePlan): string[] {
  return [`${cable.number}: ${gauges(cable)}`, cable.length_m.toFixed(2)]
}

/** A plug connection across the spine. */
function plug(x: number, y: number): Markup {
  return element('path', { d: `M${rounded(x - 0.8)} ${rounded(y + beside(0) - 1)} l0.8 ${PITCH * 3 / 2 + 1} l-0.8 ${PITCH * 3 / 2 + 1}`, fill: 'none', stroke: '#111', 'stroke-width': 0.35 })
}

/** A fuse by IEC 60617: the conductor passes through the box. */
function fuse(x: number, y: number, upright: boolean): Markup[] {
  const [w, h] = upright ? [2, 5] : [5, 2]
  return [
    element('rect', { x: rounded(x - w / 2), y: rounded(y - h / 2), width: w, height: h, fill: '#fff', stroke: COLOURS.RD.hex, 'stroke-width': 0.4 }),
    upright ? line(x, y - h / 2, x, y + h / 2, COLOURS.RD.hex, 0.3) : line(x - w / 2, y, x + w / 2, y, COLOURS.RD.hex, 0.3),
  ]
}

/** Four wires from the dots on their spine to the box: those that cross without a dot are not joined. */
function drops({ drops, above }: DrawnHub, diagram: Diagram): Markup[] {
  const end_y = above ? diagram.above_y : diagram.below_y
  const dual = diagram.plan.cables.some(cable => cable.spine === 'B')
  return drops.flatMap(({ cable, x }) => {
    const y = diagram.spine_y[cable.spine]
    const label_y = above ? end_y + 4.5 : end_y - 12.5
    const right = x + beside(3) + 1.1
    return [
      ...cable.wires.flatMap((wire, i) => [
        line(x + beside(i), y + beside(i), x + beside(i), end_y, COLOURS[wire.colour].hex, thick(wire)),
        element('circle', { cx: rounded(x + beside(i)), cy: rounded(y + beside(i)), r: 0.75, fill: COLOURS[wire.colour].hex }),
      ]),
      ...cable.fuse === undefined ? [] : fuse(x + beside(0), above ? end_y + 16 : end_y - 16, true),
      text(right, label_y, 2.3, `${dual ? `${cable.spine} ` : ''}${cable.number}`, { 'font-weight': 'bold' }),
      ...[cable.fuse === undefined ? 'no fuse' : `F${cable.number} ${cable.fuse.rating_A} A`, `${gauges(cable)} mm²`, `${cable.length_m.toFixed(2)} m`]
        .map((content, i) => text(right, label_y + 3 * (i + 1), 2.3, content)),
    ]
  })
}

function box({ hub, drops, x, above }: DrawnHub, { boxWidth: width, line: step, above_y, below_y }: Diagram): Markup[] {
  const rows = hub.sockets
  const height = BOX.head + Math.max(1, rows.length) * step
  const top = above ? above_y - height : below_y
  const left = x - width / 2
  const pins_y = above ? top + height - 1.2 : top + 2.6
  const first_y = above ? top + 6 : top + 9.4
  const size = 2.4 * step / BOX.line
  const row_y = (i: number): number => first_y - 0.4 + 0.88 * step + i * step
  return [
    element('rect', { x: rounded(left), y: rounded(top), width: rounded(width), height: rounded(height), fill: '#f7f7f4', stroke: '#111', 'stroke-width': 0.4 }),
    ...drops.flatMap(({ cable, x: middle }) => cable.wires.map((_, i) => text(middle + 1.7 * beside(i), pins_y, 1.9, String(i + 1), { 'text-anchor': 'middle', fill: '#444' }))),
    text(left + 1.5, first_y - 1.6, 3.2, fit(hub.name, 3.2, width / 2), { 'font-weight': 'bold' }),
    text(left + width - 1.5, first_y - 1.6, 2.3, fit(`${hub.image}, ${hub.least_V.toFixed(1)} V`, 2.3, width / 2), { 'text-anchor': 'end', fill: '#444' }),
    line(left, first_y - 0.4, left + width, first_y - 0.4, '#111', 0.25),
    ...rows.flatMap((socket, i) => [
      text(left + 1.5, row_y(i), size, fit(`${socket.port}  ${socket.component === '' ? '–' : socket.component}`, size, socket.run_A > 0 ? width * 0.66 : width - 3)),
      ...socket.run_A > 0 ? [text(left + width - 1.5, row_y(i), size, `${socket.run_A.toFixed(1)} A`, { 'text-anchor': 'end' })] : [],
    ]),
  ]
}

function battery({ plan, spine_y }: Diagram): Markup[] {
  const x = BATTERY_X - 5
  const mains = plan.cables.filter(cable => cable.kind === 'segment' && cable.from === plan.cables[0]!.from)
  const upper = mains.filter(cable => cable.spine === 'A')
  const lower = mains.filter(cable => cable.spine === 'B')
  const [top, end] = [spine_y.A - 9, (lower.length === 0 ? spine_y.A : spine_y.B) + 9]
  const named = (cable: CablePlan): string => `${cable.number}: ${gauges(cable)} · ${cable.length_m.toFixed(2)}`
  return [
    element('rect', { x: x - 3.5, y: rounded(top), width: 9, height: rounded(end - top), fill: '#fff', stroke: '#111', 'stroke-width': 0.4 }),
    text(x + 1, top + 5.2, 3.4, '+', { 'text-anchor': 'middle', fill: COLOURS.RD.hex }),
    text(x + 1, end - 3.5, 3.4, '−', { 'text-anchor': 'middle' }),
    text(x - 3.5, top - 5, 2.3, 'battery'), text(x - 3.5, top - 1.8, 2.3, named(upper[0]!)),
    ...lower.map(cable => text(x - 3.5, end + 3.4, 2.3, named(cable))),
  ]
}

/** A cable that is led around below the boxes: what closes a ring, a branch. */
function around({ cable, from_x, to_x }: DrawnSegment, index: number, diagram: Diagram): Markup[] {
  const { hubs, spine_y, below_y, line: step, plan, boxWidth } = diagram
  const rows = Math.max(0, ...hubs.filter(one => !one.above).map(one => one.hub.sockets.length))
  const y = below_y + (rows === 0 ? 0 : BOX.head + rows * step) + 5 + index * AROUND
  const spine = spine_y[cable.spine]
  const outside = Math.max(...hubs.map(one => one.x)) + boxWidth / 2 + 1.8
  const home = plan.cables[0]!.from
  // From the battery down its side; from a tap, and to its other end, beside the drops that are there.
  const down = (x: number, node: string, i: number): string => node === home ? `M${rounded(BATTERY_X - 7 + i * 4)} ${rounded(spine + 9)}` : `M${rounded(x + beside(i))} ${rounded(spine + beside(i))}`
  const last = Math.max(from_x, to_x) >= Math.max(...hubs.flatMap(one => one.drops.map(drop => drop.x))) - 0.1
  const [begin, end, first, second] = from_x <= to_x ? [from_x, to_x, cable.from, cable.to] : [to_x, from_x, cable.to, cable.from]
  const up = last ? outside : end - boxWidth / 4
  const paths = cable.wires.map((wire, i) => element('path', {
    d: `${down(begin, first, i)} ${first === home ? '' : `H${rounded(begin - 6 - beside(i))} `}V${rounded(y - beside(i))} H${rounded(up - beside(i))} V${rounded(spine + beside(i))} H${rounded(end + (second === home ? 0 : beside(i)))}`,
    fill: 'none', stroke: COLOURS[wire.colour].hex, 'stroke-width': thick(wire),
  }))
  const begin_x = first === home ? BATTERY_X : begin - 6
  return [
    ...paths, ...cable.fuse === undefined ? [] : fuse(begin_x + 8, y - beside(0), false),
    text(begin_x + 6, y + 5.6, 2.3, `${cable.fuse === undefined ? '' : `F${cable.number} ${cable.fuse.rating_A} A;  `}${cable.number}: ${gauges(cable)} mm², ${cable.length_m.toFixed(2)} m`),
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
  const size = [...plan.car].length > 36 ? 2.6 : 4.2
  return [
    element('rect', { x: x, y: y, width: w, height: h, fill: '#fff', stroke: '#111', 'stroke-width': 0.35 }),
    text(x + 2, y + 5.6, size, fit(plan.car, size, w - 4), { 'font-weight': 'bold' }),
    text(x + 2, y + 10, 2.4, `Wiring diagram, ${plan.cables.some(cable => cable.spine === 'B') ? 'two spines, A and B' : 'one cable'}. Spine ${totals.spine_m.toFixed(1)} m, drops ${totals.drops_m.toFixed(1)} m.`),
    text(x + 2, y + 13.6, 2.4, 'On a cable: number, mm² of supply and return, m to cut. F: fuse at its battery end.'),
    text(x + 2, y + 17.2, 2.4, 'In a box: pins of its plug, sockets and their A, least V at the worst admitted load.'),
  ]
}
