import { InvalidArgumentError, Option } from 'commander'
import { LOG_FORMATS, type LogFormat } from '#sim/gateway/logs/index.ts'

const FORMAT_NAMES = LOG_FORMATS.map(format => format.name).join(', ')

/** Parser of an option that names a kind of log, by its name or an ending. */
function logFormat(text: string): LogFormat {
  const word = text.toLowerCase()
  const format = LOG_FORMATS.find(({ name, endings }) => name === word || endings.includes(`.${word.replace(/^\./, '')}`))
  if (format === undefined) throw new InvalidArgumentError(`It must be one of ${FORMAT_NAMES}.`)
  return format
}

/** An option that names a kind of log. */
export function kindOption(flags: string, about = 'kind of log'): Option {
  return new Option(flags, `${about}: ${FORMAT_NAMES}`).argParser(logFormat)
}
