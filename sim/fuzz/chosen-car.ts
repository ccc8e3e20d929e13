import { CARS, CPUS } from '../car/index.ts'
import { type Data, namesOf, object, oneOf, optional } from '../schema/index.ts'

/** A car that comes with the project, the sedan when it is left out; what its hubs run on, which takes no time when it is left out. */
export const carSchema = { car: optional(oneOf(namesOf(CARS))), cpu: optional(oneOf(CPUS)) }
export const chosenSchema = object(carSchema)
export type ChosenCar = Data<typeof chosenSchema>

/** Of more than that, that. */
export function chosenCar({ car, cpu }: ChosenCar): ChosenCar {
  return { ...(car !== undefined && { car }), ...(cpu !== undefined && { cpu }) }
}
