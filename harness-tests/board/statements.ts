import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const TICK = 'globalThis.spineStatements++'

declare global {
  var spineStatements: number
}

/**
 * Loads a module of the firmware so that it counts what a board's interpreter executes: each statement, and each time a loop
 * looks at its condition or takes a step. The whole of what it imports counts too.
 * @param path from the project's root.
 */
export async function countStatements<Module>(path: string): Promise<{ module: Module, during: (work: () => void) => number }> {
  globalThis.spineStatements = 0
  const { outputFiles } = await build({
    entryPoints: [PROJECT + path], bundle: true, write: false, format: 'esm', logLevel: 'silent',
    plugins: [{
      name: 'count statements',
      setup: plugin => plugin.onLoad({ filter: /\.ts$/ }, file => ({ contents: counting(readFileSync(file.path, 'utf8')), loader: 'ts' })),
    }],
  })
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`) as Module
  const during = (work: () => void): number => {
    const before = globalThis.spineStatements
    work()
    return globalThis.spineStatements - before
  }
  return { module, during }
}

/** The source with a count before each statement. */
function counting(source: string): string {
  const edits: { at: number, text: string }[] = []
  const around = (node: ts.Node | undefined, before: string, after: string): void => {
    if (node !== undefined) edits.push({ at: node.getStart(), text: before }, { at: node.getEnd(), text: after })
  }
  const expression = (node: ts.Expression | undefined): void => around(node, `(${TICK}, `, ')')
  const body = (node: ts.Statement | undefined): void => {
    if (node !== undefined && !ts.isBlock(node)) around(node, `{ ${TICK}; `, ' }')
  }
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || ts.isCaseOrDefaultClause(node)) for (const each of node.statements) around(each, `${TICK}; `, '')
    if (ts.isIfStatement(node)) [node.thenStatement, node.elseStatement].forEach(body)
    if (ts.isIterationStatement(node, false)) body(node.statement)
    if (ts.isForStatement(node)) [node.condition, node.incrementor].forEach(expression)
    if (ts.isWhileStatement(node) || ts.isDoStatement(node)) expression(node.expression)
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) expression(node.body)
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true))
  // From the end, so that places stay; of two at one place the outer one was found first.
  edits.sort((one, other) => other.at - one.at)
  return edits.reduce((text, { at, text: edit }) => text.slice(0, at) + edit + text.slice(at), source)
}
