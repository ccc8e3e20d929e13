/**
 * An error for a name that does not exist, which lists what does: the nearest kinds of the same group first.
 * `what` is the kind of thing, `known` all names.
 */
export function unknownName(what: string, name: string, known: readonly string[]): RangeError {
  const group = name.split('.')[0]!.toLowerCase()
  const near = known.filter(other => other.toLowerCase().startsWith(group))
  const listed = near.length > 0 ? near : known
  return new RangeError(`unknown ${what} "${name}"; there ${listed.length === 1 ? 'is' : 'are'} ${listed.length > 0 ? listed.join(', ') : 'none'}`)
}

/** The entry `name` of `map`, or the error above. */
export function lookUp<Value>(what: string, map: ReadonlyMap<string, Value>, name: string): Value {
  const found = map.get(name)
  if (found === undefined) throw unknownName(what, name, [...map.keys()])
  return found
}
