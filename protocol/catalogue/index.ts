export * from './components.ts'
export * from './diagnosis.ts'
export * from '../enums.ts'
export * from '../locations.ts'
export * from './management.ts'
export * from './row.ts'
export * from './table.ts'
export { laterCommand, laterSequence, laterStatus, laterStatusHead } from './component-row.ts'
export {
  CLASS_BITS, codesOf, describeField, fractionOf, HEADER_BITS, isPhysical, lengthOf, limitsOf, nameOfCode, neutralOf, offsetSteps, valueOf,
} from './fields.ts'
export { type ProtoEnum, type ProtoField, type ProtoMessage, protoSchema } from './proto-schema.ts'
export { assertCatalogue, UNIT_SUFFIX, validateCatalogue } from './validate.ts'
