import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Folders whose modules a board may run. */
const BOARD_FOLDERS = ['protocol', 'firmware']
const HOST_ONLY = /(^|\/)(catalogue|export|messages|host|testing|boards)\/|\.test\.ts$/
const HAL = 'firmware/hal.ts'

/** Names of properties that may be shortened in an artefact, and those that a board's code knows by name. */
export interface PropertyNames {
  readonly own: ReadonlySet<string>
  readonly reserved: ReadonlySet<string>
}

/** Every source that may become part of an artefact, from the root of the checkout. */
export function boardSources(root: string): string[] {
  return BOARD_FOLDERS.flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(name => name.endsWith('.ts') && !HOST_ONLY.test(name)))
}

/**
 * What the firmware's own sources declare as members, and what they share with others: the board, which is written against
 * `hal.ts`, and the language itself.
 */
export function propertyNames(root: string): PropertyNames {
  const own = new Set<string>()
  for (const source of boardSources(root)) for (const name of membersOf(parse(root, source))) own.add(name)
  const reserved = new Set<string>([...membersOf(parse(root, HAL)), ...languageMembers()])
  for (const name of reserved) own.delete(name)
  return { own, reserved }
}

function parse(root: string, source: string): ts.SourceFile {
  return ts.createSourceFile(source, readFileSync(join(root, source), 'utf8'), ts.ScriptTarget.Latest, true)
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
