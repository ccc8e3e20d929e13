import { droppedTotal, type Link } from '#sim/gateway/index.ts'
import type { FileReplay } from '#sim/gateway/file/index.ts'
import { formatDuration } from './duration.ts'
import type { View } from './live.ts'

/** What became of the frames of a log: `read = filtered + errorFrames + offered`. */
export interface ReplayCounts {
  read: number
  filtered: number
  /** Error frames tell of a bus; they cannot be sent. */
  errorFrames: number
  /** Given to the link, whose own counters go on from there. */
  offered: number
}

/** How far a replay is, until its summary. */
export function replayView(source: FileReplay, link: Link, counts: ReplayCounts, took_ms: () => number): View<number> {
  return {
    read: took_ms,
    picture: ms => [replayLine(source, link, counts, ms)],
    line: ms => replayLine(source, link, counts, ms),
    every_ms: { picture: 250, line: 5000, json: 5000 },
    progress: true,
  }
}

function replayLine(source: FileReplay, link: Link, counts: ReplayCounts, took_ms: number): string {
  const { sent } = link.counters
  const rate = took_ms > 0 ? counts.offered / took_ms * 1000 : 0
  return `${source.uri} to ${link.uri} ${link.state}  ${(100 * source.progress).toFixed(0)} %  ${number(counts.offered)} frames  `
    + `${number(Math.round(rate))} frames/s  ${number(sent.queued)} queued  ${number(droppedTotal(sent))} dropped${behind(source)}`
}

/** What became of every frame. */
export function replaySum(source: FileReplay, link: Link, counts: ReplayCounts, took_ms: number, stopped: boolean): string {
  const { sent, unknownLost } = link.counters
  const dropped = [...sent.dropped].map(([reason, frames]) => `${number(frames)} dropped (${reason})`)
  const parts = [`${number(sent.delivered)} delivered`, ...dropped, ...sent.queued > 0 ? [`${number(sent.queued)} still queued`] : []]
  const bad = [...source.counters.malformed].map(([cause, times]) => `${number(times)} ${cause}`)
  return [
    `${stopped ? 'Stopped: ' : ''}${number(counts.read)} frames read in ${formatDuration(took_ms)} = ${number(counts.offered)} sent`
    + ` + ${number(counts.filtered)} filtered + ${number(counts.errorFrames)} error frames${behind(source)}`,
    `${link.uri}: ${number(sent.in)} frames = ${parts.join(' + ')}`,
    ...unknownLost > 0 ? [`${link.uri}: at least ${number(unknownLost)} more were lost by the medium`] : [],
    ...bad.length > 0 ? [`${source.uri}: not read: ${bad.join(', ')}`] : [],
  ].map(line => `${line}\n`).join('')
}

/** The same for programs. */
export function replayJson(source: FileReplay, link: Link, counts: ReplayCounts, took_ms: number, stopped: boolean): unknown {
  const { sent, unknownLost } = link.counters
  return {
    ...counts,
    target: { in: sent.in, delivered: sent.delivered, queued: sent.queued, dropped: Object.fromEntries(sent.dropped), unknownLost },
    bad: Object.fromEntries(source.counters.malformed), took_ms: Math.round(took_ms), behind_ms: Math.round(source.slipped_ms), stopped,
  }
}

function behind(source: FileReplay): string {
  return source.slipped_ms >= 1 ? `, ${formatDuration(source.slipped_ms)} behind its times` : ''
}

function number(value: number): string {
  return value.toLocaleString('en')
}
