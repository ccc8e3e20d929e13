import { byName, type Data, list, namesOf, number, object, oneOf, optional } from '../schema/index.ts'
import { SHAPES } from './shapes.ts'

const placeFields = object({
  /** From the foremost point of the car to its rear. */
  x_mm: number(-1000, 25_000, 'mm'),
  /** From its middle to the right; the left is negative. */
  y_mm: number(-2000, 2000, 'mm'),
  /** From the ground up. */
  z_mm: number(0, 5000, 'mm'),
})

const lineFields = object({
  points: list(placeFields, 2, 64),
  /** It bends with a hinge: so much longer is a cable along it than the line. */
  hinge_mm: optional(number(0, 1000, 'mm')),
})

/** The body of a car: how large it is, where its hubs sit, and along which lines cables are laid. What is left out is its type's. */
export const bodySchema = object({
  type: oneOf(namesOf(SHAPES)),
  length_mm: optional(number(1500, 25_000, 'mm')),
  width_mm: optional(number(800, 3000, 'mm')),
  height_mm: optional(number(800, 5000, 'mm')),
  /** By name: the battery, a tap, a hub (`FL`), a component (`FL.window`). */
  places: optional(byName(placeFields)),
  /** Lines of the body by name, beside those of its type or instead of them. The spine lies along `spine`. */
  lines: optional(byName(lineFields)),
  /** Of a cable, beyond its way: for tolerance and for hands. Default 5 %. */
  slack_pct: optional(number(0, 100, '%')),
  /** Of a cable, at each end with a plug. Default 60 mm. */
  end_mm: optional(number(0, 1000, 'mm')),
})

export type BodyData = Data<typeof bodySchema>
/** A point of the car, mm. */
export type BodyPlace = Data<typeof placeFields>
export type BodyLine = Data<typeof lineFields>
