import { SCHEMES, type OptionSpec, type Scheme, type SchemeSpec } from './schemes.ts'

/** A link's name, taken apart: `scheme:target?option=value&…`. */
export interface LinkUri {
  readonly text: string
  readonly scheme: Scheme
  /** Between the colon and the first `?`, as written. */
  readonly target: string
  /** Options with a number, checked. */
  readonly numbers: ReadonlyMap<string, number>
  /** Options with a word, checked. */
  readonly words: ReadonlyMap<string, string>
}

/** The URI itself is wrong: a usage error, told in one line. */
export class LinkUriError extends Error {
  override readonly name = 'LinkUriError'
}

/** Throws LinkUriError that names what is wrong and what is possible. */
export function parseLinkUri(text: string): LinkUri {
  const colon = text.indexOf(':')
  const known = Object.keys(SCHEMES).join(', ')
  if (colon < 0) throw new LinkUriError(`"${text}" is no link: it has the form scheme:target, with one of the schemes ${known}`)
  const scheme = text.slice(0, colon)
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw new LinkUriError(`"${text}": there is no link of the kind "${scheme}"; there are ${known}`)
  }
  const question = text.indexOf('?', colon)
  const target = text.slice(colon + 1, question < 0 ? undefined : question)
  const numbers = new Map<string, number>()
  const words = new Map<string, string>()
  const spec: SchemeSpec = SCHEMES[scheme as Scheme]
  if (question >= 0) {
    for (const [key, value] of new URLSearchParams(text.slice(question + 1))) {
      if (!Object.hasOwn(spec.options, key)) {
        throw new LinkUriError(`"${text}": ${scheme} has no option "${key}"; it has ${Object.keys(spec.options).join(', ')}`)
      }
      if (numbers.has(key) || words.has(key)) throw new LinkUriError(`"${text}": the option "${key}" is there twice`)
      readOption(text, key, value, spec.options[key]!, numbers, words)
    }
  }
  return { text, scheme: scheme as Scheme, target, numbers, words }
}

function readOption(
  text: string, key: string, value: string, spec: OptionSpec, numbers: Map<string, number>, words: Map<string, string>,
): void {
  if (spec.kind === 'text') {
    if (value === '') throw new LinkUriError(`"${text}": ${key} is empty; it has the form ${spec.form}`)
    words.set(key, value)
    return
  }
  if (spec.kind === 'choice') {
    if (!spec.values.includes(value)) throw new LinkUriError(`"${text}": ${key} is "${value}"; it can be ${spec.values.join(' or ')}`)
    words.set(key, value)
    return
  }
  if (spec.kind === 'factor' && spec.words.includes(value)) {
    words.set(key, value)
    return
  }
  const number = value.trim() === '' ? NaN : Number(value)
  const whole = spec.kind === 'factor' || Number.isInteger(number)
  if (!whole || !(number >= spec.minimum && number <= spec.maximum)) {
    const unit = spec.kind === 'number' ? ` ${spec.unit}` : ''
    const or = spec.kind === 'factor' ? `${spec.words.join(', ')} or ` : ''
    throw new LinkUriError(`"${text}": ${key} is "${value}"; it can be ${or}${spec.minimum}…${spec.maximum}${unit}`)
  }
  numbers.set(key, number)
}
