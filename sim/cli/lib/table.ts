import Table from 'cli-table3'
import type { Terminal } from './terminal.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A column of numbers. */
export function right(title: string): Column {
  return { title, align: 'right' }
}

const NO_LINES = Object.fromEntries([
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid',
  'mid', 'mid-mid', 'right', 'right-mid', 'middle',
].map(part => [part, '']))

/** Columns aligned by spaces, a dim head line; ends with a line end. */
export function table(terminal: Terminal, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    chars: NO_LINES,
    head: columns.map(column => terminal.colors.dim(column.title)),
    colAligns: columns.map(column => column.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  })
  made.push(...rows.map(row => [...row]))
  return `${made.toString().split('\n').map(line => line.trimEnd()).join('\n')}\n`
}
