import { readFileSync } from 'node:fs'
import { InvalidArgumentError, Option } from 'commander'
import { DbcDatabase, type DbcMessage, dbcText, parseDbc } from '#sim/diag/dbc/index.ts'
import { Failure, fileFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Of one file, so many lines that could not be read are told one by one. */
const MOST_TOLD = 10
const EXTENDED = 0x2000_0000

export function dbcOption(): Option {
  return new Option('--dbc <file>', 'what the frames of another network say; can be given several times')
    .argParser((file: string, before: string[] | undefined) => [...before ?? [], file])
}

export function isoTpOption(): Option {
  return new Option('--isotp <ids>', 'identifiers that carry ISO-TP, such as 7BB,79B or 18DAF110; those of OBD always do').argParser((text) => {
    return text.split(',').map((word) => {
      const id = /^[\dA-F]{1,8}$/i.test(word) ? parseInt(word, 16) : Infinity
      if (id > 0x1fff_ffff) throw new InvalidArgumentError(`"${word}" is no hexadecimal identifier.`)
      return id > 0x7ff || word.length === 8 ? id + EXTENDED : id
    })
  })
}

/** Reads DBC files; what in them cannot be read is told. Throws a Failure for one that describes nothing. */
export function loadDbc(files: readonly string[], terminal: Terminal): DbcDatabase {
  const messages: DbcMessage[] = []
  for (const file of files) {
    const dbc = parseDbc(textOf(file))
    for (const { line, reason } of dbc.problems.slice(0, MOST_TOLD)) terminal.warn(`${file}:${line}: ${reason}`)
    if (dbc.problems.length > MOST_TOLD) terminal.warn(`${file}: ${dbc.problems.length - MOST_TOLD} more lines could not be read`)
    if (dbc.messages.length === 0) throw new Failure(`${file} describes no message: it is no DBC file`)
    messages.push(...dbc.messages)
  }
  return new DbcDatabase(messages)
}

/** The text of a DBC file. Throws a Failure for one that cannot be read. */
export function textOf(file: string): string {
  try {
    return dbcText(readFileSync(file))
  } catch (error) {
    throw fileFailure('read', file, error)
  }
}
