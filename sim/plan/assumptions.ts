import { byName, DataError, number, object, optional, read, text } from '../schema/index.ts'

/** From … to: what is known of a number. */
export interface Range {
  readonly low: number
  readonly high: number
}

export interface Assumption extends Range {
  readonly unit: string
  readonly about: string
  /** Where it is from; "estimate" where nobody published it. */
  readonly source: string
}

const WORKSHOP = 'wiring diagrams of workshop manuals (Land Rover Range Rover 2003 door modules C2016/C2057; Nissan NV 2019; Ram ProMaster 2021)'
const VALUES = 'estimate from the plugs of common components'
const APRIORI = 'aPriori cost model guide 2019 R2, wire harness: process defaults, from time studies'
const ESTIMATE = 'estimate'

function assumption(low: number, high: number, unit: string, about: string, source: string): Assumption {
  return { low, high, unit, about, source }
}

/**
 * Everything that the comparison supposes, by name. Low is the practice of cars with a module in each door that talks LIN or CAN, high is
 * a wire for each signal to a body controller behind the dashboard: `door.central` says which.
 */
export const ASSUMPTIONS = {
  'window.power.wires': assumption(2, 2, 'wires', 'motor of a window', WORKSHOP),
  'window.power.mm2': assumption(1.5, 2.5, 'mm²', 'motor of a window', VALUES),
  'window.signal.wires': assumption(1, 5, 'wires', 'a LIN wire of a motor with its electronics; or Hall pair, its supply, its return, a thermal switch', WORKSHOP),
  'mirror.power.wires': assumption(3, 5, 'wires', 'heater, fold', VALUES),
  'mirror.power.mm2': assumption(0.5, 0.75, 'mm²', 'heater, fold', VALUES),
  'mirror.signal.wires': assumption(3, 8, 'wires', 'tilt motors with a common wire; potentiometers of a memory on top', VALUES),
  'latch.power.wires': assumption(2, 4, 'wires', 'lock; a cinch on top', WORKSHOP),
  'latch.power.mm2': assumption(0.75, 1.5, 'mm²', 'lock motor', VALUES),
  'latch.signal.wires': assumption(2, 4, 'wires', 'ajar, locked, and their returns', WORKSHOP),
  'lamp.power.wires': assumption(1, 1, 'wires a light', 'feed of each light', VALUES),
  'lamp.power.mm2': assumption(0.5, 1, 'mm²', 'feed of a light', VALUES),
  'lamp.ground.wires': assumption(0.5, 1, 'wires a light', 'returns, shared or not', VALUES),
  'amplifier.power.wires': assumption(2, 3, 'wires', 'battery, return, switched', VALUES),
  'amplifier.power.mm2': assumption(2.5, 4, 'mm²', 'supply of an amplifier', VALUES),
  'amplifier.signal.wires': assumption(2, 6, 'wires', 'a bus; or audio pairs and remote', VALUES),
  'switchPack.signal.wires': assumption(0.1, 1, 'wires a switch', 'switches on LIN or coded by resistors; or a wire each', 'Ram ProMaster 2021: resistor-coded, analog and LIN outputs side by side; BMW E38/E46: a wire each'),
  'switchPack.power.wires': assumption(2, 3, 'wires', 'supply, return, lighting', WORKSHOP),
  'vehicle.signal.wires': assumption(4, 8, 'wires', 'ignition lock, gear, wheel sensor', VALUES),
  'seatFan.power.wires': assumption(2, 2, 'wires', 'a fan', VALUES),
  'seatFan.power.mm2': assumption(0.75, 1, 'mm²', 'a fan', VALUES),
  'seatFan.signal.wires': assumption(1, 2, 'wires', 'level', VALUES),
  'signal.mm2': assumption(0.35, 0.5, 'mm²', 'wires that carry signals; 0.35 mm² is the thinnest that ISO 6722-1 cars widely use', 'ISO 6722-1'),
  'door.central': assumption(0, 1, 'share', 'of the wires in a door that go on to a controller behind the dashboard; the rest ends at a module in the door', WORKSHOP),
  'doorModule.wires': assumption(4, 4, 'wires', 'of a module in a door: supply, return, a bus pair', WORKSHOP),
  'doorModule.mm2': assumption(2.5, 2.5, 'mm²', 'supply of such a module', VALUES),
  'mainFeed.mm2': assumption(16, 25, 'mm²', 'from the battery to the fuse box behind the dashboard, one wire; the body is the return', VALUES),
  'route.factor': assumption(1.05, 1.3, '×', 'a harness beside the shortest way along the body', ESTIMATE),
  'ground.length_m': assumption(0.3, 1, 'm', 'from a component to the nearest ground point', ESTIMATE),
  'inline.perWire': assumption(0.7, 1.3, 'plugs', 'between body and door or lid, on each wire that leaves it', ESTIMATE),
  contact_s: assumption(8, 16, 's', 'to crimp a contact and put it into its cavity', ESTIMATE),
  layWire_s: assumption(5, 12, 's', 'to lay a wire on the board, whatever its length', ESTIMATE),
  layWire_s_m: assumption(2, 6, 's/m', 'to lay it, by length', ESTIMATE),
  tape_s_m: assumption(30, 43, 's/m', 'to wrap a bundle; high: 1.1 s an inch', APRIORI),
  install_s_m: assumption(8, 20, 's/m', 'to lay and clip a bundle in the car', ESTIMATE),
  plug_s: assumption(4, 10, 's', 'to close a plug in the car', ESTIMATE),
  wiresPerPlug: assumption(6, 12, 'wires', 'at one plug of a component or module today', ESTIMATE),
  'repair.find_min': assumption(30, 90, 'min', 'to find a broken wire in a bundle: what shops charge as diagnosis, 80–150 USD, in time', 'engineerfix.com, cost of fixing wiring in a car; hours by common shop rates: estimate'),
  'repair.mend_min': assumption(20, 90, 'min', 'to open, splice or replace, and close', ESTIMATE),
  'repair.spineFind_min': assumption(5, 20, 'min', 'the trouble code names hub and cable; a look at both plugs', ESTIMATE),
  'repair.spineMend_min': assumption(15, 60, 'min', 'to exchange a drop, or splice the spine', ESTIMATE),
  'family.years': assumption(6, 6, 'years', 'a model is built', ESTIMATE),
  'harness.levels': assumption(3, 20, 'part numbers', 'a harness has by options; 20 is a bound that contracts set', 'Moore, Modeling and optimizing wire harness costs for variation complexity, SAE World Congress 2016; Siemens EE Systems blog (2022), a cap of 20 by contract; low: estimate'),
  'harness.changes': assumption(0.2, 1, 'a year', 'changes of a function that change a harness', ESTIMATE),
  'spine.changes': assumption(0, 0.2, 'a year', 'changes that change a cable: not a function, only a place', ESTIMATE),
  'spine.step_m': assumption(0.25, 0.05, 'm', 'to which lengths of drops are rounded up, so that cars share them', ESTIMATE),
  'vehicle.wires': assumption(1500, 3000, 'wires', 'in a well-equipped car of today; 1,500 and 5 km are told of one', 'd3company.com on modular harnesses; high: estimate'),
  'zonal.share': assumption(0.25, 0.6, 'of wires', 'that end in the next zone controller instead of one farther away', ESTIMATE),
  'zonal.kg_km': assumption(5, 11, 'kg/km', 'wires of 0.35–0.75 mm² with their share of tape and plugs', 'sheets of FLRY-B; share: estimate'),
  'v48.power': assumption(0.25, 0.5, '×', 'copper of power wires at 48 V instead of 12 V: by current, or bound by the thinnest wire', ESTIMATE),
  'zonal.crossing': assumption(0.1, 0.35, '×', 'of wires that crossed the car and still do', ESTIMATE),
} as const satisfies Readonly<Record<string, Assumption>>

export type AssumptionName = keyof typeof ASSUMPTIONS
export type Assumptions = Readonly<Record<AssumptionName, Assumption>>

/** A finer step makes more part numbers: its low is the coarse one. */
const DOWNWARD: readonly string[] = ['spine.step_m']

const editSchema = byName(object({
  low: number(0, 1e6), high: number(0, 1e6), unit: optional(text), about: optional(text), source: optional(text),
}))

/** The assumptions with those of a user in their places. Throws DataError that names every one that is wrong or unknown. */
export function readAssumptions(data: unknown, path = 'assumptions'): Assumptions {
  const edits = read(editSchema, data, path)
  const problems = Object.entries(edits).flatMap(([name, { low, high }]) => [
    ...Object.hasOwn(ASSUMPTIONS, name) ? [] : [`${path}.${name}: there is no such assumption; --list-assumptions shows them`],
    ...low > high && !DOWNWARD.includes(name) ? [`${path}.${name}: low ${low} is above high ${high}`] : [],
  ])
  if (problems.length > 0) throw new DataError(problems)
  const edited = Object.entries(edits).map(([name, { low, high, unit, about, source = 'yours' }]) => {
    const before: Assumption = ASSUMPTIONS[name as AssumptionName]
    return [name, { low, high, unit: unit ?? before.unit, about: about ?? before.about, source }]
  })
  return { ...ASSUMPTIONS, ...Object.fromEntries(edited) as Partial<Assumptions> }
}
