import { readFileSync } from 'node:fs'
import { DataError } from '#sim/schema/index.ts'
import { fileFailure, usage } from './failure.ts'

/** What is shown of the place where a text ceases to be JSON. */
const SHOWN = 30

/** The text of a file, without the mark that editors put before it. Throws a failure when it cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw fileFailure('read', path, error)
  }
}

/** The content of a JSON file. Throws a failure when it cannot be read, a usage error with the line when it is no JSON. */
function readJson(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch {
    throw usage(`${path} is no JSON: ${jsonProblem(text)}`)
  }
}

/** What `read` makes of a JSON file. Its DataError becomes a usage error that says what the file is (`fails`) and lists every reason. */
export function readData<Read>(path: string, fails: string, read: (data: unknown) => Read): Read {
  const data = readJson(path)
  try {
    return read(data)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const { problems } = error
    throw usage(`${path} ${fails}, ${problems.length === 1 ? 'for one reason' : `for ${problems.length} reasons`}:\n${problems.map(problem => `  ${problem}`).join('\n')}`)
  }
}

/** Where a text that does not parse ceases to be JSON, for people. */
export function jsonProblem(text: string): string {
  if (text.trim() === '') return 'it is empty'
  if (!isBroken(text)) return `it ends too early, in line ${lineAt(text, text.length)}`
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isBroken(text.slice(0, middle))) bad = middle
    else good = middle
  }
  const rest = text.slice(good, good + SHOWN).split('\n', 1)[0]
  return `line ${lineAt(text, good)} is wrong at ${rest === '' ? 'its end' : JSON.stringify(rest)}`
}

/** Whether nothing that could follow makes JSON of it. An engine tells a text that only ends too early by the place of its complaint. */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    const { message } = error as Error
    if (/unexpected end|unterminated string/i.test(message)) return false
    const position = /at position (\d+)/.exec(message)
    return position === null || Number(position[1]) < text.length
  }
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
