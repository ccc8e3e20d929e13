import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from './terminal.ts'

/** Fits lines into the screen, so that a picture never scrolls: long lines lose their end, the last lines are left out. */
export function fit(lines: readonly string[], terminal: Terminal): string {
  const room = Math.max(4, terminal.rows - 1)
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), terminal.colors.dim(`… ${lines.length - room + 1} more lines`)]
  return shown.map(line => cut(line, terminal.columns)).join('\n')
}

function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`
}

/** The lines of a table made by `table()`. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** `12.3 %`, coloured by how much of the bus that is. */
export function loadText(load: number, terminal: Terminal): string {
  const text = `${(load * 100).toFixed(1)} %`
  const { colors } = terminal
  return load > 0.7 ? colors.red(text) : load > 0.5 ? colors.yellow(text) : colors.green(text)
}
