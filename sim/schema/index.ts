/**
 * Schemas of the data that people write: cars, faults, scripts. They are zod's; here are the ones that the fields of Spine
 * need, with messages for people, and the types come from them. A message says what the value is and what it should be;
 * the path of the field goes before it.
 */
import { nearest } from '#protocol/messages/index.ts'
import * as z from 'zod/mini'

/** Data that make no sense: `problems` has a line each, beginning with the path of the field; the message is all of them. */
export class DataError extends RangeError {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'DataError'
    this.problems = problems
  }
}

/** The type of the data that a schema accepts. */
export type Data<Schema extends z.core.$ZodType> = DeepReadonly<z.input<Schema>>
/** The type of what a schema makes of its data: what was left out is filled in. */
export type Made<Schema extends z.core.$ZodType> = DeepReadonly<z.output<Schema>>
/** The type of the data that these fields accept, and no others. */
export type FieldsData<Fields extends z.core.$ZodShape> = Data<z.ZodMiniObject<Fields, z.core.$strict>>
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T

/** What the schema makes of the data. Throws a DataError that names everything that is wrong. */
export function read<Schema extends z.core.$ZodType>(schema: Schema, data: unknown, path: string): z.output<Schema> {
  const result = z.safeParse(schema, data)
  if (result.success) return result.data
  throw new DataError(linesOf(result.error.issues, path))
}

/** Everything that is wrong with the data, a line each: `path.field[3]: is 7, not a text`. */
export function problemsOf(schema: z.core.$ZodType, data: unknown, path: string): string[] {
  const result = z.safeParse(schema, data)
  return result.success ? [] : linesOf(result.error.issues, path)
}

/** Names that are not known first: what is missing may be what one of them means. */
function linesOf(issues: readonly z.core.$ZodIssue[], root: string): string[] {
  const unknown = issues.filter(issue => issue.code === 'unrecognized_keys')
  return [...unknown, ...issues.filter(issue => issue.code !== 'unrecognized_keys')].flatMap((issue) => {
    const path = root + issue.path.map(step => typeof step === 'number' ? `[${step}]` : `.${String(step)}`).join('')
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => `${path}.${key}: ${unknownField(key, issue.message.split(', '))}`)
    if (issue.code === 'custom' && isRelation(issue.params)) return issue.params.problems(path)
    return [`${path}: ${issue.message}`]
  })
}

function unknownField(name: string, known: readonly string[]): string {
  return `is not known here: ${known.join(', ')}${guess(name, known)}`
}

/** "\"wndow\" is not one of window, mirror; did you mean window?" */
export function notOneOf(name: string, known: readonly string[]): string {
  return `${show(name)} is not one of ${known.join(', ')}${guess(name, known)}`
}

function guess(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? '' : `; did you mean ${near}?`
}

/** Whatever is wrong with a value of which each field is right by itself; asked with the path of the value. */
interface Relation extends Record<string, unknown> {
  readonly problems: (path: string) => string[]
}

function isRelation(params: Record<string, unknown> | undefined): params is Relation {
  return typeof params?.['problems'] === 'function'
}

/** The schema, and what its fields have to do with each other: looked at when each is right by itself. */
export function related<Schema extends z.ZodMiniType>(
  schema: Schema, problems: (value: z.output<Schema>, path: string) => string[],
): Schema {
  return schema.check(z.check<z.output<Schema>>(({ value, issues }) => {
    if (problems(value, '').length === 0) return
    const params: Relation = { problems: path => problems(value, path) }
    issues.push({ code: 'custom', input: value, params, message: '' })
  }))
}

/** A value as people see it. */
function show(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' || typeof value === 'boolean' || value === undefined ? String(value) : 'an object'
}

/** "is 7, not a text" */
function isNot(value: unknown, expected: string): string {
  return value === undefined ? 'is missing' : `is ${show(value)}, not ${expected}`
}

interface Message {
  readonly error: (issue: { readonly input?: unknown }) => string
}

export function not(expected: string): Message {
  return { error: ({ input }: { readonly input?: unknown }) => isNot(input, expected) }
}

/** A check that ends the checks of its value, and of what contains it. */
export function must<Value>(holds: (value: Value) => boolean, params: Message): z.core.$ZodCheck<Value> {
  return z.refine<Value>(holds, { ...params, abort: true })
}

/** A text that is not empty. */
export const text = z.string(not('a text')).check(must<string>(value => value !== '', not('a text')))

export const yesNo = z.boolean(not('true or false'))

/** A number within `low`…`high`; `like` says so for people. */
export function number(
  low: number, high: number, unit = '', like = `a number in ${low}…${high}${unit === '' ? '' : ` ${unit}`}`,
): z.ZodMiniNumber<number> {
  return z.number(not(like)).check(must<number>(value => value >= low && value <= high, not(like)))
}

/** A whole number within `low`…`high`. */
export function whole(low: number, high: number, unit = ''): z.ZodMiniNumber<number> {
  return number(low, high, unit).check(must<number>(Number.isInteger, { error: ({ input }) => `${show(input)} is not a whole number` }))
}

/** The names of a table. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[]
}

/** One of these texts. */
export function oneOf<const Name extends string>(names: readonly Name[]): z.ZodMiniEnum<z.core.util.ToEnum<Name>> {
  return z.enum(names, { error: ({ input }) => named(input, names) })
}

/** One of these numbers. */
export function oneOfNumbers(numbers: readonly number[], unit: string): z.ZodMiniNumber<number> {
  const among: Message = {
    error: ({ input }) =>
      input === undefined ? 'is missing' : `${show(input)} ${unit} is not one of ${numbers.join(', ')}`,
  }
  return z.number(among).check(must<number>(value => numbers.includes(value), among))
}

function named(value: unknown, names: readonly string[]): string {
  return typeof value === 'string' && value !== '' ? notOneOf(value, names) : isNot(value, 'a text')
}

/** A list of `least` to `most` items; `like` says for people what it is. */
export function list<Item extends z.core.$ZodType>(item: Item, least = 0, most = Infinity, like = 'a list'): z.ZodMiniArray<Item> {
  return z.array(item, not(like)).check(must<z.output<Item>[]>(
    items => items.length >= least && items.length <= most,
    { error: ({ input }) => `has ${(input as unknown[]).length} entries, not ${least}…${most}` },
  ))
}

/** Values of one kind by name. */
export function byName<Value extends z.core.$ZodType>(value: Value, like = 'an object'): z.ZodMiniRecord<z.ZodMiniString, Value> {
  return z.record(z.string(), value, not(like))
}

/** Fields by name, and no others. */
export function object<Fields extends z.core.$ZodShape>(fields: Fields, like = 'an object'): z.ZodMiniObject<Fields, z.core.$strict> {
  const names = Object.keys(fields).join(', ')
  return z.strictObject(fields, { error: issue => issue.code === 'unrecognized_keys' ? names : isNot(issue.input, like) })
}

type Objects = readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]

/** Fields by name; others are left out. */
export function looseObject<Fields extends z.core.$ZodShape>(fields: Fields): z.ZodMiniObject<Fields, z.core.$strip> {
  return z.object(fields, not('an object'))
}

/** One of several objects, told apart by the field `by`. */
export function oneOfObjects<By extends string, const Options extends Objects>(
  by: By, options: Options,
): z.ZodMiniDiscriminatedUnion<Options, By> {
  return z.discriminatedUnion(by, options, {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return isNot(issue.input, 'an object')
      const { options: known = [] } = issue as { readonly options?: readonly unknown[] }
      return named((issue.input as Record<string, unknown>)[by], known.map(String))
    },
  })
}

// One by one: taking the module apart at once would put all of it, every language, into the page.
export const optional = z.optional
export const nullable = z.nullable
export const withDefault = z._default
