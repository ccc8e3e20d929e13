import { readFileSync } from 'node:fs'
import { type PriceTable, readPrices } from '#sim/plan/index.ts'
import { DataError } from '#sim/schema/index.ts'
import { fileFailure, usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'

/** Prices of the parts list: JSON, or CSV with the columns id, price, per, currency. Throws a usage error that lists all that is wrong. */
export function readPriceFile(path: string): PriceTable {
  if (!path.toLowerCase().endsWith('.csv')) return readData(path, 'is no price table', data => readPrices(data))
  try {
    return readPrices(fromCsv(readFileSync(path, 'utf8')))
  } catch (error) {
    if (!(error instanceof DataError)) throw fileFailure('read', path, error)
    throw usage(`${path} is no price table:\n${error.problems.map(problem => `  ${problem}`).join('\n')}`)
  }
}

/** The rows of a CSV as a price table that is still to be checked. */
function fromCsv(text: string): unknown {
  const [head = [], ...rows] = text.split(/\r?\n/).filter(line => line.trim() !== '').map(cellsOf)
  const columns = ['id', 'price', 'per', 'currency']
  const missing = columns.filter(name => !head.includes(name))
  if (missing.length > 0) throw new DataError(missing.map(name => `column ${name}: is missing; a price has the columns ${columns.join(', ')}`))
  const at = (row: readonly string[], name: string): string => row[head.indexOf(name)] ?? ''
  const currencies = [...new Set(rows.map(row => at(row, 'currency')))]
  if (currencies.length > 1) throw new DataError([`column currency: has ${currencies.map(name => JSON.stringify(name)).join(', ')}, not one for all`])
  const priced = (text: string): number => text.trim() === '' ? NaN : Number(text)
  return { currency: currencies[0] ?? '', prices: Object.fromEntries(rows.map(row => [at(row, 'id'), { price: priced(at(row, 'price')), per: at(row, 'per') }])) }
}

/** By RFC 4180, within one line. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.trim())
}
