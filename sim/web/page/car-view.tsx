import type { JSX } from 'preact'
import { signal } from '@preact/signals'
import { BODY, type Frame, frameFor, labelOf, type Place, panesOf, placeOfHub, placeOfPart, type Point, type Route, routesOf } from './layout.ts'
import type { CablePicture, HubPicture, PartPicture } from './picture.ts'
import { contacts, deeds, picture, selection, type Selection, t, topology } from './store.ts'
import type { TextKey } from './texts.ts'

const wide = signal(true)

/** Follows the width of the page. */
export function followWidth(): void {
  const query = matchMedia('(min-width: 760px)')
  wide.value = query.matches
  query.addEventListener('change', () => { wide.value = query.matches })
}

/** The car from above, with what flows in it. */
export function CarView(): JSX.Element {
  const frame = frameFor(wide.value)
  const { hubs, parts, cables } = picture.value
  const car = topology.value
  return (
    <svg class="car" viewBox={`0 0 ${frame.width} ${frame.height}`} role="group" aria-label={car.name}>
      <Body frame={frame} />
      {routesOf(car).map(route => <CableLine key={route.name} frame={frame} route={route} cable={cables.get(route.name)} />)}
      <Battery frame={frame} />
      {[...parts].map(([name, part], i, all) => <Part key={name} frame={frame} name={name} part={part} n={all.slice(0, i).filter(([, other]) => other.hub === part.hub && !(other.class in DRAWINGS)).length} />)}
      {car.hubs.map(({ location }) => <Hub key={location} frame={frame} name={location} hub={hubs.get(location)} />)}
    </svg>
  )
}

/** What can be chosen: with the mouse, a finger or the keyboard. */
function Choice({ what, label, children }: { what: Selection, label: string, children: JSX.Element | (JSX.Element | undefined | false)[] }): JSX.Element {
  const chosen = selection.value?.kind === what.kind && selection.value.name === what.name
  const choose = (): void => { selection.value = what }
  return (
    <g
      class={`choice ${chosen ? 'chosen' : ''}`}
      role="button"
      tabindex={0}
      aria-label={label}
      aria-pressed={chosen}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        choose()
      }}
    >
      <g aria-hidden="true">{children}</g>
    </g>
  )
}

const path = (points: readonly Point[]): string => points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ')

function curve(frame: Frame, ...places: readonly (readonly [number, number])[]): string {
  const points = places.map(([along, across]) => frame.at({ along, across }))
  let text = `M${points[0]!.x} ${points[0]!.y}`
  for (let i = 1; i + 2 < points.length; i += 3) text += `C${points.slice(i, i + 3).map(({ x, y }) => `${x} ${y}`).join(' ')}`
  return text
}

/** The outline, the cabin and the panes that do not move. */
function Body({ frame }: { frame: Frame }): JSX.Element {
  const b = BODY
  const [front, rear] = panesOf(topology.value)
  const side = (s: number): readonly (readonly [number, number])[] => [
    [-3, 0], [-3, 18 * s], [-1, 28 * s], [6, 30 * s], [14, 33 * s], [22, b * s], [32, b * s], [55, (b + 1) * s], [70, (b + 1) * s], [80, b * s],
    [92, 32 * s], [103, 30 * s], [103, 14 * s], [103, 0],
  ]
  const half = (s: number): string => curve(frame, ...side(s).slice(0, 13))
  const glass = (near: number, far: number, nearHalf: number, farHalf: number): string => `${path([
    frame.at({ along: near, across: -nearHalf }), frame.at({ along: near, across: nearHalf }), frame.at({ along: far, across: farHalf }), frame.at({ along: far, across: -farHalf }),
  ])}Z`
  return (
    <g class="body" aria-hidden="true">
      <path d={`${half(1)}L${frame.at({ along: 103, across: 0 }).x} ${frame.at({ along: 103, across: 0 }).y}`} class="shell" />
      <path d={`${half(-1)}L${frame.at({ along: 103, across: 0 }).x} ${frame.at({ along: 103, across: 0 }).y}`} class="shell" />
      <path d={glass(...front, 28, 24)} class="pane" />
      <path d={glass(...rear, 23, 26)} class="pane" />
      <path d={glass(front[1], rear[0], 24, 23)} class="roof" />
    </g>
  )
}

const share = ({ current_A, limit_A }: CablePicture): number | undefined =>
  current_A === undefined || limit_A === undefined ? undefined : Math.abs(current_A) / limit_A

/** Heat as a colour: what it carries of what it may carry for ever. The number beside it says the same. */
function heatColour(part: number | undefined): string {
  if (part === undefined) return 'var(--unknown)'
  const hue = 150 - 150 * Math.min(1, part * 1.1)
  return `hsl(${hue.toFixed(0)} 75% var(--heat))`
}

function CableLine({ frame, route, cable }: { frame: Frame, route: Route, cable: CablePicture | undefined }): JSX.Element {
  const { name, points, gauge_mm2 } = route
  const line = path(points.map(place => frame.at(place)))
  const used = cable === undefined ? undefined : share(cable)
  const faults = deeds.value.filter(({ with: what }) => what['cable'] === name)
  const cutPair = faults.some(({ kind }) => kind === 'cut')
  const cutCopper = faults.some(({ kind, with: what }) => kind === 'copper' && what['fault'] === 'cut')
  const corroded = faults.find(({ kind, with: what }) => kind === 'copper' && what['fault'] === 'corrosion')
  const likely = contacts.found.value.find(({ cables }) => cables.includes(name))
  const at = frame.at(labelOf(route, frame))
  const number = cable?.current_A === undefined ? '—' : Math.abs(cable.current_A).toFixed(1)
  const notes = [cutPair ? t('cutPair') : '', cutCopper ? t('cutCopper') : '', corroded === undefined ? '' : `+${Math.round(Number(corroded.with['resistance_Ohm']) * 1000)} mΩ`, likely === undefined ? '' : `? +${Math.round(likely.added_Ohm * 1000)} mΩ`].filter(note => note !== '')
  const width = 3 + Math.sqrt(gauge_mm2) * 1.6
  return (
    <Choice what={{ kind: 'cable', name }} label={`${t('cable')} ${name}, ${cable?.current_A === undefined ? t('unknownHere') : `${number} A`}${notes.length > 0 ? `, ${notes.join(', ')}` : ''}`}>
      <path d={line} class="grab" />
      <path d={line} class="sheath" stroke-width={width + 3} />
      <path d={line} class={`cable ${cutCopper ? 'broken' : ''}`} stroke-width={width} stroke={heatColour(used)} />
      <path d={line} class={`pair ${cutPair ? 'broken' : ''}`} />
      <g transform={`translate(${at.x} ${at.y})`}>
        <rect x={-19} y={-9} width={38} height={18} rx={9} class="plate" />
        <text class="amps" dy="0.35em">{number}<tspan class="unit"> A</tspan></text>
        {notes.length > 0 && <text class="note" y={frame.wide ? 22 : 20}>⚡ {notes.join(', ')}</text>}
      </g>
    </Choice>
  )
}

function Battery({ frame }: { frame: Frame }): JSX.Element {
  const { battery_V, battery_A } = picture.value
  const { x, y } = frame.at({ along: 2, across: -12 })
  const joint = frame.at({ along: 2, across: 0 })
  return (
    <g class="battery">
      <path d={path([joint, { x, y }])} class="sheath" stroke-width={9} />
      <rect x={x - 34} y={y - 20} width={68} height={40} rx={5} class="box" />
      <text x={x} y={y - 3} class="strong">{battery_V === undefined ? '—' : battery_V.toFixed(1)}<tspan class="unit"> V</tspan></text>
      <text x={x} y={y + 13} class="small">{battery_A === undefined ? t('battery') : `${battery_A > 0 ? '▼' : '▲'} ${Math.abs(battery_A).toFixed(1)} A`}</text>
    </g>
  )
}

const HUB_SIGNS: Readonly<Partial<Record<string, readonly [sign: string, tone: string]>>> = {
  operating: ['●', 'good'], booting: ['◌', 'busy'], claiming: ['◌', 'busy'], degraded: ['◐', 'warn'], sleeping: ['☾', 'calm'], silent: ['✕', 'bad'],
  off: ['○', 'bad'], brownOut: ['▼', 'bad'], resetting: ['↻', 'warn'], notHeard: ['?', 'calm'],
}
const HUB_WORDS: Readonly<Partial<Record<string, TextKey>>> = { silent: 'silent', sleeping: 'asleep', notHeard: 'notHeard' }

function Hub({ frame, name, hub }: { frame: Frame, name: string, hub: HubPicture | undefined }): JSX.Element {
  const { x, y } = frame.at(placeOfHub(topology.value, name))
  const state = hub?.state ?? 'notHeard'
  const [sign, tone] = HUB_SIGNS[state] ?? ['!', 'warn']
  const bus = hub?.canState === undefined || hub.canState === 'errorActive' ? '' : ` ${hub.canState}`
  const words = HUB_WORDS[state] === undefined ? state : t(HUB_WORDS[state])
  return (
    <Choice what={{ kind: 'hub', name }} label={`${t('hub')} ${name}, ${words}${bus}, ${hub?.supply_V?.toFixed(1) ?? '—'} V`}>
      <g transform={`translate(${x} ${y})`} class={`hub ${tone}`}>
        <rect x={-54} y={-22} width={108} height={44} rx={7} class="box" />
        <text x={-46} y={-4} class="name">{name}</text>
        <text x={46} y={-4} class={`sign ${tone}`}>{sign}</text>
        <text x={-46} y={14} class="volts">{hub?.supply_V === undefined ? '—' : hub.supply_V.toFixed(1)}<tspan class="unit"> V</tspan></text>
        <text x={46} y={14} class="draws">{hub?.current_A === undefined ? '—' : hub.current_A.toFixed(1)}<tspan class="unit"> A</tspan></text>
        {(bus !== '' || tone === 'bad' || tone === 'warn') && <text y={37} class="note">{words}{bus}</text>}
      </g>
    </Choice>
  )
}

/** `n`: how many of its hub that have no drawing of their own come before it. */
interface PartProps { readonly frame: Frame, readonly name: string, readonly part: PartPicture, readonly n: number }

function Part({ frame, name, part, n }: PartProps): JSX.Element {
  const place = placeOfPart(topology.value, part.hub, part.class, n)
  const { x, y } = frame.at(place)
  const Drawing = DRAWINGS[part.class] ?? Other
  const out = part.port < 0
  const summary = part.stub === true ? `${partWords(part)} (${t('stub')})` : partWords(part)
  return (
    <Choice what={{ kind: 'part', name }} label={`${name}, ${out ? t('unplugged') : summary}${part.tripped ? `, ${t('tripped')}` : ''}`}>
      <g transform={`translate(${x} ${y})`} class={`part ${out ? 'out' : ''} ${part.tripped ? 'trip' : ''}`}>
        <title>{`${name}: ${out ? t('unplugged') : summary}`}</title>
        <Drawing frame={frame} name={name} part={part} place={place} />
        {out && <text class="note" y={4}>⏏ {t('unplugged')}</text>}
        {part.stub === true && !part.tripped && <text class="note quiet" y={24}>{t('stub')}</text>}
        {part.tripped && <text class="note" y={24}>⚡ {t('tripped')}</text>}
      </g>
    </Choice>
  )
}

/** What a component shows, in a few words. */
export function partWords({ class: kind, shows }: PartPicture): string {
  if (Object.keys(shows).length === 0) return '—'
  switch (kind) {
    case 'window': return shows['position_pct'] === undefined ? '—' : `${t('open')} ${Math.round(Number(shows['position_pct']))} %`
    case 'latch': return `${t(shows['lid'] === 'open' ? 'open' : shows['ajar'] === true ? 'ajar' : 'closed')}, ${t(shows['locked'] === true ? 'locked' : 'unlocked')}`
    case 'mirror': return [`${Number(shows['tiltX_deg'] ?? 0).toFixed(0)}° ${Number(shows['tiltY_deg'] ?? 0).toFixed(0)}°`, Number(shows['folded_pct']) > 50 ? t('folded') : '', shows['heating'] === true ? t('heating') : ''].filter(word => word !== '').join(', ')
    case 'lamp': return lights(shows).map(level => `${Math.round(level)} %`).join(' ')
    case 'amplifier': return shows['playing'] === true ? `${Number(shows['frequency_MHz']).toFixed(1)} MHz ${String(shows['station'] ?? '')}` : t('off')
    case 'switchPack': return String(shows['pressed'] ?? '')
    case 'vehicle': return `${String(shows['ignition'] ?? '')} ${String(shows['gear'] ?? '')} ${Math.round(Number(shows['speed_kmh'] ?? 0))} km/h`
    default: return Object.entries(shows).map(([name, value]) => `${name} ${typeof value === 'number' ? value.toFixed(0) : String(value)}`).join(' ')
  }
}

function lights(shows: PartPicture['shows']): number[] {
  const levels: number[] = []
  for (let channel = 0; shows[`light${channel}_pct`] !== undefined; channel++) levels.push(Number(shows[`light${channel}_pct`]))
  return levels
}

interface DrawingProps { readonly frame: Frame, readonly name: string, readonly part: PartPicture, readonly place: Place }
type Drawing = (props: DrawingProps) => JSX.Element

/** A pane that slides back as it opens, its door's edge beside it, and a hand if there is one. */
const Window: Drawing = ({ frame, name, part, place }) => {
  const position = part.shows['position_pct']
  const open = position === undefined ? undefined : Number(position) / 100
  const length = frame.wide ? 150 : 132
  const hand = deeds.value.find(({ kind, with: what }) => kind === 'obstacle' && what['window'] === name)
  const out = Math.sign(place.across) * (frame.wide ? -1 : 1)
  const turn = frame.wide ? '' : 'rotate(90)'
  const shut = open === undefined ? 0 : length * (1 - open)
  return (
    <g>
      <g transform={turn}>
        <rect x={-length / 2} y={-8} width={length} height={16} rx={4} class="frame" />
        <rect x={-length / 2 + 2} y={-6} width={Math.max(0, shut - 4)} height={12} rx={3} class={open === undefined ? 'glass unknown' : 'glass'} />
      </g>
      <text x={frame.wide ? 0 : 24 * out} y={frame.wide ? 4 : 0} dy={frame.wide ? undefined : '0.35em'} class="value">{open === undefined ? '—' : `${Math.round(open * 100)}`}<tspan class="unit"> %</tspan></text>
      {hand !== undefined && (
        <g transform={frame.wide ? `translate(${-length / 2 + length * (1 - Number(hand.with['opening_mm']) / 450)} ${12 * out})` : `translate(${14 * out} ${-length / 2 + length * (1 - Number(hand.with['opening_mm']) / 450)})`}>
          <text class="hand" dy="0.35em" aria-label={t('hand')}>✋</text>
        </g>
      )}
    </g>
  )
}

const Mirror: Drawing = ({ frame, part, place }) => {
  const { shows } = part
  const side = Math.sign(place.across) * (frame.wide ? -1 : 1)
  const folded = Number(shows['folded_pct'] ?? 0) / 100
  const x = Number(shows['tiltX_deg'] ?? 0)
  const y = Number(shows['tiltY_deg'] ?? 0)
  const turn = (frame.wide ? 0 : -90) + 80 * folded * side
  return (
    <g>
      <g transform={`rotate(${turn})`}>
        <ellipse rx={9} ry={18} class={`mirror ${shows['heating'] === true ? 'hot' : ''}`} />
        <line x1={0} y1={0} x2={x * 0.8} y2={-y * 1.2} class="gaze" />
        <circle cx={x * 0.8} cy={-y * 1.2} r={3} class="eye" />
      </g>
      {shows['heating'] === true && <text x={0} y={side * 26} dy="0.35em" class="small">♨</text>}
    </g>
  )
}

const Latch: Drawing = ({ part }) => {
  const open = part.shows['lid'] === 'open'
  const ajar = part.shows['ajar'] === true
  const known = part.shows['ajar'] !== undefined
  const locked = part.shows['locked'] === true
  return (
    <g class={`latch ${open || ajar ? 'ajar' : ''}`}>
      <rect x={-9} y={-3} width={18} height={13} rx={2.5} class="box" />
      <path d={locked ? 'M-5.5 -3V-7a5.5 5.5 0 0 1 11 0V-3' : 'M-5.5 -3V-8a5.5 5.5 0 0 1 11 0'} class="bow" />
      <text y={7.5} class="tiny">{!known ? '?' : open ? '↗' : ajar ? '!' : ''}</text>
    </g>
  )
}

/** Lamps at the corners where their names say left and right; in a row where they do not. */
const Lamp: Drawing = ({ frame, name, part, place }) => {
  const plan = topology.value.hubs.find(hub => hub.location === part.hub)?.ports[part.port]
  const channels = plan?.class === 'lamp' ? plan.channels : []
  const levels = lights(part.shows)
  const corners = Math.abs(place.along - 50) > 45
  const sides = { left: 0, right: 0, middle: 0 }
  return (
    <g>
      {levels.map((level, i) => {
        const label = channels[i]?.name ?? `${name} ${i}`
        const side = corners ? (/\bleft\b/.test(label) ? 'left' : /\bright\b/.test(label) ? 'right' : 'middle') : 'middle'
        const nth = sides[side]++
        const across = side === 'middle' ? (corners ? 9 + 8 * nth : 6 * nth) * 1 : (side === 'left' ? -1 : 1) * (27 - 8 * nth)
        const origin = frame.at({ along: 0, across: 0 })
        const at = corners ? frame.at({ along: 0, across }) : { x: origin.x + (frame.wide ? 0 : 17 * nth), y: origin.y + (frame.wide ? 17 * nth : 0) }
        return (
          <g key={i} transform={`translate(${at.x - origin.x} ${at.y - origin.y})`}>
            {level > 1 && <circle r={10 + level * 0.08} class={`glow ${/indicator/.test(label) ? 'amber' : /brake|tail/.test(label) ? 'red' : ''}`} opacity={0.15 + level / 180} />}
            <circle r={7} class={`bulb ${level > 1 ? 'lit' : ''} ${/indicator/.test(label) ? 'amber' : /brake|tail/.test(label) ? 'red' : ''}`} />
            {level > 1 && <text dy="0.35em" class="tiny dark">{Math.round(level)}</text>}
            <title>{`${label} ${Math.round(level)} %`}</title>
          </g>
        )
      })}
    </g>
  )
}

const Amplifier: Drawing = ({ part }) => {
  const playing = part.shows['playing'] === true
  return (
    <g class={`chip ${playing ? 'on' : ''}`}>
      <rect x={-30} y={-13} width={60} height={26} rx={5} class="box" />
      <text y={-1} class="small">{playing ? `♪ ${String(part.shows['volume'] ?? '')}` : '♪ –'}</text>
      <text y={10} class="tiny">{playing ? `${Number(part.shows['frequency_MHz']).toFixed(1)} MHz` : t('off')}</text>
    </g>
  )
}

const Switches: Drawing = ({ part }) => {
  const pressed = String(part.shows['pressed'] ?? '')
  return (
    <g class={`chip ${pressed === '' ? '' : 'on'}`}>
      <rect x={-15} y={-9} width={30} height={18} rx={4} class="box" />
      <text dy="0.35em" class="small">{pressed === '' ? '▭▭' : '▬▭'}</text>
      {pressed !== '' && <text y={20} class="note">{pressed}</text>}
    </g>
  )
}

const Vehicle: Drawing = ({ part }) => {
  const known = picture.value.ignition ?? String(part.shows['ignition'] ?? '—')
  return (
    <g class="chip">
      <rect x={-30} y={-11} width={60} height={22} rx={5} class="box" />
      <text dy="0.35em" class="small">{known}</text>
    </g>
  )
}

const Other: Drawing = ({ part }) => (
  <g class="chip">
    <rect x={-32} y={-10} width={64} height={20} rx={5} class="box" />
    <text dy="0.35em" class="tiny">{part.class} {partWords(part).replace(/^\w+ /, '')}</text>
  </g>
)

const DRAWINGS: Readonly<Partial<Record<string, Drawing>>> = {
  window: Window, mirror: Mirror, latch: Latch, lamp: Lamp, amplifier: Amplifier, switchPack: Switches, vehicle: Vehicle,
}
