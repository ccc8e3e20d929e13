import { compileExpression } from '#sim/gateway/expression/compile.ts'
import type { FrameValue } from '#sim/gateway/expression/names.ts'
import { ExpressionError } from '#sim/gateway/expression/tokens.ts'
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
