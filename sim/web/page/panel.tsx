import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { signal } from '@preact/signals'
import type { Deed } from '#sim/gateway/spine/index.ts'
import { partWords } from './car-view.tsx'
import { CommandPanel } from './commands.tsx'
import type { PlotKey } from './plots.ts'
import { begin, description, end, hasCar, isOfCar, picture, plots, selection, snapshot, stands, t, topology } from './store.ts'
import type { TextKey } from './texts.ts'

/** Everything that can be pressed, and what is chosen in the picture. */
export function Panel(): JSX.Element {
  return (
    <aside class="panel">
      {hasCar.value && <Key />}
      <Chosen />
      {hasCar.value ? <Switchboard /> : <CommandPanel />}
    </aside>
  )
}

/** A deed that is done while it is held. */
function HoldButton({ deed, label, text }: { deed: Deed, label: string, text: string }): JSX.Element {
  const held = useRef(false)
  const down = (): void => {
    if (held.current) return
    held.current = true
    begin(deed)
  }
  const up = (): void => {
    if (!held.current) return
    held.current = false
    end(deed)
  }
  const isKey = (event: KeyboardEvent): boolean => event.key === ' ' || event.key === 'Enter'
  return (
    <button
      type="button"
      class={`hold ${stands(deed) ? 'pressed' : ''}`}
      aria-label={label}
      title={label}
      aria-pressed={stands(deed)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        down()
      }}
      onPointerUp={up}
      onPointerCancel={up}
      onLostPointerCapture={up}
      onBlur={up}
      onContextMenu={event => event.preventDefault()}
      onKeyDown={(event) => { if (isKey(event)) { event.preventDefault(); down() } }}
      onKeyUp={(event) => { if (isKey(event)) up() }}
    >
      {text}
    </button>
  )
}

/** A deed that stands until it is taken back. */
function Toggle({ deed, on, off }: { deed: Deed, on: TextKey, off: TextKey }): JSX.Element {
  const active = stands(deed)
  return <button type="button" class={active ? 'pressed' : ''} aria-pressed={active} onClick={() => active ? end(deed) : begin(deed)}>{t(active ? off : on)}</button>
}

/** Ignition, engine, road. */
function Key(): JSX.Element {
  const { ignition, engine_rpm, alternator_A } = picture.value
  const speed = Object.values(snapshot.value?.components ?? {}).find(part => part.class === 'vehicle')?.shows['speed_kmh']
  const driving = Number(speed ?? 0) > 0
  return (
    <section aria-label={t('ignition')}>
      <div class="row">
        <span class="label">{t('ignition')}</span>
        <span class="segmented" role="group" aria-label={t('ignition')}>
          {(['off', 'accessory', 'on'] as const).map(position => (
            <button key={position} type="button" aria-pressed={ignition === position} class={ignition === position ? 'pressed' : ''} onClick={() => begin({ kind: 'ignition', with: { position } })}>{t(position)}</button>
          ))}
        </span>
        <button type="button" onClick={() => begin({ kind: 'crank', with: { level: 'battery' } })}>{t('crank')}</button>
        <button type="button" aria-pressed={driving} class={driving ? 'pressed' : ''} onClick={() => begin({ kind: 'speed', with: { speed_kmh: driving ? 0 : 50 } })}>50 km/h</button>
      </div>
      <div class="row facts">
        <Fact label={t('engine')} value={engine_rpm} unit="1/min" digits={0} plot="seen:power engine_rpm" />
        <Fact label={t('alternator')} value={alternator_A} unit="A" digits={1} plot="seen:power alternator_A" />
      </div>
    </section>
  )
}

/** A value with its name; one click plots it. */
interface FactProps {
  readonly label: string
  readonly value: number | string | boolean | undefined
  readonly unit: string
  readonly digits?: number
  readonly plot?: PlotKey
}

function Fact({ label, value, unit, digits = 1, plot }: FactProps): JSX.Element {
  const text = value === undefined ? '—' : typeof value === 'number' ? value.toFixed(digits) : String(value)
  const plotted = plot !== undefined && plots.list.value.some(({ key }) => key === plot)
  return (
    <div class={`fact ${value === undefined ? 'unknown' : ''}`} title={value === undefined ? t('unknownHere') : undefined}>
      <span class="label">{label}</span>
      <span class="figure">{text}{value === undefined ? '' : ` ${unit}`}</span>
      {plot !== undefined && (
        <button type="button" class={`plot ${plotted ? 'pressed' : ''}`} aria-pressed={plotted} aria-label={`${t('plot')}: ${label}`} title={t(plotted ? 'plotted' : 'plot')} onClick={() => plots.toggle(plot)}>∿</button>
      )}
    </div>
  )
}

function Chosen(): JSX.Element {
  const what = selection.value
  if (what === undefined) return <section class="hint">{t('selectHint')}</section>
  return (
    <section aria-label={what.name} class="chosen">
      <h2>{what.name}<button type="button" class="close" aria-label={t('remove')} onClick={() => { selection.value = undefined }}>×</button></h2>
      {what.kind === 'hub' ? <HubFacts name={what.name} /> : what.kind === 'cable' ? <CableFacts name={what.name} /> : <PartFacts name={what.name} />}
    </section>
  )
}

function HubFacts({ name }: { name: string }): JSX.Element {
  const hub = picture.value.hubs.get(name)
  const short: Deed = { kind: 'copper', with: { fault: 'short', cable: `drop.${name}`, hub: name, resistance_Ohm: 0.05 } }
  const car = isOfCar(name)
  return (
    <>
      <div class="facts">
        <Fact label={t('state')} value={hub?.state} unit="" />
        <Fact label={t('supply')} value={hub?.supply_V} unit="V" plot={car ? `signal:${name} supply_V` : `field:HubStatus@${name} supply_V`} />
        <Fact label={t('drawn')} value={hub?.current_A} unit="A" {...car && { plot: `seen:hubs ${name} current_A` as const }} />
        {hub?.temperature_C !== undefined && <Fact label={t('temperature')} value={hub.temperature_C} unit="°C" digits={0} plot={`field:HubStatus@${name} temperature_C`} />}
        <Fact label={t('canState')} value={hub?.canState} unit="" plot={`field:HubStatus@${name} canState`} />
        <Fact label={t('errors')} value={hub?.tec === undefined ? undefined : `${hub.tec} / ${hub.rec ?? '?'}`} unit="" plot={`field:HubStatus@${name} tec`} />
        <Fact label={t('boots')} value={hub?.boots} unit="" digits={0} />
      </div>
      {car && (
        <div class="row">
          <button type="button" onClick={() => begin({ kind: 'reset', with: { hub: name, cause: 'external' } })}>{t('resetHub')}</button>
          <Toggle deed={{ kind: 'power', with: { hub: name } }} on="powerOff" off="powerOn" />
          <Toggle deed={short} on="shortHub" off="unshort" />
        </div>
      )}
    </>
  )
}

const corrosion_mOhm = signal(100)

function CableFacts({ name }: { name: string }): JSX.Element {
  const cable = picture.value.cables.get(name)
  const plan = topology.value.copper.cables.find(each => each.name === name)
  const hub = name.slice(name.indexOf('.') + 1)
  const used = cable?.current_A === undefined || cable.limit_A === undefined ? undefined : 100 * Math.abs(cable.current_A) / cable.limit_A
  const cut: Deed = { kind: 'copper', with: { fault: 'cut', cable: name, hub, resistance_Ohm: 1 } }
  const standing = snapshot.value?.live.deeds.find(({ kind, with: what }) => kind === 'copper' && what['fault'] === 'corrosion' && what['cable'] === name)
  const corrode: Deed = standing ?? { kind: 'copper', with: { fault: 'corrosion', cable: name, hub, resistance_Ohm: corrosion_mOhm.value / 1000 } }
  const hasPair = description.value?.pairs.includes(name) === true
  return (
    <>
      <div class="facts">
        <Fact label={t('drawn')} value={cable?.current_A} unit="A" {...hasCar.value && { plot: `signal:${name} current_A` as const }} />
        <Fact label={t('limit')} value={cable?.limit_A} unit="A" digits={0} />
        <Fact label={t('used')} value={used} unit="%" digits={0} />
        <Fact label={t('temperature')} value={cable?.temperature_C} unit="°C" digits={0} {...hasCar.value && { plot: `seen:power cables ${name} temperature_C` as const }} />
        {plan !== undefined && <Fact label={t('cable')} value={`${plan.length_m} m, ${plan.gauge_mm2} mm²${plan.fuse === undefined ? '' : `, ${plan.fuse.rating_A} A ⏛`}`} unit="" />}
      </div>
      {hasCar.value && (
        <>
          <div class="row">
            {hasPair && <Toggle deed={{ kind: 'cut', with: { cable: name } }} on="cutPair" off="mendPair" />}
            <Toggle deed={cut} on="cutCopper" off="mendCopper" />
          </div>
          <div class="row">
            <Toggle deed={corrode} on="corrode" off="clean" />
            <label class="slider">
              <input type="range" min={10} max={500} step={10} value={corrosion_mOhm.value} disabled={standing !== undefined} aria-label={`${t('corrode')}, mΩ`} onInput={(event) => { corrosion_mOhm.value = Number(event.currentTarget.value) }} />
              <span>{standing === undefined ? corrosion_mOhm.value : Math.round(Number(standing.with['resistance_Ohm']) * 1000)} mΩ</span>
            </label>
          </div>
        </>
      )}
    </>
  )
}

const hand_mm = signal(120)

function PartFacts({ name }: { name: string }): JSX.Element {
  const part = picture.value.parts.get(name)
  if (part === undefined) return <p class="hint">—</p>
  const car = isOfCar(part.hub)
  const port = `PortStatus@${part.hub}#${Math.max(0, part.port)}` as const
  const kind = part.class in CLASS_WORDS ? t(CLASS_WORDS[part.class as keyof typeof CLASS_WORDS]) : part.class
  return (
    <>
      {part.stub === true && <p class="hint">{t('stub')}</p>}
      <div class="facts">
        <Fact label={kind} value={part.port < 0 ? t('unplugged') : partWords(part)} unit="" />
        <Fact label={t('port')} value={part.port < 0 ? '—' : part.port} unit="" digits={0} />
        <Fact label={t('drawn')} value={part.current_A} unit="A" plot={car ? `signal:${part.hub}.${Math.max(0, part.port)} current_A` : `field:${port} current_A`} />
        <Fact label={t('granted')} value={part.granted_A} unit="A" plot={car ? `seen:components ${name} granted_A` : `field:${port} granted_A`} />
        {Object.entries(part.shows).filter(([, value]) => typeof value === 'number').map(([key, value]) => (
          <Fact key={key} label={key.replace(/_\w+$/, '')} value={value} unit={unitOf(key)} digits={0} {...plotOf(name, part.hub, part.class, key, car)} />
        ))}
      </div>
      {car && (
        <div class="row">
          <Toggle deed={{ kind: 'unplug', with: { component: name } }} on="unplug" off="plug" />
          {part.class === 'latch' && <Toggle deed={{ kind: 'door', with: { latch: name } }} on="openDoor" off="shutDoor" />}
          {part.class === 'window' && <Hand name={name} />}
        </div>
      )}
    </>
  )
}

function Hand({ name }: { name: string }): JSX.Element {
  const standing = snapshot.value?.live.deeds.find(({ kind, with: what }) => kind === 'obstacle' && what['window'] === name)
  const deed: Deed = standing ?? { kind: 'obstacle', with: { window: name, opening_mm: hand_mm.value, stiffness_N_mm: 10 } }
  return (
    <>
      <Toggle deed={deed} on="hand" off="handOut" />
      <label class="slider">
        <input type="range" min={10} max={400} step={10} value={hand_mm.value} disabled={standing !== undefined} aria-label={`${t('hand')}, mm`} onInput={(event) => { hand_mm.value = Number(event.currentTarget.value) }} />
        <span>{standing === undefined ? hand_mm.value : String(standing.with['opening_mm'])} mm</span>
      </label>
      {standing === undefined && <p class="hint">{t('handHint')}</p>}
    </>
  )
}

const CLASS_WORDS = {
  window: 'window', mirror: 'mirror', latch: 'latch', lamp: 'lamp', amplifier: 'amplifier', switchPack: 'switchPack', vehicle: 'vehicle', seatFan: 'seatFan',
} as const satisfies Readonly<Record<string, TextKey>>

function unitOf(key: string): string {
  const last = /_([A-Za-z_]+)$/.exec(key)?.[1] ?? ''
  return { pct: '%', deg: '°', mm_s: 'mm/s', N: 'N', MHz: 'MHz', kmh: 'km/h' }[last] ?? ''
}

/** A car tells each change of what its parts show; a bus what their statuses say. */
function plotOf(name: string, hub: string, kind: string, key: string, car: boolean): { plot?: PlotKey } {
  if (car) return { plot: `signal:${name} ${key.replace(/^(speed)_/, '$1_')}` }
  const message = { window: 'WindowStatus', mirror: 'MirrorStatus', amplifier: 'StereoStatus' }[kind]
  return message === undefined ? {} : { plot: `field:${message}@${hub} ${key}` }
}

const ARROWS: Readonly<Record<string, string>> = { up: '▲', down: '▼', left: '◀', right: '▶' }
const GROUPS: readonly (readonly [TextKey, RegExp])[] = [
  ['windows', /\.window/], ['mirrors', /\.mirror/], ['doors', /\.(doors|trunk|hood|latch)\b/], ['lights', /\.lights\./], ['stereo', /\.stereo\./], ['other', /./],
]

/** Every switch of the car, in groups: held as long as they are pressed. */
function Switchboard(): JSX.Element {
  const left = new Set(description.value?.switches ?? [])
  return (
    <section aria-label={t('switches')} class="switchboard">
      {GROUPS.map(([title, pattern]) => {
        const names = [...left].filter(name => pattern.test(name))
        for (const name of names) left.delete(name)
        if (names.length === 0) return undefined
        return <SwitchGroup key={title} title={t(title)} names={names} />
      })}
    </section>
  )
}

/** Switches of one function stand together: `DASH.windowFL` has up and down. */
function SwitchGroup({ title, names }: { title: string, names: readonly string[] }): JSX.Element {
  const units = new Map<string, string[]>()
  for (const name of names) {
    const unit = name.slice(0, name.lastIndexOf('.'))
    units.set(unit, [...units.get(unit) ?? [], name])
  }
  return (
    <div class="group">
      <h3>{title}</h3>
      <div class="units">
        {[...units].map(([unit, members]) => (
          <div class="unit" key={unit}>
            <span class="label">{unit.replace('DASH.', '').replace(/^(window|mirror)(?=[A-Z])/, '')}</span>
            <span class="keys">
              {members.map((name) => {
                const action = name.slice(name.lastIndexOf('.') + 1)
                return <HoldButton key={name} deed={{ kind: 'press', with: { switch: name } }} label={name} text={ARROWS[action] ?? action} />
              })}
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}
