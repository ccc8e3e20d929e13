import type { MessageReading, SignalReading } from './dbc/index.ts'
import type { FrameDescription } from './describe-frame.ts'

/** What a message of a DBC says; `address` stands for a sender that it does not name. */
export function describeReading({ message, signals, missing }: MessageReading, address: string): FrameDescription {
  const sender = message.sender || address
  return {
    title: message.name, sender, text: signals.map(signalText).join(' '),
    problem: missing.length === 0 ? '' : `too short for ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`,
    json: { message: message.name, ...(sender === '' ? {} : { sender }), signals: Object.fromEntries(signals.map(each => [each.signal.name, signalJson(each)])) },
  }
}

/** `Speed=12.5 km/h`, `Gear=drive`. */
export function signalText({ signal, value, text }: SignalReading): string {
  const shown = text === '' ? `${rounded(value)}${signal.unit === '' ? '' : ` ${signal.unit}`}` : text
  return `${signal.name}=${shown}`
}

/** For programs: the name of the value, or a number; what JSON has no number for is a string: integers above 2^53, NaN, ±Infinity. */
export function signalJson({ value, text }: SignalReading): number | string {
  if (text !== '') return text
  return typeof value === 'bigint' || !Number.isFinite(value) ? String(value) : value
}

/** Without the noise that products of fractions have in their last digits. */
function rounded(value: number | bigint): string {
  return typeof value === 'bigint' ? String(value) : String(Number(value.toPrecision(12)))
}
