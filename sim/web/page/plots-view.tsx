import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { signal } from '@preact/signals'
import { nearest } from '#protocol/messages/index.ts'
import { canvasPen, type ChartLook, colourOf, csvOf, drawChart, MARGIN, type Range, svgOf } from './chart.ts'
import type { PlotKey, Plotted } from './plots.ts'
import { saveFile } from './save.ts'
import type { Extent } from './series.ts'
import { beat, frames, hasCar, model, notice, picture, plots, t, theme } from './store.ts'
import { foreignNames } from './words.ts'

const SPAN_s = 20
/** Undefined: the last seconds, as they come. */
const zoomed = signal<Range | undefined>(undefined)
const span_s = signal(SPAN_s)
const hover_s = signal<number | undefined>(undefined)
const cursorA = signal<number | undefined>(undefined)
const cursorB = signal<number | undefined>(undefined)
const drag = signal<{ from: number, to: number } | undefined>(undefined)

/** Told apart in both themes, and by those who see red and green alike (Okabe, Ito). */
const COLOURS = ['#56b4e9', '#e69f00', '#1fb58f', '#e377c2', '#d8c62b', '#d55e00', '#8f8ff5', '#9b9b9b']

function range(): Range {
  if (zoomed.value !== undefined) return zoomed.value
  const now_s = Math.max(picture.peek().time_s, ...plots.list.value.map(({ series }) => series.end_s))
  return { from_s: Math.max(0, now_s - span_s.value), to_s: Math.max(now_s, span_s.value) }
}

/** Values over time. */
export function PlotsView(): JSX.Element {
  void beat.value
  const list = plots.list.value
  const shown = range()
  return (
    <section class="plots" aria-label={t('plots')}>
      <div class="toolbar">
        <Adder />
        <button type="button" aria-pressed={zoomed.value === undefined} class={zoomed.value === undefined ? 'pressed' : ''} onClick={() => { zoomed.value = zoomed.value === undefined ? shown : undefined }}>{t('live')}</button>
        <button type="button" onClick={() => saveFile('spine.svg', 'image/svg+xml', svgOf(list, lookOf(canvasSize(), shown), getComputedStyle(document.body).backgroundColor))}>{t('exportSvg')}</button>
        <button type="button" onClick={() => saveFile('spine.csv', 'text/csv', csvOf(list, shown))}>{t('exportCsv')}</button>
        <button type="button" onClick={() => plots.removeAll()}>{t('clearPlots')}</button>
      </div>
      {list.length === 0 ? <p class="hint">{t('plotHint')}</p> : <Canvas list={list} />}
      {list.length > 0 && <Legend list={list} shown={shown} />}
    </section>
  )
}

const nameOf = (key: PlotKey): string => key.slice(key.indexOf(':') + 1)

/** What can be plotted, by name. */
function Adder(): JSX.Element {
  const keys = allKeys()
  return (
    <>
      <input
        list="plot-keys"
        aria-label={t('addSignal')}
        placeholder={t('addSignal')}
        onChange={(event) => {
          const { value } = event.currentTarget
          const key = keys.find(each => nameOf(each) === value)
          if (key !== undefined) {
            plots.add(key)
            event.currentTarget.value = ''
          } else if (value !== '') {
            const guess = nearest(value, keys.map(nameOf))
            notice.value = `${value}: ${t('noSuchValue')}${guess === undefined ? '' : `; ${t('didYouMean')} ${guess}?`}`
          }
        }}
      />
      <datalist id="plot-keys">{keys.map(key => <option key={key} value={nameOf(key)} />)}</datalist>
    </>
  )
}

function allKeys(): PlotKey[] {
  const keys: PlotKey[] = []
  const { hubs, parts, cables } = picture.peek()
  if (hasCar.value) {
    for (const name of hubs.keys()) keys.push(`signal:${name} supply_V`)
    for (const name of cables.keys()) keys.push(`signal:${name} current_A`)
    for (const [name, { shows }] of parts) for (const [show, value] of Object.entries(shows)) if (typeof value !== 'string') keys.push(`signal:${name} ${show}`)
    keys.push('seen:power battery_V', 'seen:power battery_A', 'seen:power alternator_A', 'seen:power engine_rpm', 'seen:bus load_pct')
  }
  for (const name of foreignNames()) keys.push(`dbc:${name}`)
  for (const { key, row } of model.value.signals.values()) for (const field of Object.keys(row.fields)) keys.push(`field:${key} ${field}`)
  return keys
}

let canvas: HTMLCanvasElement | null = null
const canvasSize = (): { width: number, height: number } => ({ width: canvas?.clientWidth ?? 800, height: canvas?.clientHeight ?? 300 })

function lookOf({ width, height }: { width: number, height: number }, shown: Range): ChartLook {
  const style = getComputedStyle(document.documentElement)
  const cursors = [{ at: cursorA.value, name: t('cursorA') }, { at: cursorB.value, name: t('cursorB') }, { at: hover_s.value, name: '' }]
    .flatMap(({ at, name }) => at === undefined ? [] : [{ time_s: at, name }])
  return { width, height, range: shown, now_s: picture.peek().time_s, cursors, colours: COLOURS, ink: style.getPropertyValue('--ink').trim(), grid: style.getPropertyValue('--grid').trim() }
}

function Canvas({ list }: { list: readonly Plotted[] }): JSX.Element {
  const own = useRef<HTMLCanvasElement>(null)
  void [beat.value, theme.value, hover_s.value, cursorA.value, cursorB.value, drag.value]
  useEffect(() => {
    canvas = own.current
    const context = canvas?.getContext('2d')
    if (canvas === null || context === null || context === undefined) return
    const { clientWidth: width, clientHeight: height } = canvas
    const scale = devicePixelRatio
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale)
      canvas.height = Math.round(height * scale)
    }
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    const look = lookOf({ width, height }, range())
    const pen = canvasPen(context)
    drawChart(pen, list, look)
    if (drag.value !== undefined) pen.box(Math.min(drag.value.from, drag.value.to), MARGIN.top, Math.abs(drag.value.to - drag.value.from), height - MARGIN.top - MARGIN.bottom, 'rgb(128 128 128 / 0.25)')
  })
  const timeAt = (x: number): number => {
    const { from_s, to_s } = range()
    const width = canvasSize().width - MARGIN.left - MARGIN.right
    return from_s + Math.min(1, Math.max(0, (x - MARGIN.left) / width)) * (to_s - from_s)
  }
  return (
    <canvas
      ref={own}
      tabIndex={0}
      role="img"
      aria-label={`${t('plots')}: ${list.map(({ label }) => label).join(', ')}`}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); drag.value = { from: event.offsetX, to: event.offsetX } }}
      onPointerMove={(event) => {
        hover_s.value = timeAt(event.offsetX)
        if (drag.value !== undefined) drag.value = { ...drag.value, to: event.offsetX }
      }}
      onPointerLeave={() => { hover_s.value = undefined }}
      onPointerUp={(event) => {
        const { from, to } = drag.value ?? { from: 0, to: 0 }
        drag.value = undefined
        if (Math.abs(to - from) > 6) zoomed.value = { from_s: timeAt(Math.min(from, to)), to_s: timeAt(Math.max(from, to)) }
        else (event.shiftKey ? cursorB : cursorA).value = timeAt(event.offsetX)
      }}
      onDblClick={all}
      onWheel={(event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX)) }}
      onKeyDown={(event) => {
        const shown = range()
        const key = KEYS[event.key]
        if (key === undefined) return
        event.preventDefault()
        key(shown)
      }}
    />
  )
}

const KEYS: Readonly<Record<string, (shown: Range) => void>> = {
  ArrowLeft: shown => pan(shown, -0.1), ArrowRight: shown => pan(shown, 0.1), '+': ({ from_s, to_s }) => zoom(0.8, (from_s + to_s) / 2),
  '-': ({ from_s, to_s }) => zoom(1.25, (from_s + to_s) / 2), Home: all, End: () => { zoomed.value = undefined },
  a: () => { cursorA.value = hover_s.value ?? range().to_s }, b: () => { cursorB.value = hover_s.value ?? range().to_s },
  Escape: () => { cursorA.value = cursorB.value = undefined },
}

function all(): void {
  const list = plots.list.value.filter(({ series }) => series.length > 0)
  if (list.length === 0) return
  zoomed.value = { from_s: Math.min(...list.map(({ series }) => series.begin_s)), to_s: Math.max(...list.map(({ series }) => series.end_s)) + 1e-3 }
}

function zoom(factor: number, around_s: number): void {
  if (zoomed.value === undefined && span_s.value * factor < 600) {
    span_s.value *= factor
    return
  }
  const { from_s, to_s } = range()
  zoomed.value = { from_s: around_s - (around_s - from_s) * factor, to_s: around_s + (to_s - around_s) * factor }
}

function pan({ from_s, to_s }: Range, share: number): void {
  const shift_s = (to_s - from_s) * share
  zoomed.value = { from_s: from_s + shift_s, to_s: to_s + shift_s }
}

const extent: Extent = { min: 0, max: 0, mean: 0 }

/** Statistics of what is in sight, and values at the cursors. */
function Legend({ list, shown }: { list: readonly Plotted[], shown: Range }): JSX.Element {
  const a = cursorA.value
  const b = cursorB.value
  const text = ({ codes }: Plotted, value: number): string => Number.isNaN(value) ? '—' : codes === undefined ? String(Number(value.toPrecision(5))) : codes[value] ?? String(value)
  return (
    <div class="scroll legend" tabIndex={0}>
      <table>
        <thead>
          <tr><th>{t('name')}</th><th class="number">{t('now')}</th><th class="number">{t('minimum')}</th><th class="number">{t('mean')}</th><th class="number">{t('maximum')}</th>
            <th class="number">{t('cursorA')}{a === undefined ? '' : ` ${a.toFixed(3)} s`}</th><th class="number">{t('cursorB')}{b === undefined ? '' : ` ${b.toFixed(3)} s`}</th>
            <th class="number">{t('difference')}{a === undefined || b === undefined ? '' : ` ${(b - a).toFixed(3)} s`}</th><td />
          </tr>
        </thead>
        <tbody>
          {list.map((plotted) => {
            const { key, label, unit, series, codes } = plotted
            const known = codes === undefined && series.statistics(shown.from_s, shown.to_s, extent)
            const at = (time_s: number | undefined): number => time_s === undefined ? NaN : series.at(time_s)
            return (
              <tr key={key}>
                <td><span class="swatch" style={{ background: colourOf(list, plotted, COLOURS) }} /> {label} <small>{unit}</small></td>
                <td class="number">{text(plotted, series.last)}</td>
                <td class="number">{known ? text(plotted, extent.min) : '—'}</td><td class="number">{known ? text(plotted, extent.mean) : '—'}</td><td class="number">{known ? text(plotted, extent.max) : '—'}</td>
                <td class="number">{text(plotted, at(a))}</td><td class="number">{text(plotted, at(b))}</td>
                <td class="number">{codes === undefined && a !== undefined && b !== undefined ? text(plotted, at(b) - at(a)) : '—'}</td>
                <td><button type="button" class="plain" aria-label={`${t('remove')}: ${label}`} onClick={() => plots.remove(key)}>×</button></td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p class="hint">{frames.total} {t('frames')}. {t('plotHint')}</p>
    </div>
  )
}
