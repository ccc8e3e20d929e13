import { COMPONENT_CLASS, HUB_STATE, LATCH_STATE, MIRROR_FOLD, STEREO_SOURCE } from '#protocol/host/index.ts'
import { COMPONENT_CLASSES, HUBS, IGNITION_NAMES, nameIn } from './names.ts'
import { type MonitorModel, type MonitorSignal } from '#sim/diag/index.ts'
import type { LiveSnapshot } from '#sim/live/index.ts'
import type { TopologyData } from '#sim/car/index.ts'

/** What is drawn of a car; undefined is what is not known: a bus does not tell everything. */
export interface Picture {
  readonly time_s: number
  readonly hubs: ReadonlyMap<string, HubPicture>
  readonly parts: ReadonlyMap<string, PartPicture>
  readonly cables: ReadonlyMap<string, CablePicture>
  readonly battery_V: number | undefined
  readonly battery_A: number | undefined
  readonly alternator_A: number | undefined
  readonly engine_rpm: number | undefined
  readonly ignition: string | undefined
}

export interface HubPicture {
  /** Name of `HUB_STATE`, `off`, `brownOut`, `resetting`, `silent`, `notHeard`. */
  readonly state: string
  readonly supply_V: number | undefined
  readonly current_A: number | undefined
  readonly temperature_C: number | undefined
  readonly canState: string | undefined
  readonly tec: number | undefined
  readonly rec: number | undefined
  readonly boots: number | undefined
}

export interface PartPicture {
  readonly hub: string
  readonly class: string
  /** −1: unplugged. */
  readonly port: number
  readonly tripped: boolean
  /** It is not there: a board on a desk plays it. */
  readonly stub?: boolean
  readonly current_A: number | undefined
  readonly granted_A: number | undefined
  readonly shows: Readonly<Record<string, string | number | boolean | undefined>>
}

export interface CablePicture {
  readonly current_A: number | undefined
  readonly limit_A: number | undefined
  /** Of its warmer conductor. */
  readonly temperature_C: number | undefined
}

/** Of a car that shows itself; a hub that it left out, as a real one takes its place, is as the bus says. */
export function pictureOf(snapshot: LiveSnapshot, model: MonitorModel, topology: TopologyData): Picture {
  const shown = pictureOfOwn(snapshot)
  const real = new Set<string>(topology.hubs.map(({ location }) => location).filter(hub => snapshot.hubs[hub] === undefined))
  if (real.size === 0) return shown
  const heard = pictureOfBus(model, topology)
  return {
    ...shown,
    hubs: new Map([...shown.hubs, ...[...heard.hubs].filter(([name]) => real.has(name))]),
    parts: new Map([...shown.parts, ...[...heard.parts].filter(([, part]) => real.has(part.hub))]),
  }
}

function pictureOfOwn(snapshot: LiveSnapshot): Picture {
  const { hubs, components, power } = snapshot
  const vehicle = Object.values(components).find(part => part.class === 'vehicle')
  return {
    time_s: snapshot.time_s,
    hubs: new Map(Object.entries(hubs).map(([name, hub]) => [name, { ...hub, temperature_C: undefined }])),
    parts: new Map(Object.entries(components).map(([name, part]) => [name, { ...part, hub: name.slice(0, name.indexOf('.')) }])),
    cables: new Map(Object.entries(power.cables)),
    battery_V: power.battery_V, battery_A: power.battery_A, alternator_A: power.alternator_A, engine_rpm: power.engine_rpm,
    ignition: vehicle === undefined ? undefined : String(vehicle.shows['ignition']),
  }
}

/** What a component is called where nothing else is said. */
const partName = (hub: string, className: string): string => `${hub}.${className === 'switchPack' ? 'switches' : className}`

/** Of a car that has not told anything yet: what it is made of. */
export function pictureOfPlan(topology: TopologyData): Picture {
  const parts = new Map<string, PartPicture>()
  for (const { location: hub, ports } of topology.hubs) {
    ports.forEach((part, port) => {
      if (part === null) return
      const name = 'name' in part && part.name !== undefined ? `${hub}.${part.name}` : partName(hub, part.class)
      parts.set(name, { hub, class: part.class, port, tripped: false, current_A: undefined, granted_A: undefined, shows: {} })
    })
  }
  return {
    time_s: 0, hubs: new Map(topology.hubs.map(({ location }) => [location, UNHEARD])), parts,
    cables: new Map(topology.copper.cables.map(({ name }) => [name, UNKNOWN_CABLE])),
    battery_V: undefined, battery_A: undefined, alternator_A: undefined, engine_rpm: undefined, ignition: undefined,
  }
}

/** A heartbeat is missed after this. */
const SILENT_ns = 3e9

/** Of what a bus has said. `topology`: which hubs and cables there are to be drawn. */
export function pictureOfBus(model: MonitorModel, topology: TopologyData): Picture {
  const hubs = new Map<string, HubPicture>()
  for (const { location } of topology.hubs) hubs.set(location, UNHEARD)
  for (const node of model.nodes.values()) {
    if (!HUBS.has(node.name)) continue
    const { status } = node
    const silent = !model.asleep(node) && model.now_ns - node.lastSeen_ns > SILENT_ns
    hubs.set(node.name, {
      state: silent ? 'silent' : status === undefined ? 'claiming' : nameIn(HUB_STATE, status['state']!),
      supply_V: known(status?.['supply_V']), temperature_C: known(status?.['temperature_C']), current_A: undefined,
      canState: status === undefined ? undefined : CAN_STATES[status['canState']!], tec: known(status?.['tec']), rec: known(status?.['rec']), boots: undefined,
    })
  }
  const parts = new Map<string, PartPicture>()
  const drawn = new Map<string, number>()
  for (const signal of model.signals.values()) {
    if (signal.row.name !== 'PortStatus') continue
    const part = partOf(signal, model)
    if (part === undefined) continue
    parts.set(partName(part.hub, part.class), part)
    if (part.current_A !== undefined) drawn.set(part.hub, (drawn.get(part.hub) ?? 0) + part.current_A)
  }
  for (const [hub, current_A] of drawn) hubs.set(hub, { ...hubs.get(hub) ?? UNHEARD, current_A })
  const vehicle = model.signals.get('VehicleState@ALL') ?? [...model.signals.values()].find(signal => signal.row.name === 'VehicleState')
  return {
    time_s: model.now_ns / 1e9, hubs, parts,
    cables: new Map(topology.copper.cables.map(({ name }) => [name, UNKNOWN_CABLE])),
    battery_V: known(vehicle?.values['battery_V']), battery_A: undefined, alternator_A: undefined, engine_rpm: undefined,
    ignition: vehicle === undefined ? undefined : IGNITION_NAMES[vehicle.values['ignition']!],
  }
}

const CAN_STATES = ['errorActive', 'errorPassive', 'busOff']
const UNKNOWN_CABLE: CablePicture = { current_A: undefined, limit_A: undefined, temperature_C: undefined }
const UNHEARD: HubPicture = {
  state: 'notHeard', supply_V: undefined, current_A: undefined, temperature_C: undefined, canState: undefined, tec: undefined,
  rec: undefined, boots: undefined,
}

function known(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : value
}

function partOf({ location, values }: MonitorSignal, model: MonitorModel): PartPicture | undefined {
  const name = COMPONENT_CLASSES[values['class']!]
  if (name === undefined || values['class'] === COMPONENT_CLASS.none) return undefined
  const state = values['state']
  return {
    hub: location, class: name, port: state === 0 ? -1 : values['port']!, tripped: state === 4, stub: values['stub'] === 1,
    current_A: known(values['current_A']), granted_A: known(values['granted_A']), shows: shownOf(name, location, model),
  }
}

type Shown = Record<string, string | number | boolean>

/** What statuses say, in the words in which a component shows itself. */
function shownOf(name: string, location: string, model: MonitorModel): Shown {
  const shown: Shown = {}
  const of = (message: string): Record<string, number> | undefined => model.signals.get(`${message}@${location}`)?.values
  const put = (key: string, value: number | string | boolean | undefined): void => {
    if (value !== undefined && !Number.isNaN(value)) shown[key] = value
  }
  if (name === 'window') put('position_pct', of('WindowStatus')?.['position_pct'])
  const mirror = name === 'mirror' ? of('MirrorStatus') : undefined
  if (mirror !== undefined) {
    put('tiltX_deg', mirror['tiltX_deg'])
    put('tiltY_deg', mirror['tiltY_deg'])
    put('folded_pct', mirror['fold'] === MIRROR_FOLD.folded ? 100 : 0)
    put('heating', mirror['heat'] === 1)
  }
  const latch = name === 'latch' ? of('LatchStatus') : undefined
  if (latch !== undefined) {
    put('ajar', latch['ajar'] === 1)
    put('locked', latch['locked'] === 1)
    put('lid', latch['state'] === LATCH_STATE.closed ? 'closed' : 'open')
  }
  if (name === 'lamp') {
    for (let channel = 0; channel < 8; channel++) put(`light${channel}_pct`, model.signals.get(`LightStatus@${location}#${channel}`)?.values['level_pct'])
  }
  const stereo = name === 'amplifier' ? of('StereoStatus') : undefined
  if (stereo !== undefined) {
    put('playing', stereo['source'] !== STEREO_SOURCE.off && stereo['muted'] !== 1)
    put('volume', stereo['volume'])
    put('frequency_MHz', stereo['frequency_MHz'])
  }
  return shown
}
