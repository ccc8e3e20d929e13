import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { signal } from '@preact/signals'
import { type FrameDescription, identifierText } from '#sim/diag/index.ts'
import type { MessageReading } from '#sim/diag/dbc/index.ts'
import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import { CHANGED_s, type IdState } from './frame-store.ts'
import { saveLog } from './save.ts'
import { beat, frames, hello, lost, model, plots, t } from './store.ts'
import type { PlotKey } from './plots.ts'
import { describeAlone, describer, foreignNames, readForeign } from './words.ts'

const mode = signal<'ids' | 'list'>('ids')
const filter = signal('')
const opened = signal<number | undefined>(undefined)

/** What the bus says: by identifier, or one frame after the other. */
export function FramesView(): JSX.Element {
  void beat.value
  const { load } = model.value
  return (
    <section class="frames" aria-label={t('frames')}>
      <div class="toolbar">
        <span class="segmented" role="group" aria-label={t('frames')}>
          <button type="button" aria-pressed={mode.value === 'ids'} class={mode.value === 'ids' ? 'pressed' : ''} onClick={() => { mode.value = 'ids' }}>{t('byId')}</button>
          <button type="button" aria-pressed={mode.value === 'list'} class={mode.value === 'list' ? 'pressed' : ''} onClick={() => { mode.value = 'list' }}>{t('list')}</button>
        </span>
        <input type="search" placeholder={t('filter')} aria-label={t('filter')} value={filter.value} onInput={(event) => { filter.value = event.currentTarget.value }} />
        <span class="figure">{t('load')} {(100 * load.load).toFixed(1)} %</span>
        <span class="figure">{load.frames_per_s.toFixed(0)} {t('rate')}</span>
        <span class="figure">{(hello.value?.bitrate ?? 0) / 1000} kbit/s</span>
        {lost.value > 0 && <span class="figure warn">⚠ {lost.value} {t('notShown')}</span>}
        <button type="button" onClick={() => void saveLog(frames)}>{t('saveLog')}</button>
      </div>
      {mode.value === 'ids' ? <ById /> : <List />}
    </section>
  )
}

const scratch = createLinkFrame()

function stateFrame(state: IdState): LinkFrame {
  Object.assign(scratch, { id: state.id, extended: state.extended, error: state.error, remote: false, fd: state.length > 8, length: state.length, timestamp_ns: Math.round(state.last_s * 1e9) })
  scratch.data.set(state.data.subarray(0, state.length))
  return scratch
}

function matches(wanted: string, ...texts: readonly string[]): boolean {
  return wanted === '' || texts.some(text => text.toLowerCase().includes(wanted))
}

function ById(): JSX.Element {
  void beat.value
  const wanted = filter.value.toLowerCase()
  const now_s = model.value.now_ns / 1e9
  const rows = [...frames.ids].sort(([, a], [, b]) => a.id - b.id).flatMap(([key, state]) => {
    const words = describeAlone(stateFrame(state))
    const foreign = opened.value === key ? readForeign(stateFrame(state)) : undefined
    const id = identifierText(state.id, state.extended)
    return matches(wanted, id, words.title, words.sender, words.text) ? [{ key, state, words, foreign, id }] : []
  })
  return (
    <div class="scroll" tabIndex={0}>
      <table>
        <thead><tr><th>ID</th><th>{t('name')}</th><th>{t('sender')}</th><th class="number">{t('count')}</th><th class="number">{t('period')}</th><th>{t('data')}</th><th>{t('fields')}</th></tr></thead>
        <tbody>
          {rows.map(({ key, state, words, foreign, id }) => (
            <tr key={key} class={opened.value === key ? 'opened' : ''} onClick={() => { opened.value = opened.value === key ? undefined : key }}>
              <td class="mono"><button type="button" class="plain" aria-expanded={opened.value === key}>{id}</button></td>
              <td>{words.title}</td><td>{words.sender}</td><td class="number">{state.count}</td>
              <td class="number">{state.period_s > 0 ? `${(1 / state.period_s).toFixed(state.period_s > 1 ? 2 : 0)} /s` : '—'}</td>
              <td class="mono"><Bytes state={state} now_s={now_s} /></td>
              <td class="words">{foreign !== undefined ? <ForeignFields reading={foreign} text={words.text} /> : opened.value === key && words.title.includes('@') ? <Fields title={words.title} text={words.text} /> : words.text}{words.problem !== '' && <em class="bad"> {words.problem}</em>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Bytes of which the bits that just changed are marked: bold, underlined, and named in the hint. */
function Bytes({ state, now_s }: { state: IdState, now_s: number }): JSX.Element {
  return (
    <>
      {Array.from(state.data.subarray(0, state.length), (byte, i) => {
        const fresh = now_s - state.changed_s[i]! < CHANGED_s
        const text = byte.toString(16).toUpperCase().padStart(2, '0')
        return fresh ? <b key={i} class="changed" title={`bits ${state.changed[i]!.toString(2).padStart(8, '0')}`}>{text} </b> : <span key={i}>{text} </span>
      })}
    </>
  )
}

/** What a DBC says, and a button for a plot beside each signal. */
function ForeignFields({ reading: { message, signals }, text }: { reading: MessageReading, text: string }): JSX.Element {
  return (
    <span class="fields" onClick={event => event.stopPropagation()}>
      {text}
      {signals.map(({ signal: { name } }) => <PlotButton key={name} plot={`dbc:${message.name} ${name}`} label={name} text={name} />)}
    </span>
  )
}

function PlotButton({ plot, label, text = '' }: { plot: PlotKey, label: string, text?: string }): JSX.Element {
  const plotted = plots.has(plot)
  return <button type="button" class={`plot ${plotted ? 'pressed' : ''}`} aria-pressed={plotted} aria-label={`${t('plot')}: ${label}`} onClick={() => plots.toggle(plot)}>∿ {text}</button>
}

/** Each field with its own button for a plot. */
function Fields({ title, text }: { title: string, text: string }): JSX.Element {
  const fields = text.split(' ').map(part => part.split('='))
  const port = fields.find(([name]) => name === 'port' || name === 'channel')?.[1]
  return (
    <span class="fields" onClick={event => event.stopPropagation()}>
      {fields.map(([name, value]) => {
        const key: PlotKey = `field:${title}${port === undefined ? '' : `#${port}`} ${name ?? ''}`
        return <span key={name} class="field">{name}={value} <PlotButton plot={key} label={name ?? ''} /></span>
      })}
    </span>
  )
}

const ROW_px = 22
/** Frames before those in sight that are described with them. */
const WARM_UP = 200

/** Frames as they come: only those in sight are made; with a filter, the newest that match. */
function List(): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [follows, setFollows] = useState(true)
  void beat.value
  const wanted = filter.value.toLowerCase()
  const found = wanted === '' ? undefined : matching(wanted)
  const first = frames.first
  const count = found?.length ?? frames.total - first
  const height = box.current?.clientHeight ?? 400
  useEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = count * ROW_px
  })
  const from = Math.max(0, Math.floor(top / ROW_px) - 4)
  const shown = Array.from({ length: Math.max(0, Math.min(count - from, Math.ceil(height / ROW_px) + 8)) }, (_, i) => found?.[from + i]?.n ?? first + from + i)
  const describe = describer()
  // What began before the frames in sight ends in them.
  if (found === undefined) for (let n = Math.max(first, (shown[0] ?? 0) - WARM_UP); n < (shown[0] ?? 0); n++) if (frames.read(n, scratch)) describe(scratch)
  return (
    <div
      class="scroll list"
      ref={box}
      tabIndex={0}
      role="log"
      aria-label={t('list')}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
        setTop(scrollTop)
        setFollows(scrollHeight - scrollTop - clientHeight < 2 * ROW_px)
      }}
    >
      <div class="tall" style={{ height: `${count * ROW_px}px` }}>
        {shown.map((n, i) => {
          const frame = frames.read(n, scratch) ? scratch : undefined
          if (frame === undefined) return undefined
          const words = found?.[from + i]?.words ?? describe(frame)
          return (
            <div class="line" key={n} style={{ top: `${(from + i) * ROW_px}px` }}>
              <span class="mono time">{(frame.timestamp_ns / 1e9).toFixed(6)}</span>
              <span class="mono">{identifierText(frame.id, frame.extended)}</span>
              <span class="title">{words.title} <small>{words.sender}</small></span>
              <span class="mono data">{hex(frame)}</span>
              <span class="words">{words.text}</span>
            </div>
          )
        })}
      </div>
      <button type="button" class={`follow ${follows ? 'pressed' : ''}`} aria-pressed={follows} onClick={() => setFollows(!follows)}>{t(follows ? 'hold' : 'follow')}</button>
    </div>
  )
}

const MOST_MATCHES = 2000
const MOST_LOOKED_AT = 40_000

interface Match { readonly n: number, readonly words: FrameDescription }
/** What was looked for, in which bus and by which names; up to which frame, and what was found. */
interface Search {
  readonly wanted: string
  readonly of: readonly unknown[]
  readonly describe: ReturnType<typeof describer>
  next: number
  readonly found: Match[]
}
let search: Search | undefined

/** The newest that match, described with what came before them, as their parts need it. Each frame is looked at once. */
function matching(wanted: string): readonly Match[] {
  const of = [model.value, foreignNames()]
  if (search?.wanted !== wanted || search.of.some((one, i) => one !== of[i])) {
    search = { wanted, of, describe: describer(), next: frames.total - MOST_LOOKED_AT, found: [] }
  }
  const { describe, found } = search
  for (let n = Math.max(frames.first, search.next); n < frames.total; n++) {
    if (!frames.read(n, scratch)) continue
    const words = describe(scratch)
    if (matches(wanted, identifierText(scratch.id, scratch.extended), words.title, words.sender, words.text)) found.push({ n, words })
  }
  search.next = frames.total
  const kept = found.findIndex(({ n }) => n >= frames.first)
  found.splice(0, Math.max(found.length - MOST_MATCHES, kept < 0 ? found.length : kept))
  return found
}

function hex(frame: LinkFrame): string {
  return Array.from(frame.data.subarray(0, frame.length), byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')
}
