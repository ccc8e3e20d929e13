import { usage } from './failure.ts'

const UNIT_ms: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 }

/** Reads `400ms`, `2s`, `1.5s`, `1m`, `2h`; a number alone is seconds. Returns ms, ≥ 0. */
export function parseDuration_ms(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|min|m|h)?$/.exec(text.trim())
  if (match === null) throw usage(`"${text}" is no duration: write it like 400ms, 2s, 1.5s or 1m`)
  return Number(match[1]) * UNIT_ms[match[2] ?? 's']!
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `1 h 00 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
