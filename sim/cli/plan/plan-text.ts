import { boardText, gauges, type Plan, type Sizing } from '#sim/plan/index.ts'
import { right, table } from '../lib/table.ts'
import type { Terminal } from '../lib/terminal.ts'

const CABLES = [
  right('no.'), { title: 'cable' }, right('length'), right('gauge'), right('fuse'), right('load'), right('carries'), right('drop'), right('conductor'), right('mass'),
]
const HUBS = [{ title: 'hub' }, { title: 'image' }, right('drop'), right('least'), { title: 'sockets' }]
const PARTS = [{ title: 'part' }, { title: 'what' }, right('amount'), right('mass'), right('cost')]
const PINS = [right('pin'), { title: 'signal' }, { title: 'colour' }, { title: 'pins of the board' }]
const CHOICES = [{ title: 'cable' }, right('gauge'), right('was'), right('fuse'), right('was')]

/** A plan for people. */
export function planText(plan: Plan, pins: boolean, terminal: Terminal): string {
  const { body, cables, hubs, totals, source } = plan
  const { bold, dim } = terminal.colors
  return [
    `${bold('spine plan')} ${plan.car}: a ${body.type}, ${body.length_mm} × ${body.width_mm} × ${body.height_mm} mm${body.told ? '' : ' (supposed: its file says no body)'}\n\n`,
    table(terminal, CABLES, cables.map(cable => [
      String(cable.number), cable.name, `${cable.length_m.toFixed(2)} m`, `${gauges(cable)} mm²`, cable.fuse === undefined ? '' : `${cable.fuse.rating_A} A`,
      `${cable.load_A.toFixed(1)} A`, `${cable.limit_A.toFixed(1)} A`, `${(1000 * cable.drop_V).toFixed(0)} mV`, `${cable.temperature_C.toFixed(0)} °C`,
      `${(1000 * cable.mass_kg).toFixed(0)} g`,
    ])),
    dim(`load, drop and heat at the worst load that the manager admits, with ${source.emf_V.toFixed(1)} V behind ${(1000 * source.resistance_Ohm).toFixed(0)} mΩ, in the hottest ambient of each place\n`), '\n',
    table(terminal, HUBS, hubs.map(hub => [
      hub.name, hub.image, hub.plugs.map(plug => plug.drop).join(', '), `${hub.least_V.toFixed(2)} V`,
      hub.sockets.map(socket => socket.component === '' ? '–' : socket.component).join(', '),
    ])),
    '\n',
    ...pins ? pinTables(plan, terminal) : [],
    partsTable(plan, terminal),
    `\nspine ${totals.spine_m.toFixed(1)} m, drops ${totals.drops_m.toFixed(1)} m, wires in all ${totals.wires_m.toFixed(0)} m: ${totals.copper_kg.toFixed(2)} kg of copper, ${totals.mass_kg.toFixed(1)} kg with everything\n`,
    costText(plan),
    weakText(plan, terminal),
  ].join('')
}

function partsTable({ parts, totals }: Plan, terminal: Terminal): string {
  const columns = totals.cost === undefined ? PARTS.slice(0, -1) : PARTS
  return table(terminal, columns, parts.map(line => [
    line.id, line.what, line.unit === 'm' ? `${line.amount.toFixed(1)} m` : String(line.amount), `${(1000 * line.mass_kg).toFixed(0)} g`,
    ...totals.cost === undefined ? [] : [line.cost === undefined ? '' : line.cost.toFixed(2)],
  ]))
}

function costText({ totals: { cost } }: Plan): string {
  if (cost === undefined) return ''
  const without = cost.without.length === 0 ? '' : `; ${cost.without.length} parts have no price: ${cost.without.join(', ')}`
  return `${cost.amount.toFixed(2)} ${cost.currency}${without}\n`
}

function weakText({ weak }: Plan, terminal: Terminal): string {
  if (weak.length === 0) return '\nNothing is too weak.\n'
  const { red, yellow, dim } = terminal.colors
  const colour = { fails: red, 'takes turns': yellow, note: dim }
  return `\n${weak.map(one => `${colour[one.severity](one.severity)}  ${one.where}: ${one.what}${one.mend === undefined ? '' : `. Mend: ${one.mend}`}\n`).join('')}`
}

/** Contacts of every hub's plug and sockets. */
function pinTables(plan: Plan, terminal: Terminal): string[] {
  const rows = (pins: Plan['hubs'][number]['plugs'][number]['pins']): string =>
    table(terminal, PINS, pins.map(pin => [String(pin.pin), pin.signal, pin.colour, pin.board]))
  return [`${boardText(plan)}.\n\n`, ...plan.hubs.flatMap(hub => [
    ...hub.plugs.flatMap(plug => [`${terminal.colors.bold(plug.name)}, plug of cable ${plug.drop}\n`, rows(plug.pins)]),
    ...hub.sockets.filter(socket => socket.component !== '').flatMap(socket => [
      `${terminal.colors.bold(`${hub.name} port ${socket.port}`)}: ${socket.component}\n`,
      rows(socket.pins),
    ]),
    '\n',
  ])]
}

/** What sizing chose. */
export function sizingText(sizing: Sizing, terminal: Terminal): string {
  const { choices, goal, tried, copper_kg } = sizing
  const gauge = (gauge_mm2: number | undefined): string => gauge_mm2 === undefined ? '' : `${gauge_mm2} mm²`
  const fuse = (rating_A: number | undefined): string => rating_A === undefined ? '' : `${rating_A} A`
  return [
    `sized as a ${goal.layout} for ${(100 * goal.together).toFixed(0)} % of all that lasts at once: ${copper_kg.toFixed(2)} kg of copper in spine and drops, the least of ${tried} spines tried\n\n`,
    table(terminal, CHOICES, choices.map(one => [one.name, gauge(one.gauge_mm2), gauge(one.was_mm2), fuse(one.fuse_A), fuse(one.wasFuse_A)])), '\n',
  ].join('')
}
