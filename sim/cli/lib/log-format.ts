import { InvalidArgumentError } from 'commander'
import { LOG_FORMATS, type LogFormat } from '#sim/gateway/logs/format.ts'

/** The names of all kinds of log, for help texts. */
export const FORMAT_NAMES = LOG_FORMATS.map(format => format.name).join(', ')

/** Parser of an option that names a kind of log, by its name or an ending. */
export function logFormat(text: string): LogFormat {
  const word = text.toLowerCase()
  const format = LOG_FORMATS.find(({ name, endings }) => name === word || endings.includes(`.${word.replace(/^\./, '')}`))
  if (format === undefined) throw new InvalidArgumentError(`It must be one of ${FORMAT_NAMES}.`)
  return format
}
