import { escaped } from '../markup/index.ts'
import type { CaseMoment } from './trace.ts'

const WIDTH = 960
const HEIGHT = 540
const LEFT = 64
const RIGHT = 24
const TOP = 48
const GAP = 40
const BOTTOM = 48
const PANEL = (HEIGHT - TOP - GAP - BOTTOM) / 2

interface Curve {
  readonly name: string
  readonly colour: string
  readonly of: (moment: CaseMoment) => number
}

const FORCES: readonly Curve[] = [
  { name: 'force, N', colour: '#9e2a2b', of: moment => moment.force_N },
  { name: 'what the firmware takes it for, N', colour: '#3a6ea5', of: moment => moment.estimated_N },
]
const MOTION: readonly Curve[] = [
  { name: 'speed, mm/s', colour: '#2a9d8f', of: moment => moment.speed_mm_s },
  { name: 'current × 10, A', colour: '#e09f3e', of: moment => 10 * moment.current_A },
]

/** One closing over time: forces above, motion below. */
export function traceSvg(moments: readonly CaseMoment[], title: string): string {
  const end_ms = Math.max(1, ...moments.map(({ time_ms }) => time_ms))
  const x = (time_ms: number): number => LEFT + (WIDTH - LEFT - RIGHT) * time_ms / end_ms
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-size="15">${escaped(title)}</text>`,
    ...panel(FORCES, moments, x, TOP), ...panel(MOTION, moments, x, TOP + PANEL + GAP),
    `<text x="${LEFT}" y="${HEIGHT - 14}">0</text>`,
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 14}" text-anchor="end">${end_ms} ms</text>`,
    '</svg>', '',
  ].join('\n')
}

function panel(curves: readonly Curve[], moments: readonly CaseMoment[], x: (time_ms: number) => number, top: number): string[] {
  const values = curves.flatMap(({ of }) => moments.map(of))
  const least = Math.min(0, ...values)
  const most = Math.max(1, ...values)
  const y = (value: number): number => top + PANEL * (most - value) / (most - least)
  const lines = curves.map(({ colour, of }) =>
    `<polyline fill="none" stroke="${colour}" points="${moments.map(moment => `${x(moment.time_ms).toFixed(1)},${y(of(moment)).toFixed(1)}`).join(' ')}"/>`)
  const names = curves.map(({ name, colour }, i) => `<text x="${LEFT + 8 + 300 * i}" y="${top + 14}" fill="${colour}">${name}</text>`)
  const marks = [least, 0, most].map(value =>
    `<text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(0)}</text>`)
  return [`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(0).toFixed(1)}" y2="${y(0).toFixed(1)}" stroke="#c0c0c0"/>`, ...lines, ...names, ...marks]
}
