import { CRANKING_LEVELS, type CrankingLevel, loadDump, PLACE_NAMES, type PlaceName, pulse4, type SupplyFault } from '../../power/index.ts'
import { WindowPlant } from '../../plants/index.ts'
import { pick, scaled, whole } from '../dice.ts'
import type { Stage } from '../stage.ts'
import { figure, type FuzzKind, kinds, type Params, text } from './kind.ts'

/** How long the starter turns. */
const PULSE4_s = { least: 0.5, most: 5 }
/** Between which the window's law is declared; and a mild day. */
const COLDEST_C = -30
const HOTTEST_C = 80
const ROOM_C = 23

/** What happens to the supply. */
export const POWER_KINDS = kinds({
  supply: {
    summary: 'a hub, or every hub, is fed with another voltage for a while', perMinute: 1.5,
    draw: (dice, names) => ({
      for_ms: whole(dice, 20, 6000),
      with: { hub: dice.chance(0.5) ? 'ALL' : pick(dice, names.hubs), supply_V: whole(dice, 60, 180) / 10 },
    }),
    begin: ({ car }, params) => {
      car.setSupply(figure(params, 'supply_V'), oneHub(params))
      return true
    },
    end: ({ car }, params) => car.setSupply(undefined, oneHub(params)),
  },
  crank: {
    summary: 'the engine is started, on its battery or at a level of ISO 16750-2', perMinute: 0.7,
    draw: dice => ({ for_ms: 0, with: { level: pick(dice, ['battery', ...CRANKING_LEVELS]) } }),
    begin: ({ car }, params) => {
      const level = text(params, 'level')
      car.crank(level === 'battery' ? undefined : level as CrankingLevel)
      return true
    },
  },
  profile: {
    summary: 'a load dump, or pulse 4 of ISO 7637-2, runs over the supply', perMinute: 0.7,
    draw: dice => dice.chance(0.5)
      ? { for_ms: 0, with: { pulse: 'dump', duration_ms: whole(dice, 40, 400) } }
      : { for_ms: 0, with: { pulse: '4', duration_ms: Math.round(1000 * scaled(dice, PULSE4_s.least, PULSE4_s.most)) } },
    begin: ({ car }, params) => {
      const duration_ms = figure(params, 'duration_ms')
      car.profile(text(params, 'pulse') === 'dump' ? loadDump(duration_ms) : pulse4({ cranking_s: duration_ms / 1000 }))
      return true
    },
  },
  copper: {
    summary: 'a conductor is cut, a contact corrodes, a hub is shorted; and it is repaired', perMinute: 1.5,
    draw: (dice, names) => ({
      for_ms: whole(dice, 50, 6000),
      with: {
        fault: pick(dice, ['cut', 'corrosion', 'short']), cable: pick(dice, names.copper), hub: pick(dice, names.hubs),
        resistance_Ohm: scaled(dice, 0.02, 0.5),
      },
    }),
    ...fails(copperFault),
  },
  ground: {
    summary: 'the return of a cable is cut or corrodes, so that a ground is lifted and the bus hears it', perMinute: 1,
    draw: (dice, names) => ({
      for_ms: whole(dice, 50, 6000),
      with: { fault: pick(dice, ['cut', 'corrosion']), cable: pick(dice, names.copper), resistance_Ohm: scaled(dice, 0.05, 5) },
    }),
    ...fails(params => ({ ...cableFault(params), conductor: 'return' })),
  },
  ambient: {
    summary: 'cabin, doors or engine bay are cold or hot: boards at once, copper with time', perMinute: 0.5,
    draw: dice => ({
      for_ms: whole(dice, 5000, 30_000), with: { place: pick(dice, PLACE_NAMES), ambient_C: whole(dice, COLDEST_C, HOTTEST_C) },
    }),
    begin: ({ car }, params) => {
      surround(car, params, figure(params, 'ambient_C'))
      return true
    },
    end: ({ car }, params) => surround(car, params, ROOM_C),
  },
})

/** What is in a door is as warm as its board. */
function surround(car: Stage['car'], params: Params, ambient_C: number): void {
  const place = text(params, 'place') as PlaceName
  car.setAmbient_C(place, ambient_C)
  for (const name of place === 'door' ? car.componentsOf('window') : []) car.plant(name, WindowPlant).setConditions(ambient_C)
}

function oneHub(params: Params): string | undefined {
  const hub = text(params, 'hub')
  return hub === 'ALL' ? undefined : hub
}

/** Begins with a fault of the copper, and ends with its repair. */
function fails(faultOf: (params: Params) => SupplyFault): Pick<FuzzKind, 'begin' | 'end'> {
  return {
    begin: ({ car }, params) => {
      car.powerFault(faultOf(params))
      return true
    },
    end: ({ car }, params) => car.powerRepair(faultOf(params)),
  }
}

function copperFault(params: Params): SupplyFault {
  if (text(params, 'fault') !== 'short') return cableFault(params)
  return { kind: 'short', hub: text(params, 'hub'), resistance_Ohm: figure(params, 'resistance_Ohm') }
}

function cableFault(params: Params): Extract<SupplyFault, { kind: 'cut' | 'corrosion' }> {
  const cable = text(params, 'cable')
  return text(params, 'fault') === 'cut' ? { kind: 'cut', cable } : { kind: 'corrosion', cable, extra_Ohm: figure(params, 'resistance_Ohm') }
}
