import { escaped } from '../markup/index.ts'
import type { PinchResult } from './sweep.ts'
import { LIMIT_N } from './sweep.ts'

const WIDTH = 960
const HEIGHT = 540
const LEFT = 64
const RIGHT = 24
const TOP = 48
const BOTTOM = 56
const MOST_mm = 210
const COLOURS: Readonly<Record<number, string>> = { 5: '#2a9d8f', 10: '#3a6ea5', 20: '#e09f3e', 65: '#9e2a2b' }
const OTHER = '#666666'

/** A picture of all presses: peak force over opening, a colour a stiffness, the limit as a line. */
export function pinchSvg(results: readonly PinchResult[], title: string): string {
  const most_N = Math.max(LIMIT_N * 1.1, ...results.map(result => result.peak_N * 1.05))
  const x = (opening_mm: number): number => LEFT + (WIDTH - LEFT - RIGHT) * opening_mm / MOST_mm
  const y = (force_N: number): number => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * force_N / most_N
  const stiffnesses = [...new Set(results.map(result => result.case.stiffness_N_mm))].sort((a, b) => a - b)
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="26" font-size="17">${escaped(title)}</text>`,
  ]
  for (let force_N = 0; force_N <= most_N; force_N += 20) {
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(force_N))}" y2="${fixed(y(force_N))}" stroke="#e4e4e4"/>`)
    parts.push(`<text x="${LEFT - 8}" y="${fixed(y(force_N) + 4)}" text-anchor="end">${force_N}</text>`)
  }
  for (let opening_mm = 0; opening_mm <= 200; opening_mm += 25) {
    parts.push(`<text x="${fixed(x(opening_mm))}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${opening_mm}</text>`)
  }
  parts.push(`<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">opening at which the rod is met, mm</text>`)
  parts.push(`<text transform="translate(18 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">peak force on the rod, N</text>`)
  stiffnesses.forEach((stiffness, index) => parts.push(...series(results, stiffness, index, stiffnesses.length, x, y)))
  parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(LIMIT_N))}" y2="${fixed(y(LIMIT_N))}" stroke="#d00000" stroke-width="2"/>`)
  parts.push(`<text x="${WIDTH - RIGHT}" y="${fixed(y(LIMIT_N) - 6)}" text-anchor="end" fill="#d00000">limit ${LIMIT_N} N</text>`)
  parts.push('</svg>')
  return `${parts.join('\n')}\n`
}

/** Dots of one stiffness, drawn beside those of the others; equal ones once. */
function series(
  results: readonly PinchResult[], stiffness: number, index: number, of: number, x: (mm: number) => number, y: (N: number) => number,
): string[] {
  const colour = COLOURS[stiffness] ?? OTHER
  const aside = (index - (of - 1) / 2) * 4
  const dots = new Set<string>()
  for (const result of results) {
    if (result.case.stiffness_N_mm !== stiffness || result.peak_N === 0) continue
    dots.add(`<circle cx="${fixed(x(result.case.opening_mm) + aside)}" cy="${fixed(Math.round(y(result.peak_N)))}" r="2"/>`)
  }
  const legend_x = LEFT + 12 + index * 110
  return [
    `<g fill="${colour}" fill-opacity="0.5">`, ...dots, '</g>',
    `<circle cx="${legend_x}" cy="${TOP - 6}" r="5" fill="${colour}"/><text x="${legend_x + 10}" y="${TOP - 2}">${stiffness} N/mm</text>`,
  ]
}

function fixed(value: number): string {
  return value.toFixed(1)
}
