import { HUB_PORT, HUB_RECORD, NO_CLASS, saveRecord } from '#firmware/runtime/index.ts'
import { type CanFrame, type HubName, HUBS, TAGGING, taggingOf } from '#protocol/index.ts'
import { type CarKeys, keyBytes, makeKeys, readKeys, Technician } from '#sim/diag/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import type { SimulatedVehicle } from '../kit/index.ts'

/** Keys that everybody knows, for tests. */
export const KEYS: CarKeys = readKeys(makeKeys(Uint8Array.from({ length: 48 }, (_, i) => i)))
export const OTHER_KEYS: CarKeys = readKeys(makeKeys(Uint8Array.from({ length: 48 }, (_, i) => 255 - i)))
export const KEYED: readonly HubName[] = ['DASH', 'TRUNK', 'FL', 'FR', 'RL', 'RR', 'HOOD']
/** The judge of frames takes a laptop's questions and answers for strange: they are no messages of the catalogue. */
export const ASKED = { expects: ['frames'] }
/** A command with a tag in it, or one that a tag follows. */
export const isTagged = ({ id, data }: CanFrame): boolean => taggingOf(id, data) !== TAGGING.open
/** Ignition and speed as a hub knows them. */
export const view = (car: SimulatedVehicle, hub: HubName): readonly [number, number] => {
  const vehicle = car.car.hub(hub).firmware!.vehicle
  return [vehicle.ignition(), vehicle.speed_kmh()]
}

/** Gives keys to the hubs of a running car. */
export async function keyed(car: SimulatedVehicle): Promise<Laptop> {
  const laptop = new Laptop(car.car)
  const technician = new Technician(laptop.wire, laptop.clock)
  for (const hub of KEYED) await laptop.wait(technician.giveKeys(hub, KEYS))
  await car.run(4000)
  return laptop
}

/** A car that left the factory with keys in all hubs and paired sockets; `unpowered` until now. */
export async function armed(car: SimulatedVehicle): Promise<Laptop> {
  for (const host of car.car.hubs.values()) saveRecord(host.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, Uint8Array.from(keyBytes(KEYS)))
  car.car.boot()
  await car.run(5000)
  const laptop = new Laptop(car.car)
  const technician = new Technician(laptop.wire, laptop.clock, KEYS)
  for (const hub of HUBS) await laptop.wait(technician.pair(hub, 'pair'))
  await car.run(3000)
  return laptop
}
