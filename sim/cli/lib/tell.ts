import type { Terminal } from './terminal.ts'

/** Prints what a command came to: with `--json` an object for programs, otherwise text for people. Neither is made in vain. */
export function tell(terminal: Terminal, asJson: boolean | undefined, json: () => unknown, text: () => string, indent?: number): void {
  terminal.write(asJson === true ? `${JSON.stringify(json(), undefined, indent)}\n` : text())
}
