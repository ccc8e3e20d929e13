import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

import { DOORS, OUTPUT } from './entries.ts'

/** Streams and timers are Node's, whatever `types` a project names. */
const NODE_TYPES = '/// <reference types="node" />\n'

/** Of one declaration file: its text, and the files of ours that it imports. */
interface Declaration {
  text: string
  readonly imports: Set<string>
}

/**
 * Writes the declarations of the doors and of what they mention to `dist/types`. A compiler elsewhere knows neither our
 * `#protocol/…` nor `.ts` in imports: both become relative paths to `.js`.
 */
export function buildDeclarations(root: string): void {
  const types = path.join(root, OUTPUT, 'types')
  const program = ts.createProgram(Object.values(DOORS).map(door => path.join(root, door)), compilerOptions(root, types))
  const moved = (source: string): string => path.join(types, path.relative(root, source))
  const files = new Map<string, Declaration>()
  const declarationOf = (file: string): Declaration => {
    const known = files.get(file) ?? { text: '', imports: new Set() }
    files.set(file, known)
    return known
  }
  const { diagnostics } = program.emit(undefined, (file, text) => {
    declarationOf(path.normalize(file)).text = text
  }, undefined, true, {
    afterDeclarations: [context => node => ts.isBundle(node) ? node : rewriteImports(context, node, (specifier) => {
      const source = node.fileName
      const target = targetOf(root, source, specifier)
      if (target === undefined) return specifier
      declarationOf(declared(moved(source))).imports.add(declared(moved(target)))
      const relative = path.relative(path.dirname(source), target).replace(/\.ts$/, '.js')
      return relative.startsWith('.') ? relative : `./${relative}`
    })],
  })
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, host(root)))
  const doors = Object.values(DOORS).map(door => declared(path.join(types, door)))
  for (const file of reachable(files, doors)) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${doors.includes(file) ? NODE_TYPES : ''}${declarationOf(file).text}`)
  }
}

function compilerOptions(root: string, outDir: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(path.join(root, 'tsconfig.json'), file => ts.sys.readFile(file)) as { config: unknown, error?: ts.Diagnostic }
  if (error !== undefined) throw new Error(ts.formatDiagnostics([error], host(root)))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  delete options.tsBuildInfoFile
  // Types are checked by `npm run check`.
  const emit = { noCheck: true, incremental: false, noEmit: false, declaration: true, emitDeclarationOnly: true }
  return { ...options, ...emit, rootDir: root, outDir }
}

const host = (root: string): ts.FormatDiagnosticsHost =>
  ({ getCurrentDirectory: () => root, getCanonicalFileName: file => file, getNewLine: () => '\n' })

const declared = (file: string): string => file.replace(/\.ts$/, '.d.ts')

/** The source file of ours that an import means; undefined for a package. */
function targetOf(root: string, source: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return path.join(root, specifier.slice(1))
  return specifier.startsWith('.') ? path.join(path.dirname(source), specifier) : undefined
}

/** Of `import … from`, `export … from` and `import('…').Type`. */
function rewriteImports(context: ts.TransformationContext, file: ts.SourceFile, rewrite: (specifier: string) => string): ts.SourceFile {
  const literal = (node: ts.StringLiteral): ts.StringLiteral => context.factory.createStringLiteral(rewrite(node.text), true)
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      return ts.visitEachChild(node, child => child === node.moduleSpecifier && ts.isStringLiteral(child) ? literal(child) : child, context)
    }
    if (ts.isImportTypeNode(node)) {
      return ts.visitEachChild(node, child => child === node.argument ? argument(child) : visit(child), context)
    }
    return ts.visitEachChild(node, visit, context)
  }
  const argument = (node: ts.Node): ts.Node =>
    ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal) ? context.factory.createLiteralTypeNode(literal(node.literal)) : node
  return ts.visitEachChild(file, visit, context)
}

function reachable(files: ReadonlyMap<string, Declaration>, doors: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    for (const next of files.get(file)?.imports ?? []) visit(next)
  }
  doors.forEach(visit)
  return found
}
