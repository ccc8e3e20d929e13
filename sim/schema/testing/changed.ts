/**
 * A copy of data with fields replaced by path: `{ 'hubs.1.location': 'ATTIC' }`; `undefined` removes a field. Nothing checks
 * that it makes sense: it is for tests of what does. Throws a TypeError where a path leads through what is no object.
 */
export function changed(data: unknown, fields: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(data)
  for (const [path, value] of Object.entries(fields)) {
    const steps = path.split('.')
    const last = steps.pop()!
    const parent = objectOf(steps.reduce((node: unknown, step) => objectOf(node, path)[step], copy), path)
    if (value === undefined) delete parent[last]
    else parent[last] = value
  }
  return copy
}

function objectOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${path} leads through what is no object`)
  return value as Record<string, unknown>
}
