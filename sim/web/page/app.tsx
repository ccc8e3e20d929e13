import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { signal } from '@preact/signals'
import { CarView } from './car-view.tsx'
import { FaultsView } from './faults-view.tsx'
import { FramesView } from './frames-view.tsx'
import type { LogSource } from './log-source.ts'
import { load } from './parts.ts'
import { Panel } from './panel.tsx'
import { PlotsView } from './plots-view.tsx'
import type { Dialect, SerialPortLike } from './serial-source.ts'
import { driveFragment } from './share.ts'
import {
  beat, currentDrive, description, faults, hasCar, hello, language, notice, open, picture, plots, problem, setSpeed, snapshot, source, sourceName, t, theme,
  view, type View,
} from './store.ts'
import type { TextKey } from './texts.ts'
import { takeDbc } from './words.ts'

const VIEWS: readonly (readonly [View, TextKey, string])[] = [['car', 'car', '▣'], ['plots', 'plots', '∿'], ['frames', 'frames', '≡'], ['faults', 'faults', '⚠']]
const menu = signal(false)
const DBC = '.dbc'
/** Endings of what can be opened, as far as it is known yet. */
const endings = signal<readonly string[]>([DBC])

/** How the page begins again with a car of its own. */
export interface AppProps { readonly startCar: () => void }

export function App({ startCar }: AppProps): JSX.Element {
  return (
    <>
      <Header startCar={startCar} />
      <main class={`view-${view.value}`}>
        {view.value === 'car' && <div class="stage"><CarView /><Panel /></div>}
        {view.value === 'plots' && <PlotsView />}
        {view.value === 'frames' && <FramesView />}
        {view.value === 'faults' && <FaultsView />}
      </main>
      {notice.value !== '' && <div class="notice" role="status">{notice.value}<button type="button" class="plain" aria-label={t('remove')} onClick={() => { notice.value = '' }}>×</button></div>}
    </>
  )
}

function Header({ startCar }: AppProps): JSX.Element {
  void beat.value
  const severe = faults.value.filter(fault => fault.severe).length
  return (
    <header>
      <h1>Spine</h1>
      <nav aria-label="Spine">
        {VIEWS.map(([name, text, sign]) => (
          <button key={name} type="button" aria-current={view.value === name ? 'page' : undefined} class={view.value === name ? 'pressed' : ''} onClick={() => { view.value = name }}>
            <span aria-hidden="true">{sign}</span> {t(text)}
            {name === 'faults' && faults.value.length > 0 && <span class={`badge ${severe > 0 ? 'severe' : ''}`}>{faults.value.length}</span>}
            {name === 'plots' && plots.list.value.length > 0 && <span class="badge">{plots.list.value.length}</span>}
          </button>
        ))}
      </nav>
      <Status />
      {source.value?.kind === 'log' ? <Scrubber log={source.value as LogSource} /> : <Time />}
      <span class="tools">
        {hasCar.value && <button type="button" onClick={() => void share()}>{t('share')}</button>}
        <button type="button" aria-expanded={menu.value} aria-label={t('openLog')} title={t('openLog')} onClick={toggleMenu}>⏏</button>
        <button type="button" aria-label={t('theme')} title={t('theme')} onClick={() => { theme.value = theme.value === 'dark' ? 'light' : 'dark' }}>{theme.value === 'dark' ? '☀' : '☾'}</button>
        <button type="button" onClick={() => { language.value = language.value === 'en' ? 'de' : 'en' }}>{t('language')}</button>
      </span>
      {menu.value && <Menu startCar={startCar} />}
    </header>
  )
}

function toggleMenu(): void {
  menu.value = !menu.value
  void load('log').then(({ LOG_ENDINGS }) => { endings.value = [...LOG_ENDINGS, DBC] })
}

/** Undefined: this browser has no Web Serial. */
const webSerial = (): { requestPort(): Promise<SerialPortLike> } | undefined => (navigator as { readonly serial?: { requestPort(): Promise<SerialPortLike> } }).serial

const SOURCE_WORDS = { worker: 'sourceWorker', served: 'sourceServed', log: 'sourceLog', serial: 'sourceSerial' } as const

function Status(): JSX.Element {
  const from = source.value
  const state = problem.value !== '' ? `${t('lost')}: ${problem.value}` : hello.value === undefined ? t('connecting') : ''
  const name = description.value?.topology.name ?? sourceName.value
  return (
    <span class={`status ${problem.value === '' ? '' : 'bad'}`} role="status">
      {from === undefined ? '' : `${name} · ${t(SOURCE_WORDS[from.kind])}`}{state === '' ? '' : ` · ${state}`}
    </span>
  )
}

const SPEEDS = [0, 0.1, 0.25, 1, 2, 5, 10, 60]

/** The car's time, and how fast it passes where that can be said. */
function Time(): JSX.Element {
  const speed = snapshot.value?.live.speed
  return (
    <span class="time">
      <span class="clock">{picture.value.time_s.toFixed(1)} s</span>
      {description.value?.hasSpeed === true && speed !== undefined && (
        <>
          <button type="button" aria-label={t(speed === 0 ? 'play' : 'pause')} onClick={() => setSpeed(speed === 0 ? 1 : 0)}>{speed === 0 ? '▶' : '❚❚'}</button>
          <select aria-label={t('speed')} value={String(speed)} onChange={event => setSpeed(Number(event.currentTarget.value))}>
            {(SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed]).map(factor => <option key={factor} value={String(factor)}>{factor === 0 ? t('paused') : `${factor} ×`}</option>)}
          </select>
        </>
      )}
    </span>
  )
}

function Scrubber({ log }: { log: LogSource }): JSX.Element {
  return (
    <span class="time scrubber">
      <button type="button" aria-label={t(log.playing.value ? 'pause' : 'play')} onClick={() => log.play(!log.playing.value)}>{log.playing.value ? '❚❚' : '▶'}</button>
      <input type="range" min={0} max={log.length_s} step={0.01} value={log.position_s.value} aria-label={t('position')} onInput={event => log.seek(Number(event.currentTarget.value))} />
      <span class="clock">{log.position_s.value.toFixed(2)} / {log.length_s.toFixed(1)} s</span>
      {log.bad > 0 && <span class="warn">⚠ {log.bad} {t('badLog')}</span>}
    </span>
  )
}

/** Other places to look at. */
function Menu({ startCar }: AppProps): JSX.Element {
  const file = useRef<HTMLInputElement>(null)
  const serial = webSerial()
  const adapter = (dialect: Dialect) => async (): Promise<void> => {
    menu.value = false
    try {
      const port = await serial!.requestPort()
      const { SerialSource } = await load('serial')
      open(new SerialSource(port, dialect), dialect.toUpperCase())
    } catch (error) {
      notice.value = error instanceof Error ? error.message : String(error)
    }
  }
  return (
    <div class="menu" role="group" aria-label={t('openLog')}>
      <button type="button" onClick={() => { menu.value = false; startCar() }}>{t('openCar')}</button>
      <button type="button" onClick={() => file.current?.click()}>{t('openLog')} ({endings.value.join(' ')})</button>
      <input ref={file} type="file" accept={endings.value.join(',')} hidden aria-label={t('openLog')} onChange={event => void openFile(event.currentTarget.files?.[0])} />
      {serial === undefined
        ? <p class="hint">{t('noSerial')}</p>
        : (
            <>
              <button type="button" onClick={() => void adapter('slcan')()}>{t('openSerial')}: SLCAN</button>
              <button type="button" onClick={() => void adapter('gvret')()}>{t('openSerial')}: GVRET</button>
            </>
          )}
    </div>
  )
}

async function openFile(file: File | undefined): Promise<void> {
  if (file === undefined) return
  menu.value = false
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (file.name.toLowerCase().endsWith(DBC)) await useDbc(file.name, bytes)
  else await openLog(file.name, bytes)
}

/** What the frames of another network say, from now on. */
async function useDbc(name: string, bytes: Uint8Array): Promise<void> {
  notice.value = `${name}: ${await takeDbc(bytes)} ${t('described')}`
  view.value = 'frames'
}

export async function openLog(name: string, bytes: Uint8Array): Promise<void> {
  const { LogSource } = await load('log')
  open(new LogSource(name, bytes), name)
}

/** The address of this page with all that was done, on the clipboard and in the address bar; there the address of a served car stays. */
async function share(): Promise<void> {
  const drive = await currentDrive()
  if (drive === undefined) return
  const fragment = await driveFragment(drive)
  const address = `${location.href.replace(/#.*/, '')}${fragment}`
  const stays = source.value?.kind === 'served'
  if (!stays) history.replaceState(undefined, '', fragment)
  try {
    await navigator.clipboard.writeText(address)
  } catch {
    // Not allowed: it stands in the address bar, or in the notice.
    if (stays) return void (notice.value = address)
  }
  notice.value = t('shared')
}
