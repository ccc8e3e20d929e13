export { bodyOf, bodyProblems, bodySize, hubPlace, likelyBody } from './body.ts'
export { type BodyData, type BodyPlace, bodySchema } from './fields.ts'
export { type BodyType, SHAPES } from './shapes.ts'
export { straight_mm } from './ways.ts'
