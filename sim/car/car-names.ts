import type { SWITCH_LAYOUT } from '#protocol/index.ts'
import type { SPINE_B, SupplyFault } from '../power/index.ts'
import type { DefaultName } from './kinds.ts'
import type { ComponentData, HubData, TopologyData } from './topology.ts'

/** The names of what a car has, as types: unions of literals where its topology was written `as const`. */
export interface CarNames {
  /** `FL` */
  readonly hub: string
  /** `FL.window` */
  readonly component: string
  /** `DASH.windowFL.up` */
  readonly switch: string
  /** A data pair between hubs, or to one: `spine.FL`, `drop.FL`. */
  readonly cable: string
  /** A cable as a conductor of current: also the one from the battery to the foremost hub. */
  readonly feeder: string
}

/** A fault of the copper at a place that the car has. */
export type FaultOf<Names extends CarNames> = SupplyFault & ({ readonly cable: Names['feeder'] } | { readonly hub: Names['hub'] })

/** Those of a topology. One that is not `as const` names its parts by any string. */
export interface NamesOf<Car extends TopologyData> {
  readonly hub: HubOf<Car>['location']
  readonly component: Text<{ [Hub in HubOf<Car> as Hub['location']]: `${Hub['location']}.${NameOf<PartOf<Hub>>}` }[HubOf<Car>['location']]>
  readonly switch: Text<{ [Hub in HubOf<Car> as Hub['location']]: `${Hub['location']}.${SwitchOf<PartOf<Hub>>}` }[HubOf<Car>['location']]>
  readonly cable: OnSpines<Car, `drop.${HubOf<Car>['location']}` | `spine.${Behind<Car>}`>
  readonly feeder: OnSpines<Car, `${'drop' | 'spine'}.${HubOf<Car>['location']}`>
}

/** Cables of spine A, and those of spine B where there is one. */
type OnSpines<Car extends TopologyData, Name extends string> = Car['copper']['layout'] extends 'dual' ? Name | `${typeof SPINE_B}${Name}` : Name
/** Tells the compiler that these are strings, whichever the car. */
type Text<Name> = Name extends string ? Name : never
type HubOf<Car extends TopologyData> = Car['hubs'][number]
/** What is plugged in. */
type PartOf<Hub extends HubData> = Exclude<Hub['ports'][number], null>
/** Within its hub: what the topology says, or the name of its class. */
type NameOf<Part extends ComponentData> = Part extends { readonly name: infer Name extends string } ? Name
  : 'name' extends keyof Part ? string : DefaultName<Part['class']>
type SwitchOf<Part extends ComponentData> = Part extends { readonly class: 'switchPack' } ? (typeof SWITCH_LAYOUT)[Part['layout']][number] : never
/** All hubs but the foremost: a cable of the spine leads to each. */
type Behind<Car extends TopologyData> = Car['hubs'] extends readonly [HubData, ...infer Rest extends readonly HubData[]]
  ? Rest[number]['location'] : string
