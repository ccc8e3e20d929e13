import { InvalidArgumentError, Option } from 'commander'
import { CANDUMP, isReadable, isWritable, LOG_FORMATS, type LogFormat, logFormatOf, type ReadableFormat } from '#sim/gateway/logs/index.ts'
import { usage } from './failure.ts'

/** An option that names a kind of log, by its name or an ending: one that is read, or one that is written. */
export function kindOption(flags: string, can: 'read' | 'write', about = 'kind of log'): Option {
  const formats: readonly LogFormat[] = can === 'read' ? LOG_FORMATS.filter(isReadable) : LOG_FORMATS.filter(isWritable)
  const names = formats.map(format => format.name).join(', ')
  return new Option(flags, `${about}: ${names}`).argParser((text) => {
    const word = text.toLowerCase()
    const format = formats.find(({ name, endings }) => name === word || endings.includes(`.${word.replace(/^\./, '')}`))
    if (format === undefined) throw new InvalidArgumentError(`It must be one of ${names}.`)
    return format
  })
}

/** The kind of a log to read: as named, or by the ending of the file; candump for others. Refuses what is only written. */
export function readFormat(file: string, named: ReadableFormat | undefined): ReadableFormat {
  const format = named ?? logFormatOf(file) ?? CANDUMP
  if (!isReadable(format)) throw usage(`${file}: ${format.name} logs are only written`)
  return format
}
