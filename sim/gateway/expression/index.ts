export { compileExpression } from './compile.ts'
export type { FrameValue } from './names.ts'
export { ExpressionError } from './tokens.ts'
