import ts from 'typescript'

const { SyntaxKind } = ts
type Construct = (node: ts.Node) => boolean
const isA = (kind: ts.SyntaxKind): Construct => node => node.kind === kind
const isGlobal = (name: string): Construct => node =>
  (ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression) && node.expression.text === name
const isMember = (owner: string, name: string): Construct => node =>
  ts.isPropertyAccessExpression(node) && node.name.text === name && ts.isIdentifier(node.expression) && node.expression.text === owner
const hasModifier = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(each => each.kind === kind)

/** A part of a regular expression, or a flag, that Espruino has not. */
const STRANGE_REGEXP = /\(\?<|\/[gim]*[^gim/][^/]*$/

/** What Espruino 2v29 has not, or does otherwise than the language says; lint keeps most of it from being written at all. */
const REFUSED: readonly (readonly [Construct, string])[] = [
  [node => ts.isParameter(node) && node.initializer !== undefined, 'Espruino has no default parameters'],
  [node => ts.isParameter(node) && node.dotDotDotToken !== undefined, 'Espruino has no rest parameters'],
  [node => ts.isSpreadElement(node) || ts.isSpreadAssignment(node), 'Espruino has no spread'],
  [node => ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node), 'Espruino has no destructuring'],
  [node => ts.isFunctionLike(node) && 'asteriskToken' in node && node.asteriskToken !== undefined, 'Espruino has no generators'],
  [node => hasModifier(node, SyntaxKind.AsyncKeyword), 'Espruino has no async functions'],
  [isA(SyntaxKind.AwaitExpression), 'Espruino has no await'],
  [node => ts.isPropertyAccessChain(node) || ts.isElementAccessChain(node) || ts.isCallChain(node), 'Espruino has no ?.'],
  [isA(SyntaxKind.AsteriskAsteriskToken), 'Espruino has no **'],
  [isA(SyntaxKind.ComputedPropertyName), 'Espruino has no computed names of members'],
  [isA(SyntaxKind.LabeledStatement), 'Espruino has no labels'],
  [isA(SyntaxKind.PrivateIdentifier), 'Espruino has no #private members'],
  [node => ts.isRegularExpressionLiteral(node) && STRANGE_REGEXP.test(node.text), 'Espruino has no lookbehind, no named groups, and of flags only g, i and m in regular expressions'],
  [isA(SyntaxKind.BigIntLiteral), 'Espruino has no BigInt'],
  [node => ts.isDefaultClause(node) && node.parent.clauses.at(-1) !== node, 'Espruino does not see a case behind default'],
  [node => ts.isClassDeclaration(node) && node.heritageClauses?.some(each => each.token === SyntaxKind.ExtendsKeyword) === true,
    'in Espruino super.method() recurses for ever from three levels on'],
  ...['Map', 'Set', 'WeakMap', 'Symbol', 'BigInt', 'Proxy'].map(name => [isGlobal(name), `Espruino has no ${name}`] as const),
  ...['Array.from', 'Number.isInteger', 'Math.trunc', 'Math.imul', 'Math.hypot', 'Object.freeze', 'Promise.race'].map((name) => {
    const [owner, method] = name.split('.') as [string, string]
    return [isMember(owner, method), `Espruino has no ${name}`] as const
  }),
]

/** A construct that an engine cannot do. */
export interface Refusal {
  readonly path: string
  readonly line: number
  readonly reason: string
}

/** The sources cannot be built for the engine: every place, and why. */
export class BuildRefusal extends Error {
  readonly refusals: readonly Refusal[]

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ path, line, reason }) => `${path}:${line}: ${reason}`).join('\n'))
    this.name = 'BuildRefusal'
    this.refusals = refusals
  }
}

/** What of a source Espruino cannot do. */
export function refusalsOf(path: string, text: string): Refusal[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: Refusal[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    for (const [matches, reason] of REFUSED) {
      if (matches(node)) found.push({ path, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, reason })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return found
}
