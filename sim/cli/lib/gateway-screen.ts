import { identifierText } from '#sim/diag/index.ts'
import type { BridgeSnapshot, DirectionSnapshot, IdentifierCount } from '#sim/gateway/bridging/index.ts'
import type { DirectionCounters, Link } from '#sim/gateway/index.ts'
import { TABLE } from '#protocol/messages/index.ts'
import { LOCATION_NAMES, locationOf, sourceOf } from '#protocol/index.ts'
import type { View } from './live.ts'
import { linesOf } from './screen.ts'
import { right, table } from './table.ts'
import type { Terminal } from './terminal.ts'

const LINK_COLUMNS = [
  { title: 'LINK' }, { title: 'state' }, right('received'), right('sent'), right('queued'), { title: 'lost' }, { title: 'what is there' },
]
const WAY_COLUMNS = [
  { title: 'WAY' }, right('frames/s'), right('forwarded'), right('filtered'), right('refused'), right('limited'), right('p50'), right('p99'), right('max'),
]
const ID_COLUMNS = [{ title: 'IDENTIFIER' }, { title: 'way' }, right('frames'), right('least gap'), right('mean gap'), { title: 'message' }]
/** Lag of the event loop that frames begin to feel, ms. */
const LAG_WARNING_ms = 20

/** What `spine gateway` shows. */
export function gatewayView(a: Link, b: Link, read: () => BridgeSnapshot, terminal: Terminal): View<BridgeSnapshot> {
  return {
    read,
    picture: snapshot => gatewayLines(a, b, snapshot, terminal),
    line: snapshot => gatewaySummary(a, b, snapshot),
    json: snapshot => gatewayJson(a, b, snapshot),
    every_ms: { picture: 250, line: 1000, json: 1000 },
  }
}

function gatewayLines(a: Link, b: Link, snapshot: BridgeSnapshot, terminal: Terminal): string[] {
  const { lag, time_s, aToB, bToA } = snapshot
  const { colors } = terminal
  const lagText = `lag of this process p99 ${lag.p99_ms.toFixed(1)} ms, max ${lag.max_ms.toFixed(1)} ms; by its own work p99 ${lag.own_p99_ms.toFixed(1)} ms, max ${lag.own_max_ms.toFixed(1)} ms`
  const ways = [['A → B', aToB] as const, ['B → A', bToA] as const].filter((way): way is [typeof way[0], DirectionSnapshot] => way[1] !== undefined)
  return [
    `${colors.bold('spine gateway')}  ${time_s.toFixed(1)} s  ${lag.p99_ms > LAG_WARNING_ms ? colors.red(lagText) : lagText}`,
    ...linesOf(table(terminal, LINK_COLUMNS, [['A', a] as const, ['B', b] as const].map(([name, link]) => linkRow(name, link, terminal)))),
    ...[a, b].filter(link => link.problem !== '').map(link => colors.red(`${link.uri}: ${link.problem}`)),
    ...linesOf(table(terminal, WAY_COLUMNS, ways.map(([name, way]) => wayRow(name, way)))),
    ...linesOf(table(terminal, ID_COLUMNS, ways.flatMap(([name, way]) => way.identifiers.map(seen => idRow(name, seen))))),
  ]
}

function linkRow(name: string, link: Link, terminal: Terminal): string[] {
  const { colors } = terminal
  const { received, sent } = link.counters
  const lost = lostText(link)
  const at = link.addresses.length > 0 ? `on ${link.addresses.join(', ')}, ${link.clients.length} clients` : link.device
  const state = link.state === 'up' || link.state === 'listening' ? colors.green(link.state) : colors.red(link.state)
  return [`${name} ${link.uri}`, state, String(received.in), String(sent.delivered), String(sent.queued), lost === '' ? 'nothing' : colors.red(lost), at]
}

/** `3 expired, 2 not-up; at least 1 unknown`: everything that did not arrive, with its reason. */
function lostText(link: Link): string {
  const { received, sent, unknownLost, malformed } = link.counters
  const reasons = [...dropTexts(received), ...dropTexts(sent)]
  const garbage = [...malformed].map(([cause, times]) => `${times} ${cause}`)
  return [
    reasons.join(', '), unknownLost > 0 ? `at least ${unknownLost} unknown` : '', garbage.length > 0 ? `malformed: ${garbage.join(', ')}` : '',
  ].filter(text => text !== '').join('; ')
}

function dropTexts(direction: DirectionCounters): string[] {
  return [...direction.dropped].map(([reason, frames]) => `${frames} ${reason}`)
}

function wayRow(name: string, way: DirectionSnapshot): string[] {
  const { latency } = way
  const times = latency.frames === 0 ? ['', '', ''] : [latency.p50_us, latency.p99_us, latency.max_us].map(timeText)
  const counts = [way.forwarded, way.filtered, way.refused + way.badRewrite, way.limited].map(String)
  return [name, way.frames_per_s.toFixed(0), ...counts, ...times]
}

function idRow(way: string, seen: IdentifierCount): string[] {
  const { id, extended, frames } = seen
  const gap = (gap_ms: number): string => frames < 2 ? '' : `${gap_ms.toFixed(1)} ms`
  return [identifierText(seen.id, seen.extended), way, String(frames), gap(seen.leastGap_ms), gap(seen.meanGap_ms), extended ? messageName(id) : '']
}

function messageName(id: number): string {
  const names = TABLE.ofId(id).map(({ row }) => row.name)
  return names.length === 0 ? '' : `${names.join('|')}@${LOCATION_NAMES[locationOf(id)] ?? ''} from 0x${sourceOf(id).toString(16).toUpperCase()}`
}

function timeText(us: number): string {
  return us >= 10_000 ? `${(us / 1000).toFixed(1)} ms` : `${us.toFixed(0)} µs`
}

/** One line for logs. */
function gatewaySummary(a: Link, b: Link, { time_s, aToB, bToA, lag }: BridgeSnapshot): string {
  const way = (name: string, direction: DirectionSnapshot | undefined): string =>
    direction === undefined ? '' : `, ${name} ${direction.frames_per_s.toFixed(0)} frames/s ${direction.forwarded} forwarded`
      + (direction.latency.frames > 0 ? ` p99 ${timeText(direction.latency.p99_us)}` : '')
  const side = (name: string, link: Link): string => {
    const lost = lostText(link)
    return `${name} ${link.state}${link.problem === '' ? '' : ` (${link.problem})`}${lost === '' ? '' : ` lost ${lost}`}`
  }
  return `${time_s.toFixed(1)} s ${side('A', a)}, ${side('B', b)}${way('A→B', aToB)}${way('B→A', bToA)}, lag p99 ${lag.p99_ms.toFixed(1)} ms (own ${lag.own_p99_ms.toFixed(1)} ms)`
}

/** Everything, for programs. */
function gatewayJson(a: Link, b: Link, snapshot: BridgeSnapshot): object {
  const { time_s, aToB, bToA, lag } = snapshot
  return { time_s, a: linkJson(a), b: linkJson(b), aToB: wayJson(aToB), bToA: wayJson(bToA), lag }
}

function linkJson(link: Link): object {
  const { received, sent, malformed, unknownLost } = link.counters
  const direction = (of: DirectionCounters): object => ({ ...of, dropped: Object.fromEntries(of.dropped) })
  return {
    uri: link.uri, state: link.state, problem: link.problem, device: link.device, addresses: link.addresses, clients: link.clients.length,
    received: direction(received), sent: direction(sent), malformed: Object.fromEntries(malformed), unknownLost,
  }
}

function wayJson(way: DirectionSnapshot | undefined): object | null {
  if (way === undefined) return null
  return { ...way, identifiers: way.identifiers.map(({ last_ms: _, id, ...seen }) => ({ ...seen, id: identifierText(id, seen.extended) })) }
}
