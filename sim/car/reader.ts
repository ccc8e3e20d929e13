/** A topology that makes no sense: `problems` has a line each, beginning with the path of the field; the message is all of them. */
export class TopologyError extends Error {
  readonly problems: readonly string[]

  constructor(...problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'TopologyError'
    this.problems = problems
  }
}

/**
 * Reads plain data (of a file, or of a module) and complains with the path of what is wrong. What is read within
 * `attempt` is only noted, so that one run finds everything; `finish` throws what was noted.
 */
export class Reader {
  readonly path: string
  private readonly value: unknown
  private readonly problems: string[]

  constructor(value: unknown, path: string, problems: string[] = []) {
    this.value = value
    this.path = path
    this.problems = problems
  }

  fail(problem: string): never {
    throw new TopologyError(`${this.path}: ${problem}`)
  }

  /** What `read` makes of this; undefined when it complains, which is noted. */
  attempt<Value>(read: (reader: this) => Value): Value | undefined {
    try {
      return read(this)
    } catch (error) {
      if (!(error instanceof TopologyError)) throw error
      this.problems.push(...error.problems)
      return undefined
    }
  }

  /** Notes problems that were found elsewhere. */
  note(...problems: readonly string[]): void {
    this.problems.push(...problems)
  }

  /** True while nothing was noted. */
  get flawless(): boolean {
    return this.problems.length === 0
  }

  /** Throws all that was noted. */
  finish(): void {
    if (!this.flawless) throw new TopologyError(...this.problems)
  }

  /** The field `name` of an object. */
  field(name: string): Reader {
    const reader = this.optional(name)
    return reader ?? this.below(name, undefined).fail('is missing')
  }

  optional(name: string): Reader | undefined {
    const fields = this.fields()
    return Object.hasOwn(fields, name) && fields[name] !== undefined ? this.below(name, fields[name]) : undefined
  }

  /** Complains about every field that is not in `names`. */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.fields())) {
      if (!names.includes(name)) this.below(name, undefined).attempt(field => field.fail(`is not known here: ${names.join(', ')}`))
    }
  }

  items(least: number, most: number): Reader[] {
    if (!Array.isArray(this.value)) return this.fail(`is ${describe(this.value)}, not a list`)
    if (this.value.length < least || this.value.length > most) this.fail(`has ${this.value.length} entries, not ${least}…${most}`)
    return this.value.map((item, index) => new Reader(item, `${this.path}[${index}]`, this.problems))
  }

  get isNull(): boolean {
    return this.value === null
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value === '') return this.fail(`is ${describe(this.value)}, not a text`)
    return this.value
  }

  oneOf<Name extends string>(names: readonly Name[]): Name {
    const text = this.text() as Name
    if (!names.includes(text)) this.fail(`"${text}" is not one of ${names.join(', ')}`)
    return text
  }

  number(low: number, high: number, unit: string): number {
    const { value } = this
    const suffix = unit === '' ? '' : ` ${unit}`
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      return this.fail(`is ${describe(value)}, not a number in ${low}…${high}${suffix}`)
    }
    return value
  }

  whole(low: number, high: number): number {
    const value = this.number(low, high, '')
    if (!Number.isInteger(value)) this.fail(`${value} is not a whole number`)
    return value
  }

  /** The data as they are. */
  raw(): unknown {
    return this.value
  }

  private below(name: string, value: unknown): Reader {
    return new Reader(value, `${this.path}.${name}`, this.problems)
  }

  private fields(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      this.fail(`is ${describe(this.value)}, not an object`)
    }
    return this.value as Record<string, unknown>
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return JSON.stringify(value)
}
