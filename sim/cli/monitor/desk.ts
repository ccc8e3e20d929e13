import { stripVTControlCharacters } from 'node:util'
import plot from 'simple-ascii-chart'
import type { KeyOutcome } from '../lib/live.ts'
import type { Key, Terminal } from '../lib/terminal.ts'
import { hasWords, type History } from './history.ts'
import { type Scene, type SceneRow, type SceneTable, tableLines } from './scene.ts'

/** What rows are sorted by, the smallest first; undefined: they stay where they are. */
const ORDERS: Readonly<Record<string, ((row: SceneRow) => number) | undefined>> = {
  place: undefined, drawn: row => -row.drawn_A, supply: row => row.supply_V, heard: row => -row.heard_ms,
}
const ORDER_NAMES = Object.keys(ORDERS)
/** Lines of a plot, and columns beside it that its axis takes. */
const PLOT_ROWS = 6
const AXIS_COLUMNS = 12
/** A picture has at least so many lines of what it is about. */
const LEAST_BODY = 4
const PAGE = 10
const STEPS: Readonly<Record<string, number>> = {
  up: -1, k: -1, down: 1, j: 1, pageup: -PAGE, pagedown: PAGE, home: -Infinity, end: Infinity,
}

type Asked = 'filter' | 'plot'

/** What somebody made of the picture by keys: order, filter, place, plot, and whether it stands still. */
export class Desk {
  private order = 0
  /** Words by which rows and the plotted value are found. */
  private readonly words: Record<Asked, string> = { filter: '', plot: '' }
  private asked: Asked | undefined
  /** Which of the values with these words. */
  private choice = 0
  private offset = 0
  private standing = false
  /** What stood there when it was frozen, and when that was. */
  private frozen: { readonly scene: Scene, readonly time_s: number } | undefined

  /** Takes a key. */
  press({ name, text }: Key): KeyOutcome {
    if (this.asked !== undefined) return this.type(this.asked, name, text)
    const step = STEPS[name]
    if (step !== undefined) this.offset += step
    else if (name === 'q') return 'end'
    else if (name === 's') this.order = (this.order + 1) % ORDER_NAMES.length
    else if (name === 'space') this.standing = !this.standing
    else if (text === '/') this.ask('filter')
    else if (name === 'p') this.ask('plot')
    else if (name === 'tab') this.choice++
    else if (name === 'escape') this.words.filter = this.words.plot = ''
    else return 'nothing'
    return 'changed'
  }

  /** The picture, no longer than the screen; `now`: what the bus says at `time_s` of its time. */
  lines(now: () => Scene, time_s: number, history: History, terminal: Terminal): string[] {
    this.frozen = this.standing ? this.frozen ?? { scene: now(), time_s } : undefined
    const { head, tables, foot } = this.frozen?.scene ?? now()
    const body = [...tables.flatMap(each => this.arranged(each, terminal)), ...foot]
    const above = [...head, ...this.plotLines(history, terminal)]
    const room = Math.max(LEAST_BODY, terminal.rows - above.length - 2)
    this.offset = Math.max(0, Math.min(this.offset, body.length - room))
    const below = Math.max(0, body.length - room - this.offset)
    return [...above, this.keysLine(below, terminal), ...body.slice(this.offset, this.offset + room)]
  }

  private ask(asked: Asked): void {
    this.asked = asked
    this.words[asked] = ''
    this.choice = 0
  }

  private type(asked: Asked, name: string, text: string): KeyOutcome {
    if (name === 'return') this.asked = undefined
    else if (name === 'escape') {
      this.words[asked] = ''
      this.asked = undefined
    } else if (name === 'backspace') this.words[asked] = this.words[asked].slice(0, -1)
    else if (name === 'tab' || name === 'down') this.choice++
    else if (name === 'up') this.choice--
    else if (text === '') return 'nothing'
    else this.words[asked] += text
    return 'changed'
  }

  private arranged(all: SceneTable, terminal: Terminal): string[] {
    const kept = all.rows.filter(({ cells }) => hasWords(stripVTControlCharacters(cells.join(' ')), this.words.filter))
    const by = ORDERS[ORDER_NAMES[this.order]!]
    const rank = (row: SceneRow): number => Number.isNaN(by!(row)) ? Infinity : by!(row)
    if (by !== undefined) kept.sort((a, b) => rank(a) - rank(b) || 0)
    return kept.length === 0 && all.rows.length > 0 ? [] : tableLines(all, kept, terminal)
  }

  private plotLines(history: History, { columns, colors }: Terminal): string[] {
    const asking = this.asked === 'plot'
    if (this.words.plot === '' && !asking) return []
    const names = history.named(this.words.plot)
    if (names.length === 0) return [colors.yellow(`no value is named "${this.words.plot}"`)]
    const at = (this.choice % names.length + names.length) % names.length
    const name = names[at]!
    const course = history.course(name, this.frozen?.time_s)
    const values = course.map(([, value]) => value)
    if (values.length === 0) return [colors.yellow(`${name}: not known yet`)]
    const span_s = course.at(-1)![0] - course[0]![0]
    const [least, most] = [Math.min(...values), Math.max(...values)]
    const drawn = plot(course.map(([time_s, value]): [number, number] => [time_s, value]), {
      width: Math.max(PLOT_ROWS, columns - AXIS_COLUMNS), height: PLOT_ROWS, hideXAxis: true,
      customYAxisTicks: [least, (least + most) / 2, most], formatter: value => numberText(value),
    })
    return [
      `${colors.bold(name)}  ${numberText(values.at(-1)!)}, from ${numberText(least)} to ${numberText(most)} in ${span_s.toFixed(0)} s`
      + (names.length > 1 ? colors.dim(`  ${at + 1} of ${names.length}, Tab: the next`) : ''),
      ...drawn.split('\n').filter(line => /[┤│]/.test(line)).slice(0, PLOT_ROWS),
    ]
  }

  private keysLine(below: number, { colors }: Terminal): string {
    const { asked, words } = this
    if (asked !== undefined) return `${asked}: ${colors.bold(words[asked])}▏ ${colors.dim('Enter: keep it, Esc: none')}`
    const filter = words.filter === '' ? '/ filter' : colors.yellow(`/ filter "${words.filter}"`)
    const freeze = this.standing ? colors.yellow('frozen, space go on') : 'space freeze'
    return [
      colors.dim(`↑↓ ${this.offset > 0 ? `${this.offset} above, ` : ''}${below} more`), colors.dim(`s by ${ORDER_NAMES[this.order]!}`), filter, freeze,
      colors.dim('p plot'), colors.dim('q end'),
    ].join('  ')
  }
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}
