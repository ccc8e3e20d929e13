import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

type Value = number | boolean
/** In it texts name messages, for people; marked, they would keep every message in every artefact. */
const MESSAGES = /messages\.generated\.ts$/
/** Functions and classes that are given texts for people alone: names of jobs, what is wrong with a value. */
const TELLS_PEOPLE = ['job', 'reader', 'loner', 'refuse', 'withoutValue', 'FrameCycle', 'CommandReceiver', 'DriverJobs']
/** Tells esbuild that the text behind it is a property's name. */
const KEY = '/* @__KEY__ */ '
/** Tells it that nothing comes of the call behind it but its value. */
const PURE = '/* @__PURE__ */ '

/** A constant: a number, or an object some of whose members are numbers. */
type Constant = Value | Readonly<Record<string, unknown>>

/** A source that is to be changed, and the constants it knows. */
export interface Source {
  readonly path: string
  readonly file: ts.SourceFile
  readonly constants: ReadonlyMap<string, Constant>
}

/** Reads a source for `transformed`; `root`: where its modules are. */
export async function readSource(root: string, path: string, text: string): Promise<Source> {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return { path, file, constants: new Map([...await imported(root, path, file), ...declared(file)]) }
}

/** What is to become of a source. */
export interface Changes {
  /** Names of properties that are shortened. */
  readonly names: ReadonlySet<string>
  /** Methods that nobody calls. */
  readonly unused: ReadonlySet<string>
}

/**
 * A source as it is bundled, its lines where they were:
 * - constants in place: `WINDOW_PARAMETERS.run_ms` becomes `12000`, wherever the table is. Values are those of the modules as they
 *   run here; a board has no module state, so that a constant is the same everywhere and always;
 * - a text that is the name of a property (of `names`) is shortened with it: states, fields that are found by name;
 * - calls that make a module's constants are marked: a module has no state, so that what nobody uses need not be made;
 * - texts for people are empty, and methods of classes that nobody calls are gone.
 */
export function transformed({ path, file, constants }: Source, { names, unused }: Changes): string {
  const edits: { from: number, to: number, text: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    const from = node.getStart()
    const value = valueOf(node, constants)
    if (isUnused(node, unused)) edits.push({ from, to: node.getEnd(), text: node.getText().replace(/[^\n]/g, '') })
    else if (isForPeople(node)) edits.push({ from, to: node.getEnd(), text: '\'\'' })
    else if (value !== undefined) edits.push({ from, to: node.getEnd(), text: Number(value) < 0 ? `(${String(value)})` : String(value) })
    else if (ts.isStringLiteral(node) && names.has(node.text) && !MESSAGES.test(path)) edits.push({ from, to: from, text: KEY })
    else {
      if (makesConstant(node)) edits.push({ from, to: from, text: PURE })
      node.forEachChild(visit)
    }
  }
  visit(file)
  return edits.reverse().reduce((all, edit) => all.slice(0, edit.from) + edit.text + all.slice(edit.to), file.text)
}

/** A call outside of functions, in what a constant of the module is made of. */
function makesConstant(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false
  const place = ts.findAncestor(node, each => ts.isFunctionLike(each) || ts.isClassLike(each) || ts.isVariableStatement(each))
  return place !== undefined && ts.isVariableStatement(place) && ts.isSourceFile(place.parent)
}

function isUnused(node: ts.Node, unused: ReadonlySet<string>): boolean {
  return (ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) && ts.isClassLike(node.parent) && unused.has(node.name.getText())
}

function isForPeople(node: ts.Node): boolean {
  const { parent } = node
  if (!ts.isStringLiteral(node) && !ts.isTemplateLiteral(node)) return false
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return false
  const called = ts.isPropertyAccessExpression(parent.expression) ? parent.expression.name : parent.expression
  return ts.isIdentifier(called) && TELLS_PEOPLE.includes(called.text)
}

function valueOf(node: ts.Node, constants: Source['constants']): Value | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return member(constants.get(node.expression.text), node.name.text)
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression) && ts.isStringLiteral(node.argumentExpression)) {
    return member(constants.get(node.expression.text), node.argumentExpression.text)
  }
  if (!ts.isIdentifier(node) || !isRead(node)) return undefined
  const constant = constants.get(node.text)
  return isValue(constant) ? constant : undefined
}

function member(constant: Constant | undefined, name: string): Value | undefined {
  if (typeof constant !== 'object' || !Object.hasOwn(constant, name)) return undefined
  const value = constant[name]
  return isValue(value) ? value : undefined
}

const isValue = (value: unknown): value is Value => typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

/** It stands for its value: it is no name of a member, a parameter or a declaration. */
function isRead({ parent, ...node }: ts.Identifier): boolean {
  const named = parent as { readonly name?: { readonly pos: number } }
  if (named.name !== undefined && named.name.pos === node.pos) return false
  return !(ts.isPropertyAccessExpression(parent) && parent.name.pos === node.pos) && !ts.isShorthandPropertyAssignment(parent)
}

/** What the module imports, by the names it has here. */
async function imported(root: string, path: string, file: ts.SourceFile): Promise<[string, Constant][]> {
  const found: [string, Constant][] = []
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly === true) continue
    const bindings = statement.importClause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    const exports = await load(root, path, (statement.moduleSpecifier as ts.StringLiteral).text)
    for (const { isTypeOnly, propertyName, name } of bindings.elements) {
      const value = isTypeOnly ? undefined : exports[(propertyName ?? name).text]
      if (isConstant(value)) found.push([name.text, value])
    }
  }
  return found
}

let compiler: Promise<void> | undefined

async function load(root: string, from: string, specifier: string): Promise<Readonly<Record<string, unknown>>> {
  const target = specifier.startsWith('#') ? specifier.slice(1) : join(dirname(from), specifier)
  if (!existsSync(join(root, target))) return {}
  await (compiler ??= startCompiler(root))
  return await import(pathToFileURL(join(root, target)).href) as Readonly<Record<string, unknown>>
}

/** The command line runs bundled: nothing compiles what it imports by itself. */
async function startCompiler(root: string): Promise<void> {
  if (import.meta.filename.endsWith('.ts')) return
  const { register } = await import('tsx/esm/api')
  register({ tsconfig: join(root, 'tsconfig.json') })
}

const isConstant = (value: unknown): value is Constant => isValue(value)
  || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)

/** The module's own numbers, and tables of them. */
function declared(file: ts.SourceFile): [string, Constant][] {
  const found: [string, Constant][] = []
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue
    for (const { name, initializer } of statement.declarationList.declarations) {
      const constant = initializer === undefined ? undefined : numberOf(initializer) ?? tableOf(initializer)
      if (ts.isIdentifier(name) && constant !== undefined) found.push([name.text, constant])
    }
  }
  return found
}

function tableOf(node: ts.Expression): Readonly<Record<string, number>> | undefined {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return tableOf(node.expression)
  if (!ts.isObjectLiteralExpression(node)) return undefined
  const entries = node.properties.flatMap((property): [string, number][] => {
    if (!ts.isPropertyAssignment(property) || !(ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))) return []
    const value = numberOf(property.initializer)
    return value === undefined ? [] : [[property.name.text, value]]
  })
  return Object.fromEntries(entries)
}

function numberOf(node: ts.Expression): number | undefined {
  const value = Number(node.getText().replaceAll('_', ''))
  return Number.isFinite(value) ? value : undefined
}
