import type { Plotted } from './plots.ts'
import type { Extent } from './series.ts'

/** Draws on a screen or into a file. Coordinates in CSS pixels. */
export interface Pen {
  line(points: readonly number[], colour: string, width: number, dash?: boolean): void
  box(x: number, y: number, width: number, height: number, colour: string): void
  text(x: number, y: number, text: string, colour: string, anchor: 'start' | 'middle' | 'end'): void
}

/** Values of one unit share a pane. */
interface Pane { readonly unit: string, readonly members: readonly Plotted[], readonly top: number, readonly height: number }

export interface Range { readonly from_s: number, readonly to_s: number }

export interface ChartLook {
  readonly width: number
  readonly height: number
  readonly range: Range
  /** What holds until it changes holds until now. */
  readonly now_s: number
  readonly cursors: readonly { readonly time_s: number, readonly name: string }[]
  readonly colours: readonly string[]
  readonly ink: string
  readonly grid: string
}

export const MARGIN = { left: 58, right: 12, top: 8, bottom: 24 } as const
const GAP = 14
const CODE_ROW = 26
const TICK_TARGET_px = 90

/** Panes from top to bottom: numbers by unit, enums a row each. */
function panesOf(list: readonly Plotted[], height: number): Pane[] {
  const units = new Map<string, Plotted[]>()
  for (const plotted of list) {
    const key = plotted.codes === undefined ? `n ${plotted.unit}` : `e ${plotted.key}`
    units.set(key, [...units.get(key) ?? [], plotted])
  }
  const numeric = [...units.keys()].filter(key => key.startsWith('n ')).length
  const enums = units.size - numeric
  const room = height - MARGIN.top - MARGIN.bottom - enums * CODE_ROW - (units.size - 1) * GAP
  const each = numeric === 0 ? CODE_ROW : Math.max(40, room / numeric)
  let top = MARGIN.top
  return [...units].map(([key, members]) => {
    const pane = { unit: members[0]!.unit, members, top, height: key.startsWith('n ') ? each : CODE_ROW }
    top += pane.height + GAP
    return pane
  })
}

/** A step of 1, 2 or 5 times a power of ten. */
function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  return (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1) * power
}

/** Draws everything: panes, axes, values, cursors. */
export function drawChart(pen: Pen, list: readonly Plotted[], look: ChartLook): void {
  const { width, height, range, cursors, ink, grid } = look
  const inner = width - MARGIN.left - MARGIN.right
  const x = (time_s: number): number => MARGIN.left + (time_s - range.from_s) / (range.to_s - range.from_s) * inner
  const panes = panesOf(list, height)
  const bottom = height - MARGIN.bottom
  const step_s = niceStep(range.to_s - range.from_s, (width - MARGIN.left) / TICK_TARGET_px)
  for (let time_s = Math.ceil(range.from_s / step_s) * step_s; time_s <= range.to_s; time_s += step_s) {
    pen.line([x(time_s), MARGIN.top, x(time_s), bottom], grid, 1)
    pen.text(x(time_s), bottom + 16, `${Number(time_s.toPrecision(12))} s`, ink, 'middle')
  }
  for (const pane of panes) {
    if (pane.members[0]!.codes === undefined) drawNumbers(pen, pane, list, look, x)
    else drawCodes(pen, pane, list, look, x)
  }
  for (const { time_s, name } of cursors) {
    if (time_s < range.from_s || time_s > range.to_s) continue
    pen.line([x(time_s), MARGIN.top, x(time_s), bottom], ink, 1, true)
    pen.text(x(time_s) + 4, MARGIN.top + 10, name, ink, 'start')
  }
}

export function colourOf(list: readonly Plotted[], plotted: Plotted, colours: readonly string[]): string {
  return colours[list.indexOf(plotted) % colours.length]!
}

/** From a time or a value to a place in the picture. */
type Scale = (value: number) => number

const extent: Extent = { min: 0, max: 0, mean: 0 }

function drawNumbers(pen: Pen, { unit, members, top, height }: Pane, list: readonly Plotted[], look: ChartLook, x: Scale): void {
  const { range, ink, grid, width, colours } = look
  let low = Infinity
  let high = -Infinity
  for (const { series } of members) {
    if (!series.extent(range.from_s, range.to_s, extent)) continue
    low = Math.min(low, extent.min)
    high = Math.max(high, extent.max)
  }
  if (low > high) [low, high] = [0, 1]
  if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5]
  const pad = (high - low) * 0.06
  low -= pad
  high += pad
  const y = (value: number): number => top + height - (value - low) / (high - low) * height
  const step = niceStep(high - low, Math.max(2, height / 36))
  // By whole steps: sums of steps miss zero.
  for (let n = Math.ceil(low / step); n * step <= high; n++) {
    const value = n * step
    pen.line([MARGIN.left, y(value), width - MARGIN.right, y(value)], grid, 1)
    pen.text(MARGIN.left - 6, y(value) + 4, String(Number(value.toPrecision(6))), ink, 'end')
  }
  pen.text(6, top + 10, unit, ink, 'start')
  for (const plotted of members) drawSeries(pen, plotted, colourOf(list, plotted, colours), look, x, y)
}

/** A vertical stroke a column from the lowest to the highest, joined: no peak is lost, however many points a column has. */
function drawSeries(pen: Pen, { series }: Plotted, colour: string, { range, now_s, width }: ChartLook, x: Scale, y: Scale): void {
  const columns = Math.max(1, Math.round(width - MARGIN.left - MARGIN.right))
  const each_s = (range.to_s - range.from_s) / columns
  const end_s = Math.min(range.to_s, Math.max(now_s, series.end_s))
  let points: number[] = []
  for (let column = 0; column < columns; column++) {
    const from_s = range.from_s + column * each_s
    if (from_s > end_s) break
    if (from_s + each_s < series.begin_s) continue
    if (!series.extent(from_s, from_s + each_s, extent)) {
      if (points.length > 2) pen.line(points, colour, 1.6)
      points = []
      continue
    }
    const at = x(from_s + each_s / 2)
    const last = points.at(-1)
    const { min, max } = extent
    const [first, second] = last !== undefined && Math.abs(last - y(min)) < Math.abs(last - y(max)) ? [min, max] : [max, min]
    points.push(at, y(first))
    if (first !== second) points.push(at, y(second))
  }
  if (points.length > 2) pen.line(points, colour, 1.6)
}

/** A bar a state, with its name where it fits. */
function drawCodes(pen: Pen, { members, top, height }: Pane, list: readonly Plotted[], look: ChartLook, x: Scale): void {
  const { range, ink, colours } = look
  const plotted = members[0]!
  const { series, codes = {}, label } = plotted
  const colour = colourOf(list, plotted, colours)
  pen.text(MARGIN.left, top + 8, label, ink, 'start')
  const begin = Math.max(0, series.indexAt(range.from_s))
  let drawnTo = -Infinity
  for (let i = begin; i < series.length && series.timeAt(i) <= range.to_s; i++) {
    const value = series.valueAt(i)
    let end = i
    while (end + 1 < series.length && series.valueAt(end + 1) === value) end++
    const from = Math.max(MARGIN.left, x(Math.max(range.from_s, series.timeAt(i))))
    const to = x(Math.min(range.to_s, end + 1 < series.length ? series.timeAt(end + 1) : series.end_s))
    i = end
    if (to - drawnTo < 0.5) continue
    drawnTo = to
    pen.box(from, top + 12, Math.max(1, to - from - 1), height - 12, colour)
    const name = codes[value] ?? String(value)
    if (to - from > name.length * 7 + 6) pen.text(from + 4, top + 22, name, '#000', 'start')
  }
}

/** Draws on a canvas of a display with so many pixels a CSS pixel. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  context.font = '11px system-ui, sans-serif'
  return {
    line(points, colour, width, dash = false) {
      context.strokeStyle = colour
      context.lineWidth = width
      context.setLineDash(dash ? [4, 3] : [])
      context.beginPath()
      for (let i = 0; i + 1 < points.length; i += 2) context.lineTo(points[i]!, points[i + 1]!)
      context.stroke()
    },
    box(x, y, width, height, colour) {
      context.fillStyle = colour
      context.fillRect(x, y, width, height)
    },
    text(x, y, text, colour, anchor) {
      context.fillStyle = colour
      context.textAlign = anchor === 'middle' ? 'center' : anchor
      context.fillText(text, x, y)
    },
  }
}

/** The same as an SVG file; texts are escaped: names come from the bus. */
export function svgOf(list: readonly Plotted[], look: ChartLook, paper: string): string {
  const parts: string[] = []
  drawChart({
    line: (points, colour, width, dash = false) => {
      const text = points.map(value => value.toFixed(1)).join(' ')
      parts.push(`<polyline points="${text}" fill="none" stroke="${escaped(colour)}" stroke-width="${width}"${dash ? ' stroke-dasharray="4 3"' : ''}/>`)
    },
    box: (x, y, width, height, colour) => parts.push(`<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${height}" fill="${escaped(colour)}"/>`),
    text: (x, y, text, colour, anchor) => parts.push(`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${escaped(colour)}" text-anchor="${anchor}">${escaped(text)}</text>`),
  }, list, look)
  const legend = list.map((plotted, i) => `<text x="${MARGIN.left}" y="${look.height + 16 + 14 * i}" fill="${escaped(colourOf(list, plotted, look.colours))}">${escaped(plotted.label)} ${escaped(plotted.unit)}</text>`)
  const height = look.height + 20 + 14 * list.length
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${look.width}" height="${height}" viewBox="0 0 ${look.width} ${height}" font-family="sans-serif" font-size="11">`
    + `<rect width="100%" height="100%" fill="${escaped(paper)}"/>${parts.join('')}${legend.join('')}</svg>\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** Every point of every value in range: time, and a column a value, empty where it has no point. */
export function csvOf(list: readonly Plotted[], { from_s, to_s }: Range): string {
  const rows: { time_s: number, column: number, value: number }[] = []
  list.forEach(({ series }, column) => {
    for (let i = Math.max(0, series.indexAt(from_s)); i < series.length && series.timeAt(i) <= to_s; i++) {
      rows.push({ time_s: series.timeAt(i), column, value: series.valueAt(i) })
    }
  })
  rows.sort((a, b) => a.time_s - b.time_s)
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const lines = rows.map(({ time_s, column, value }) => [time_s, ...list.map((plotted, i) => i !== column ? '' : plotted.codes?.[value] ?? value)].join(','))
  return `${['time_s', ...list.map(({ label, unit }) => quoted(unit === '' ? label : `${label} [${unit}]`))].join(',')}\n${lines.join('\n')}\n`
}
