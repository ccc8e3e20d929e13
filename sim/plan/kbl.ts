import { type BodyPlace, bodyOf } from '../body/index.ts'
import type { TopologyData } from '../car/index.ts'
import { bodyDataOf, type CablePlan } from './cables.ts'
import { type Attributes, element, type Markup } from '../markup/index.ts'
import { jointAt, type Plan } from './plan.ts'
import { cable_g_m, type ColourCode } from './standards.ts'

const NAMESPACE = 'http://www.prostep.org/Car_electric_container/KBL2.3/KBLSchema'
/** The schema's word for what the sender does not manage. */
const UNKNOWN = '/NULL'
const UNITS = { mm: 'unit_mm', mm2: 'unit_mm2', g_m: 'unit_g_m' } as const

/** Fields of KBL as elements, in the order that the schema wants. */
class Writer {
  private count = 0

  id(prefix: string): string {
    return `${prefix}_${++this.count}`
  }

  of(name: string, id: string | undefined, ...children: readonly (Markup | string | undefined)[]): Markup {
    const attributes: Attributes = id === undefined ? {} : { id }
    return element(name, attributes, children)
  }

  text(name: string, value: string | number): Markup {
    return element(name, {}, String(value))
  }

  value(name: string, unit: keyof typeof UNITS, value: number): Markup {
    return this.of(name, this.id('value'), this.text('Unit_component', UNITS[unit]), this.text('Value_component', value))
  }

  /** What every part has. */
  part(number: string, description: string, mass?: Markup): (Markup | undefined)[] {
    return [
      this.text('Part_number', number), this.text('Company_name', UNKNOWN), this.text('Version', '1'), this.text('Abbreviation', UNKNOWN),
      this.text('Description', description), mass,
    ]
  }
}

interface WirePart { readonly id: string, readonly gauge_mm2: number, readonly colour: ColourCode }
/** A plug or tap with the ids of its contact points, by pin. */
type Joint = readonly string[]

/** Spine and drops as a KBL 2.4 container (VDA 4964): wires, plugs, what they connect, nodes and segments with their lengths. */
export function kblXml(plan: Plan, car: TopologyData): string {
  const w = new Writer()
  const wires = wireParts(plan, w)
  const places = bodyOf(bodyDataOf(car), car.copper).places
  const nodes = [...new Set(plan.cables.flatMap(cable => [cable.from, cable.to]))]
  const housings = new Map([2, 4, 8].map(pins => [pins, housing(pins, w)]))
  const joints = new Map<string, Joint>()
  const named = [...new Set(plan.cables.flatMap(cable => [jointAt(plan, cable, cable.from), jointAt(plan, cable, cable.to)]))]
  const occurrences = named.map(name => connector(name, plan, housings, joints, w))
  const points = nodes.map(node => point(places.get(node), w))
  const drawn = nodes.map((node, i) => ({ node, id: w.id('node'), point: points[i]!.id }))
  const laid = plan.cables.map(cable => segment(cable, drawn, w))
  const made = plan.cables.flatMap(cable =>
    cable.wires.map((_, i) => connection(cable, i, wires, node => joints.get(jointAt(plan, cable, node))!, w)))
  const container = element('kbl:KBL_container', { 'xmlns:kbl': NAMESPACE, id: 'kbl', version_id: '2.4' },
    points.map(one => one.markup),
    [...housings.values()].map(one => one.markup),
    wires.map(part => w.of('General_wire', part.id, ...w.part(`wire-${part.gauge_mm2}-${part.colour}`, `wire ${part.gauge_mm2} mm² ${part.colour}`, w.value('Mass_information', 'g_m', cable_g_m(part.gauge_mm2))),
      w.text('Wire_type', 'FLRY-B'), w.value('Cross_section_area', 'mm2', part.gauge_mm2),
      w.of('Cover_colour', w.id('colour'), w.text('Colour_type', 'IEC 60757'), w.text('Colour_value', part.colour)))),
    w.of('Harness', 'harness', ...w.part(plan.car, `Spine and drops of ${plan.car}`), w.text('Car_classification_level_2', plan.body.type), w.text('Model_year', UNKNOWN),
      w.text('Content', 'harness complete set'), ...made.map(one => one.connection), ...occurrences, ...made.map(one => one.wire)),
    drawn.map(({ node, id, point }) => w.of('Node', id, w.text('Id', node), w.text('Cartesian_point', point))),
    made.map(one => w.of('Routing', w.id('routing'), w.text('Routed_wire', one.id), w.text('Segments', laid[one.cable]!.id))),
    laid.map(one => one.markup),
    w.of('Unit', UNITS.mm, w.text('Si_unit_name', 'metre'), w.text('Si_prefix', 'milli')),
    w.of('Unit', UNITS.mm2, w.text('Si_unit_name', 'metre'), w.text('Si_prefix', 'milli'), w.text('Si_dimension', 'square')),
    w.of('Unit', UNITS.g_m, w.text('Unit_name', 'gram per metre')))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${container.markup}\n`
}

function wireParts({ cables }: Plan, w: Writer): WirePart[] {
  const parts = new Map<string, WirePart>()
  for (const { gauge_mm2, colour } of cables.flatMap(cable => cable.wires)) {
    const key = `${gauge_mm2} ${colour}`
    if (!parts.has(key)) parts.set(key, { id: w.id('wire'), gauge_mm2, colour })
  }
  return [...parts.values()]
}

interface Housing { readonly markup: Markup, readonly id: string, readonly slot: string, readonly cavities: readonly string[] }

function housing(pins: number, w: Writer): Housing {
  const cavities = Array.from({ length: pins }, () => w.id('cavity'))
  const [id, slot] = [w.id('housing'), w.id('slot')]
  const what = pins === 2 ? 'battery terminals' : pins === 4 ? 'tap, welded' : 'plug of a drop'
  const markup = w.of('Connector_housing', id, ...w.part(`housing-${pins}`, what), w.of('Slots', slot, w.text('Number_of_cavities', pins),
    ...cavities.map((cavity, i) => w.of('Cavities', cavity, w.text('Cavity_number', i + 1)))))
  return { markup, id, slot, cavities }
}

function connector(name: string, plan: Plan, housings: ReadonlyMap<number, Housing>, joints: Map<string, Joint>, w: Writer): Markup {
  const plug = plan.hubs.flatMap(hub => hub.plugs).find(one => one.name === name)
  const pins = plug !== undefined ? plug.pins.length : name === plan.cables[0]!.from ? 2 : 4
  const { id: part, slot, cavities } = housings.get(pins)!
  const own = cavities.map(() => w.id('cavity_occurrence'))
  const points = cavities.map(() => w.id('contact'))
  joints.set(name, points)
  return w.of('Connector_occurrence', w.id('connector'), w.text('Id', name), w.text('Part', part),
    ...points.map((point, i) => w.of('Contact_points', point, w.text('Id', i + 1), w.text('Contacted_cavity', own[i]!))),
    w.of('Slots', w.id('slot_occurrence'), w.text('Part', slot), ...cavities.map((cavity, i) => w.of('Cavities', own[i], w.text('Part', cavity)))))
}

function point(place: BodyPlace | undefined, w: Writer): Made {
  const id = w.id('point')
  const { x_mm, y_mm, z_mm } = place ?? { x_mm: 0, y_mm: 0, z_mm: 0 }
  return { id, markup: w.of('Cartesian_point', id, ...[x_mm, y_mm, z_mm].map(coordinate => w.text('Coordinates', coordinate))) }
}

interface Made { readonly id: string, readonly markup: Markup }

function segment(cable: CablePlan, nodes: readonly { readonly node: string, readonly id: string }[], w: Writer): Made {
  const id = w.id('segment')
  const node = (name: string): string => nodes.find(one => one.node === name)!.id
  return {
    id, markup: w.of('Segment', id, w.text('Id', cable.name), w.value('Physical_length', 'mm', Math.round(1000 * cable.length_m)),
      w.text('End_node', node(cable.to)), w.text('Start_node', node(cable.from))),
  }
}

interface MadeWire {
  readonly id: string
  /** Index of its cable. */
  readonly cable: number
  readonly connection: Markup
  readonly wire: Markup
}

function connection(cable: CablePlan, index: number, parts: readonly WirePart[], jointOf: (node: string) => Joint, w: Writer): MadeWire {
  const wire = cable.wires[index]!
  const id = w.id('occurrence')
  const part = parts.find(one => one.gauge_mm2 === wire.gauge_mm2 && one.colour === wire.colour)!
  const end = (node: string, at: 0 | 1): Markup =>
    w.of('Extremities', w.id('end'), w.text('Position_on_wire', at), w.text('Contact_point', jointOf(node)[index]!))
  return {
    id, cable: cable.number - 1,
    connection: w.of('Connection', w.id('connection'), w.text('Id', wire.number), w.text('Signal_name', wire.terminal), w.text('Nominal_voltage', '12'),
      w.text('Wire', id), end(cable.from, 0), end(cable.to, 1)),
    wire: element('General_wire_occurrence', { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': 'kbl:Wire_occurrence', id },
      [w.text('Part', part.id), w.of('Length_information', w.id('length'), w.text('Length_type', 'DMU'), w.value('Length_value', 'mm', Math.round(1000 * cable.length_m))), w.text('Wire_number', wire.number)]),
  }
}
