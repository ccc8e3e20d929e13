import { compileExpression, ExpressionError, type FrameValue } from '#sim/gateway/expression/index.ts'
import { usage } from './failure.ts'

/** The expression that an option was given. Throws a usage error that names the option. */
export function compiled(option: string, text: string): FrameValue {
  try {
    return compileExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) throw usage(`${option} ${error.message}`)
    throw error
  }
}
