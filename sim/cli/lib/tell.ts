import { describe } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Prints what a command came to: with `--json` an object for programs, otherwise text for people. Neither is made in vain. */
export function tell(terminal: Terminal, asJson: boolean | undefined, json: () => unknown, text: () => string, indent?: number): void {
  terminal.write(asJson === true ? `${JSON.stringify(json(), undefined, indent)}\n` : text())
}

/** With `--json` a failure is told to programs too, with what is `known` by then. @throws what the work throws */
export async function tellFailure(terminal: Terminal, asJson: boolean | undefined, known: object, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (asJson === true) terminal.write(`${JSON.stringify({ ok: false, error: describe(error), ...known })}\n`)
    throw error
  }
}
