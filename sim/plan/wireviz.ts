import type { CablePlan } from './cables.ts'
import { jointAt, type Plan } from './plan.ts'
import { WIRES } from './standards.ts'

type Yaml = string | number | readonly Yaml[] | { readonly [key: string]: Yaml }

/** YAML with every text quoted as JSON quotes it, which YAML 1.2 and 1.1 read alike: names from outside stay texts. */
function yaml(value: Yaml, indent = ''): string {
  if (typeof value !== 'object') return ` ${JSON.stringify(value)}\n`
  if (isList(value)) {
    if (value.every(item => typeof item !== 'object')) return ` ${JSON.stringify(value)}\n`
    return `\n${value.map(item => `${indent}-${yaml(item, `${indent}  `)}`).join('')}`
  }
  return `\n${Object.entries(value).map(([key, item]) => `${indent}${JSON.stringify(key)}:${yaml(item, `${indent}  `)}`).join('')}`
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value)
}

const TERMINALS = Object.values(WIRES).map(wire => wire.terminal)
const power = (cable: CablePlan): string => `W${cable.number}`
const pair = (cable: CablePlan): string => `W${cable.number}D`

/** Names as designators: WireViz takes a dot for a template's, and dashes with > for an arrow. */
function designators(nodes: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  return new Map(nodes.map((node) => {
    const plain = node.replace(/[^A-Za-z0-9]+/g, '_').replace(/^(?=[^A-Za-z]|$)/, 'X')
    let name = plain
    for (let i = 2; taken.has(name) || /^W\d+D?$/.test(name); i++) name = `${plain}_${i}`
    taken.add(name)
    return [node, name]
  }))
}

/** Spine and drops for WireViz 0.4 (docs/syntax.md): plugs, cables, what is joined; a tap is a plug of its own. */
export function wirevizYaml(plan: Plan): string {
  const { car, cables, hubs } = plan
  const battery = cables[0]!.from
  const joints = [...new Set(cables.flatMap(cable => [jointAt(plan, cable, cable.from), jointAt(plan, cable, cable.to)]))]
  const named = designators(joints)
  const name = (joint: string): string => named.get(joint)!
  const plugs = hubs.flatMap(hub => hub.plugs.map(plug => ({ ...plug, image: hub.image })))
  const taps = joints.filter(joint => joint !== battery && !plugs.some(plug => plug.name === joint))
  const connectors: Record<string, Yaml> = { [name(battery)]: { type: 'battery terminals', pinlabels: TERMINALS.slice(0, 2), pincount: 2 } }
  for (const tap of taps) connectors[name(tap)] = { type: 'tap', subtype: 'welded', pinlabels: TERMINALS, pincount: TERMINALS.length }
  for (const { name: plug, image, pins } of plugs) {
    connectors[name(plug)] = { type: `hub, image ${image}`, subtype: 'plug of its drop', pinlabels: pins.map(pin => pin.signal), pincount: pins.length }
  }
  const bundles: Record<string, Yaml> = {}
  for (const cable of cables) {
    const [supply, back, high] = cable.wires
    const notes = [
      ...cable.fuse === undefined ? [] : [`fuse F${cable.number} ${cable.fuse.rating_A} A at ${cable.from}`],
      ...supply!.gauge_mm2 === back!.gauge_mm2 ? [] : [`return ${back!.gauge_mm2} mm2`],
    ]
    bundles[power(cable)] = {
      category: 'bundle', type: cable.name, gauge: `${supply!.gauge_mm2} mm2`, length: cable.length_m, wirecount: 2, colors: ['RD', 'BK'],
      ...notes.length > 0 && { notes: notes.join(', ') },
    }
    if (cable.wires.length === 2) continue
    bundles[pair(cable)] = { type: `${cable.name}, twisted pair`, gauge: `${high!.gauge_mm2} mm2`, length: cable.length_m, wirecount: 2, colors: ['YE', 'GN'] }
  }
  const connections = cables.flatMap((cable): Yaml[] => {
    const [from, to] = [name(jointAt(plan, cable, cable.from)), name(jointAt(plan, cable, cable.to))]
    return [
      [{ [from]: [1, 2] }, { [power(cable)]: [1, 2] }, { [to]: [1, 2] }],
      ...cable.wires.length === 2 ? [] : [[{ [from]: [3, 4] }, { [pair(cable)]: [1, 2] }, { [to]: [3, 4] }]],
    ]
  })
  const metadata = { title: `Wiring of ${car}`, notes: 'spine and drops' }
  return `${yaml({ metadata, connectors, cables: bundles, connections }).trimStart()}`
}
