import { gauges } from './cables.ts'
import type { Comparison } from './compare.ts'
import { type Diagram } from './diagram.ts'
import { labelPages } from './labels.ts'
import { element, type Markup } from '../markup/index.ts'
import type { Pin } from './pins.ts'
import { boardText } from './plan.ts'
import { diagramMarkup } from './svg.ts'

type Cell = string | { readonly number: string }
const number = (value: number, digits = 2, unit = ''): Cell => ({ number: `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}` })

const STYLE = `
  :root { font: 14px/1.45 Helvetica, Arial, "DejaVu Sans", sans-serif; color: #111; background: #fff }
  body { max-width: 64rem; margin: 1.5rem auto; padding: 0 1rem }
  h1 { margin: 0 0 .2rem } h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid #bbb } h3 { margin: 1rem 0 .2rem }
  table { border-collapse: collapse; margin: .3rem 0 1rem } th, td { padding: .15rem .6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
  th { background: #f2f2ee } td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
  .fails { color: #b00020; font-weight: bold } .turns { color: #8a5a00 } .note { color: #555 }
  figure { margin: 0; overflow-x: auto } figure svg { width: 100%; height: auto; border: 1px solid #ddd }
  .pins { display: flex; flex-wrap: wrap; gap: 0 2rem }
  @media print { h2 { break-before: page } table, figure, .pins > div { break-inside: avoid } }
`

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const numeric = (column: number): boolean => rows.length > 0 && typeof rows[0]![column] === 'object'
  return element('table', {},
    element('thead', {}, element('tr', {}, head.map((title, i) => element('th', { class: numeric(i) ? 'n' : undefined }, title === '' ? ' ' : title)))),
    element('tbody', {}, rows.map(row => element('tr', {}, row.map(cell => typeof cell === 'string' ? element('td', {}, cell === '' ? ' ' : cell) : element('td', { class: 'n' }, cell.number === '' ? ' ' : cell.number))))))
}

/** The whole plan as a page that needs nothing. */
export function planHtml(diagram: Diagram, comparison: Comparison | undefined): string {
  const { plan } = diagram
  const body = element('body', {},
    element('h1', {}, `The wiring of ${plan.car}`),
    element('p', {}, `${plan.body.type}, ${plan.body.length_mm} × ${plan.body.width_mm} × ${plan.body.height_mm} mm. Spine ${plan.totals.spine_m.toFixed(1)} m, drops ${plan.totals.drops_m.toFixed(1)} m, all wires ${plan.totals.wires_m.toFixed(0)} m: ${plan.totals.copper_kg.toFixed(2)} kg of copper, ${plan.totals.mass_kg.toFixed(1)} kg with plugs, fuses and boards.`),
    weak(diagram), element('h2', {}, 'Diagram'), element('figure', {}, diagramMarkup(diagram, {})),
    cables(diagram), pins(diagram), parts(diagram), ...comparison === undefined ? [] : compared(comparison),
    element('h2', {}, 'Labels'), element('p', {}, 'One for each end of each cable; 66 × 34 mm when printed at 100 %.'),
    labelPages(plan, {}).map(page => element('figure', {}, page)))
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`
  return `<!DOCTYPE html>\n<html lang="en"><head>${head}${element('title', {}, `Wiring of ${plan.car}`).markup}<style>${STYLE}</style></head>${body.markup}</html>\n`
}

function weak({ plan }: Diagram): Markup {
  if (plan.weak.length === 0) return element('p', {}, 'Nothing is too weak.')
  const classes = { fails: 'fails', 'takes turns': 'turns', note: 'note' } as const
  return element('ul', {}, plan.weak.map(one => element('li', {},
    element('span', { class: classes[one.severity] }, one.severity), `  ${one.where}: ${one.what}${one.mend === undefined ? '' : `. Mend: ${one.mend}`}`)))
}

function cables({ plan }: Diagram): Markup[] {
  return [
    element('h2', {}, 'Cables'),
    element('p', {}, `Load, volts lost and heat at the worst load that the power manager admits, with ${plan.source.emf_V.toFixed(1)} V behind ${(1000 * plan.source.resistance_Ohm).toFixed(0)} mΩ, in the hottest ambient of each place.`),
    table(['no.', 'cable', 'length', 'supply, return', 'fuse', 'load', 'carries', 'lost', 'ambient', 'conductor', 'mass', 'along'], plan.cables.map(cable => [
      number(cable.number, 0), cable.name, number(cable.length_m, 2, 'm'), { number: `${gauges(cable)} mm²` },
      { number: cable.fuse === undefined ? '' : `${cable.fuse.rating_A} A ${cable.fuse.kind}` }, number(cable.load_A, 1, 'A'), number(cable.limit_A, 1, 'A'),
      number(1000 * cable.drop_V, 0, 'mV'), number(cable.ambient_C, 0, '°C'), number(cable.temperature_C, 0, '°C'), number(1000 * cable.mass_kg, 0, 'g'), cable.lines.join(', '),
    ])),
  ]
}

function pins({ plan }: Diagram): Markup[] {
  const pinTable = (title: string, rows: readonly Pin[]): Markup => element('div', {}, element('h3', {}, title),
    table(['pin', 'signal', 'colour', `pins of ${plan.board}`], rows.map(pin => [number(pin.pin, 0), pin.signal, pin.colour, pin.board])))
  return [
    element('h2', {}, 'Plugs and pins'), element('p', {}, `${boardText(plan)}.`),
    ...plan.hubs.map(hub => element('div', { class: 'pins' }, hub.plugs.map(plug => pinTable(`${plug.name}: plug of cable ${plug.drop}`, plug.pins)),
      hub.sockets.filter(socket => socket.component !== '').map(socket => pinTable(`${hub.name} port ${socket.port}: ${socket.component}`, socket.pins)))),
  ]
}

function parts({ plan }: Diagram): Markup[] {
  const { cost } = plan.totals
  return [
    element('h2', {}, 'Parts'),
    table(['part', 'what', 'amount', 'mass', ...cost === undefined ? [] : [`cost, ${cost.currency}`]], plan.parts.map(line => [
      line.id, line.what, line.unit === 'm' ? number(line.amount, 1, 'm') : number(line.amount, 0), number(1000 * line.mass_kg, 0, 'g'),
      ...cost === undefined ? [] : [line.cost === undefined ? { number: '' } : number(line.cost)],
    ])),
    ...cost === undefined ? [] : [element('p', {}, `${cost.amount.toFixed(2)} ${cost.currency}${cost.without.length === 0 ? '' : `, without ${cost.without.join(', ')}`}`)],
  ]
}

/** The comparison and every assumption in it. */
function compared({ rows, assumptions, cases, sensitivity }: Comparison): Markup[] {
  const range = ({ low, high, digits }: { readonly low: number, readonly high: number, readonly digits: number }): Cell =>
    ({ number: low.toFixed(digits) === high.toFixed(digits) ? low.toFixed(digits) : `${low.toFixed(digits)} … ${high.toFixed(digits)}` })
  return [
    element('h2', {}, 'Beside point-to-point wiring'),
    table(['what', 'point to point', 'one cable', 'saved', 'from the assumptions'], rows.map(row => [
      `${row.what}${row.unit === '' ? '' : `, ${row.unit}`}`, range({ ...row.today, digits: row.digits }), range({ ...row.spine, digits: row.digits }), range({ ...row.saved, digits: row.digits }), row.from.join(', '),
    ])),
    element('h3', {}, 'What would make it wrong'),
    element('p', {}, 'What is saved with one assumption at either end and all others as they are; by how much the range narrows when it is known.'),
    table(['what', 'assumption', 'low', 'high', 'saved at low', 'saved at high', 'of the range'], sensitivity.flatMap(({ what, digits, influences }) =>
      influences.map(one => [
        what, one.name, { number: String(one.low) }, { number: String(one.high) },
        range({ ...one.savedAtLow, digits }), range({ ...one.savedAtHigh, digits }),
        { number: `${(100 * one.share).toFixed(0)} %` },
      ]))),
    element('h3', {}, 'Assumptions'),
    table(['name', 'low', 'high', 'unit', 'what', 'source'], assumptions.map(one => [one.name, { number: String(one.low) }, { number: String(one.high) }, one.unit, one.about, one.source])),
    element('h3', {}, 'Known cases'),
    table(['case', 'published', 'by this model', 'within', 'source'], cases.map(one => [one.what, { number: `${one.published} ${one.unit}` }, range({ ...one.model, digits: 0 }), one.agrees ? 'yes' : 'no', one.source])),
  ]
}
