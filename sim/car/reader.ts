/** A topology that makes no sense: the message begins with the path of the field. */
export class TopologyError extends Error {
  readonly path: string

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'TopologyError'
    this.path = path
  }
}

/** Reads plain data (of a file, or of a module) and complains with the path of what is wrong. */
export class Reader {
  readonly path: string
  private readonly value: unknown

  constructor(value: unknown, path: string) {
    this.value = value
    this.path = path
  }

  fail(problem: string): never {
    throw new TopologyError(this.path, problem)
  }

  /** The field `name` of an object. */
  field(name: string): Reader {
    const reader = this.optional(name)
    return reader ?? new Reader(undefined, `${this.path}.${name}`).fail('is missing')
  }

  optional(name: string): Reader | undefined {
    const fields = this.fields()
    return Object.hasOwn(fields, name) && fields[name] !== undefined ? new Reader(fields[name], `${this.path}.${name}`) : undefined
  }

  /** Complains about every field that is not in `names`. */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.fields())) {
      if (!names.includes(name)) new Reader(undefined, `${this.path}.${name}`).fail(`is not known here: ${names.join(', ')}`)
    }
  }

  items(least: number, most: number): Reader[] {
    if (!Array.isArray(this.value)) return this.fail(`is ${describe(this.value)}, not a list`)
    if (this.value.length < least || this.value.length > most) this.fail(`has ${this.value.length} entries, not ${least}…${most}`)
    return this.value.map((item, index) => new Reader(item, `${this.path}[${index}]`))
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
