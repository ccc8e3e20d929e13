import { COMPONENT_CLASS, LARGEST_CLASS, MESSAGES } from '#protocol/host/index.ts'
import { usage } from './failure.ts'

/**
 * A component class to begin with: a copy of the simplest class there is. Its own files are copied under the new name, and each
 * line that names it in a file that all classes share gets a twin below. What must know every class is a table that misses a new
 * one, so the compiler finds what such a line does not cover.
 */

/** The class that is copied: complete, in the catalogue, in an image and under test. */
const EXAMPLE = 'seat-fan'
/** What it is, in the words of its files. */
const EXAMPLE_SUMMARY = /a load with a level/gi
/** Only sources of the car: not what is generated, nor this tool. */
const SOURCES = /^(protocol|firmware|sim\/(?!cli\/)|harness-tests\/journeys\/).*\.(ts|md)$/
const GENERATED = /\.generated\.ts$/
/** Cars, and what a car is made of by `spine new car`: they have a seat fan as they have a window. */
const CARS = /^sim\/(car\/van|plan\/new-car)\.ts$/

/** Names of fields in DBC have 32 characters: `SeatHeaterStatus_echoSequence`. */
const LONGEST_DBC_NAME = 32
const LONGEST_FIELD = 'Status_echoSequence'

/** What is wanted. */
export interface ClassWish {
  /** `seat-heater` */
  readonly name: string
  /** What it is, in a few words. */
  readonly summary?: string | undefined
  /** Drawn at full output at 13.5 V, settled and at first. */
  readonly run_A: number
  readonly peak_A: number
}

/** Where it is put. */
export interface Checkout {
  /** Every file, relative to the root, with `/`. */
  readonly files: readonly string[]
  read(file: string): string
}

export interface ClassPlan {
  /** `seatHeater` */
  readonly className: string
  readonly code: number
  /** New files and their text. */
  readonly created: ReadonlyMap<string, string>
  /** Files that all classes share: their new text and the lines that are added. */
  readonly changed: ReadonlyMap<string, { readonly text: string, readonly lines: readonly string[] }>
}

/**
 * Plans a class. Writes nothing.
 * @throws Failure for a name that cannot be one or that is taken, and currents that make no sense.
 */
export function planClass(checkout: Checkout, wish: ClassWish): ClassPlan {
  const code = Math.max(...Object.values(COMPONENT_CLASS)) + 1
  if (code > LARGEST_CLASS) throw usage(`all class codes up to ${LARGEST_CLASS} are given out: LARGEST_CLASS in protocol/id.ts says how many hubs have room for`)
  const from = namesOf(EXAMPLE)
  const to = checkedNames(wish)
  checkCurrents(wish)
  const created = new Map<string, string>()
  const changed = new Map<string, { text: string, lines: readonly string[] }>()
  for (const file of checkout.files) {
    if (!SOURCES.test(file) || GENERATED.test(file) || CARS.test(file)) continue
    if (file.includes(EXAMPLE)) {
      const target = file.replaceAll(EXAMPLE, wish.name)
      if (checkout.files.includes(target)) throw usage(`"${wish.name}" is taken: there is ${target}`)
      created.set(target, ownText(renamed(checkout.read(file), from, to), wish))
      continue
    }
    const twin = twinned(checkout.read(file), file.endsWith('.ts') ? Object.values(from) : [`| [${from.kebab}/]`], line =>
      ownText(renamed(line, from, to), wish).replace(/^(\s*\w+: )\d+,$/, `$1${code},`))
    if (twin !== undefined) changed.set(file, twin)
  }
  return { className: to.camel, code, created, changed }
}

interface Names { readonly kebab: string, readonly camel: string, readonly pascal: string, readonly upper: string, readonly words: string }

function namesOf(kebab: string): Names {
  const parts = kebab.split('-')
  const pascal = parts.map(capital).join('')
  return { kebab, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal, upper: parts.join('_').toUpperCase(), words: parts.join(' ') }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function checkedNames({ name, summary = '' }: ClassWish): Names {
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name)) throw usage(`"${name}" is no name of a class: small letters and digits with a hyphen between words, such as seat-heater`)
  const names = namesOf(name)
  const most = LONGEST_DBC_NAME - LONGEST_FIELD.length
  if (names.pascal.length > most) throw usage(`"${name}" is too long: ${names.pascal} has ${names.pascal.length} letters, and a name in DBC has room for ${most}`)
  if (Object.keys(COMPONENT_CLASS).includes(names.camel)) throw usage(`"${name}" is taken: there is a class ${names.camel}`)
  const rows = [`${names.pascal}Command`, `${names.pascal}Status`]
  const taken = MESSAGES.find(row => rows.includes(row.name))
  if (taken !== undefined) throw usage(`"${name}" is taken: there is a message ${taken.name}`)
  if (!/^[^\p{Cc}*`'"\\]{0,80}$/u.test(summary)) throw usage('the summary is a line of at most 80 characters without quotes, backticks, backslashes and asterisks')
  return names
}

/** An eFuse regulates an inrush for half a second, and the plant's is over after a fraction of that. */
const MOST_INRUSH = 10

function checkCurrents({ run_A, peak_A }: ClassWish): void {
  if (!(run_A >= 0.5 && run_A <= 20)) throw usage(`--run-A ${run_A} is not in 0.5…20 A: less is not seen in steps of 0.2 A, more no port carries`)
  if (!(peak_A >= run_A && peak_A <= MOST_INRUSH * run_A)) throw usage(`--peak-A ${peak_A} is not in ${run_A}…${MOST_INRUSH * run_A} A, once to ${MOST_INRUSH} times --run-A`)
}

function renamed(text: string, from: Names, to: Names): string {
  const article = /^[aeiou]/.test(to.words) ? 'an' : 'a'
  return text
    .replaceAll(from.kebab, to.kebab).replaceAll(from.camel, to.camel).replaceAll(from.pascal, to.pascal).replaceAll(from.upper, to.upper)
    .replaceAll(`a ${from.words}`, `${article} ${to.words}`).replaceAll(`A ${from.words}`, `${capital(article)} ${to.words}`)
    .replaceAll(from.words, to.words).replaceAll(capital(from.words), capital(to.words))
}

/** The text of a file of its own: what it is, and in the plant what it draws. */
function ownText(text: string, { summary, run_A, peak_A }: ClassWish): string {
  const described = summary === undefined ? text : text.replace(EXAMPLE_SUMMARY, found => /^[A-Z]/.test(found) ? capital(summary) : summary)
  return described.replace(/^( {2}run_A: )[\d.]+,$/m, `$1${run_A},`).replace(/^( {2}peak_A: )[\d.]+,$/m, `$1${peak_A},`)
}

/** Behind each run of lines that have one of the marks the same for the new class; undefined when none has. */
function twinned(text: string, marks: readonly string[], twin: (line: string) => string): { text: string, lines: string[] } | undefined {
  const lines: string[] = []
  const result: string[] = []
  let run: string[] = []
  for (const line of text.split('\n')) {
    if (marks.some(mark => line.includes(mark))) run.push(twin(line))
    else {
      result.push(...run)
      lines.push(...run)
      run = []
    }
    result.push(line)
  }
  return lines.length === 0 ? undefined : { text: result.join('\n'), lines }
}
