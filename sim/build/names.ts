import ts from 'typescript'

import type { BoardSources } from './sources.ts'

const HAL = 'firmware/hal.ts'

/** Names of properties that may be shortened in an artefact, and those that a board's code knows by name. */
export interface PropertyNames {
  readonly own: ReadonlySet<string>
  readonly reserved: ReadonlySet<string>
}

/**
 * What the firmware's own sources declare as members, and what they share with others: the board, which is written against
 * `hal.ts`, and the language itself.
 */
export function propertyNames({ files }: BoardSources): PropertyNames {
  const own = new Set<string>()
  for (const file of files.values()) for (const name of membersOf(file)) own.add(name)
  const reserved = new Set<string>([...membersOf(files.get(HAL)!), ...languageMembers()])
  for (const name of reserved) own.delete(name)
  return { own, reserved }
}

function membersOf(file: ts.SourceFile): string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    const named = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isPropertyDeclaration(node)
      || ts.isMethodDeclaration(node) || ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isAccessor(node)
    if (named && ts.isIdentifier(node.name)) names.push(node.name.text)
    node.forEachChild(visit)
  }
  visit(file)
  return names
}

/** Members of what the engines bring: of the prototypes and namespaces of the running Node, which has all that they have. */
function languageMembers(): string[] {
  const owners: object[] = [
    Object.prototype, Object, Function.prototype, Array.prototype, Array, String.prototype, String, Number.prototype, Number,
    Boolean.prototype, Math, JSON, Error.prototype, Uint8Array.prototype, Uint8Array, Object.getPrototypeOf(Uint8Array.prototype) as object,
    Object.getPrototypeOf(Uint8Array) as object, DataView.prototype, ArrayBuffer.prototype, Promise.prototype, Promise,
  ]
  return owners.flatMap(owner => Object.getOwnPropertyNames(owner))
}
