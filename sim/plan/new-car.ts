import { type BodyData, bodyOf, type BodyType, SHAPES } from '../body/index.ts'
import { type ComponentData, type HubData, type HubName, readTopology, type TopologyData } from '../car/index.ts'
import { type CopperTopology, lineCopper } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import { laid, sizeCar } from './size.ts'

/** What a door, a lid or a corner of the cabin can have. */
const FITTINGS = {
  window: { class: 'window' },
  mirror: { class: 'mirror' },
  latch: { class: 'latch' },
  switches: { class: 'switchPack', layout: 'door' },
  lidSwitches: { class: 'switchPack', layout: 'trunk' },
  puddle: { class: 'lamp', channels: [{ name: 'puddle', kind: 'led', rated_W: 2 }] },
  headlamps: {
    class: 'lamp', channels: [
      { name: 'low beam left', kind: 'bulb', rated_W: 55 }, { name: 'low beam right', kind: 'bulb', rated_W: 55 },
      { name: 'indicator left', kind: 'bulb', rated_W: 21 }, { name: 'indicator right', kind: 'bulb', rated_W: 21 },
    ],
  },
  tailLamps: {
    class: 'lamp', channels: [
      { name: 'tail left', kind: 'bulb', rated_W: 5 }, { name: 'tail right', kind: 'bulb', rated_W: 5 }, { name: 'brake', kind: 'bulb', rated_W: 21 },
    ],
  },
  interior: { class: 'lamp', channels: [{ name: 'interior', kind: 'led', rated_W: 8 }, { name: 'cluster', kind: 'led', rated_W: 4 }] },
  worklight: { class: 'lamp', channels: [{ name: 'worklight', kind: 'led', rated_W: 20 }] },
  fan: { class: 'seatFan' },
  amplifier: { class: 'amplifier' },
} as const satisfies Readonly<Record<string, ComponentData>>
export type Fitting = keyof typeof FITTINGS

/** What is asked of a car. */
export interface Wish {
  readonly name: string
  readonly body: BodyType
  /** Measured, mm; left out: that of the type. */
  readonly length_mm?: number | undefined
  readonly width_mm?: number | undefined
  readonly height_mm?: number | undefined
  readonly doors: 2 | 4
  readonly seats: number
  /** By where: what is there. An empty list: no hub is. */
  readonly fittings: Readonly<Record<Corner, readonly Fitting[]>>
}

/** Where something can be. */
export const CORNERS = {
  front: { about: 'each front door', hubs: ['FL', 'FR'], fits: ['window', 'mirror', 'latch', 'switches', 'puddle', 'fan'] },
  rear: { about: 'each rear door', hubs: ['RL', 'RR'], fits: ['window', 'latch', 'switches', 'puddle', 'fan', 'worklight'] },
  hood: { about: 'the hood', hubs: ['HOOD'], fits: ['latch', 'headlamps'] },
  dash: { about: 'the dashboard, beside its switches and lamps', hubs: ['DASH'], fits: ['worklight'] },
  console: { about: 'the console', hubs: ['STEREO'], fits: ['amplifier'] },
  trunk: { about: 'the trunk or the tailgate', hubs: ['TRUNK'], fits: ['latch', 'lidSwitches', 'tailLamps', 'worklight'] },
} as const satisfies Readonly<Record<string, { about: string, hubs: readonly HubName[], fits: readonly Fitting[] }>>
export type Corner = keyof typeof CORNERS

/** What cars of a type commonly have. */
const ALL_DOOR = ['window', 'mirror', 'latch', 'switches', 'puddle'] as const
const TRUNK = ['latch', 'lidSwitches', 'tailLamps'] as const
export const COMMON: Readonly<Record<BodyType, Pick<Wish, 'doors' | 'seats' | 'fittings'>>> = {
  sedan: { doors: 4, seats: 5, fittings: { front: ALL_DOOR, rear: ['window', 'latch', 'switches', 'puddle'], hood: ['latch', 'headlamps'], dash: [], console: ['amplifier'], trunk: TRUNK } },
  coupe: { doors: 2, seats: 4, fittings: { front: ALL_DOOR, rear: [], hood: ['latch', 'headlamps'], dash: [], console: ['amplifier'], trunk: TRUNK } },
  pickup: { doors: 4, seats: 5, fittings: { front: ALL_DOOR, rear: ['window', 'latch', 'switches', 'puddle'], hood: ['latch', 'headlamps'], dash: [], console: ['amplifier'], trunk: [...TRUNK, 'worklight'] } },
  van: { doors: 4, seats: 4, fittings: { front: ALL_DOOR, rear: ['latch', 'switches', 'fan', 'worklight'], hood: ['latch', 'headlamps'], dash: [], console: ['amplifier'], trunk: [...TRUNK, 'worklight'] } },
  kit: { doors: 2, seats: 2, fittings: { front: ['latch', 'puddle'], rear: [], hood: ['latch', 'headlamps'], dash: [], console: [], trunk: ['latch', 'tailLamps'] } },
}

/** What is in the rear doors when nobody says it: with four doors, of a car whose type commonly has two, what a sedan has. */
export function usualRear(body: BodyType, doors: Wish['doors']): readonly Fitting[] {
  if (doors === 2 && body !== 'van') return []
  const own = COMMON[body].fittings.rear
  return own.length > 0 || !Object.hasOwn(SHAPES[body].hubs, 'RL') ? own : COMMON.sedan.fittings.rear
}

/** Front to rear, and the image of each. */
const ORDER = {
  HOOD: 'hood', DASH: 'dash', FL: 'door', FR: 'door', STEREO: 'stereo', RL: 'door', RR: 'door', TRUNK: 'trunk',
} as const satisfies Readonly<Record<HubName, HubData['image']>>

/** Before their taps the spine has a plug: at the bulkhead and at the rear seat. */
const PLUGGED: readonly HubName[] = ['DASH', 'TRUNK']

/**
 * A car as it is wished for: hubs where something is, copper laid along its body and sized.
 * @throws DataError naming every wish that cannot be.
 */
export function newCar(wish: Wish): TopologyData {
  const problems = wishProblems(wish)
  if (problems.length > 0) throw new DataError(problems)
  const { length_mm, width_mm, height_mm } = wish
  const body: BodyData = {
    type: wish.body, ...length_mm !== undefined && { length_mm }, ...width_mm !== undefined && { width_mm },
    ...height_mm !== undefined && { height_mm },
  }
  const hubs = (Object.keys(ORDER) as HubName[]).flatMap((location): HubData[] => {
    const ports = portsOf(location, wish)
    return ports.length === 0 ? [] : [{ location, image: ORDER[location], ports }]
  })
  // Any copper that is right will do to begin with: its lengths come from the body, its gauges from sizing. Taps stand where the way
  // from each hub meets the spine, and the hubs follow in that order: no cable runs back.
  const plugs = (hub: HubData): number => PLUGGED.includes(hub.location) ? 1 : 0
  const copperOf = (order: readonly HubData[]): CopperTopology =>
    lineCopper({ gauge_mm2: 35, main_mm2: 35, fuse_A: 125 }, order.map(hub => [hub.location, 1, plugs(hub), 1, 6, 30]))
  const copper = copperOf(hubs)
  const { places } = bodyOf(body, copper)
  const along = (hub: HubData): number => places.get(`tap.${hub.location}`)?.x_mm ?? Infinity
  const ordered = [...hubs].sort((a, b) => along(a) - along(b))
  const car = laid({ name: wish.name, body, hubs: ordered, copper: copperOf(ordered) })
  readTopology(car, 'car')
  return sizeCar(car).car
}

function wishProblems({ body, doors, seats, fittings }: Wish): string[] {
  const problems: string[] = []
  if (!(Number.isInteger(seats) && seats >= 1 && seats <= 12)) problems.push(`wish.seats: ${seats} is not a whole number in 1…12`)
  for (const corner of Object.keys(CORNERS) as Corner[]) {
    const { hubs, fits }: { readonly hubs: readonly string[], readonly fits: readonly string[] } = CORNERS[corner]
    for (const [i, fitting] of fittings[corner].entries()) {
      if (!fits.includes(fitting)) problems.push(`wish.fittings.${corner}[${i}]: ${fitting} does not fit there; there fit ${fits.join(', ')}`)
      if (fittings[corner].indexOf(fitting) < i) problems.push(`wish.fittings.${corner}[${i}]: there is ${fitting} already`)
    }
    const missing = hubs.filter(hub => !Object.hasOwn(SHAPES[body].hubs, hub))
    if (fittings[corner].length > 0 && missing.length > 0) problems.push(`wish.fittings.${corner}: a ${body} has no ${missing.join(', ')}`)
  }
  if (doors === 4 && !Object.hasOwn(SHAPES[body].hubs, 'RL')) problems.push(`wish.doors: a ${body} has two`)
  if (seats <= 2 && fittings.rear.includes('fan') && body !== 'van') problems.push(`wish.fittings.rear: there are no rear seats: wish.seats is ${seats}`)
  if (doors === 2 && fittings.rear.length > 0 && body !== 'van') problems.push('wish.fittings.rear: a car with two doors has no rear doors')
  return problems
}

/** What a hub in the furniture of a van has no use for. */
const DOOR_ONLY: readonly Fitting[] = ['window', 'latch', 'switches']

function portsOf(location: HubName, { body, fittings }: Wish): ComponentData[] {
  const corner = (Object.keys(CORNERS) as Corner[]).find(name => (CORNERS[name].hubs as readonly HubName[]).includes(location))!
  const furniture = body === 'van' && location === 'RL'
  const parts = merged(fittings[corner].filter(fitting => !furniture || !DOOR_ONLY.includes(fitting)).map(fitting => FITTINGS[fitting]))
  if (location !== 'DASH') return parts
  const layout = fittings.rear.includes('window') ? 'driver' : 'driver2'
  return [{ class: 'vehicle' }, { class: 'switchPack', layout }, ...merged([FITTINGS.interior, ...parts])]
}

/** The lamps of a hub are channels of one: messages name the place and the channel. */
function merged(parts: readonly ComponentData[]): ComponentData[] {
  const channels = parts.flatMap(part => part.class === 'lamp' ? part.channels : [])
  return [...parts.filter(part => part.class !== 'lamp'), ...channels.length === 0 ? [] : [{ class: 'lamp' as const, channels }]]
}
