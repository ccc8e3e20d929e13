import ts from 'typescript'

const { SyntaxKind } = ts
type Construct = (node: ts.Node) => boolean
const isA = (kind: ts.SyntaxKind): Construct => node => node.kind === kind
const isGlobal = (name: string): Construct => node =>
  (ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression) && node.expression.text === name
const isMember = (owner: string, name: string): Construct => node =>
  ts.isPropertyAccessExpression(node) && node.name.text === name && ts.isIdentifier(node.expression) && node.expression.text === owner
const isMethod = (name: string): Construct => node =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === name
const LOGICAL_ASSIGNMENTS: readonly ts.SyntaxKind[] = [
  SyntaxKind.QuestionQuestionEqualsToken, SyntaxKind.BarBarEqualsToken, SyntaxKind.AmpersandAmpersandEqualsToken,
]
const hasModifier = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(each => each.kind === kind)

/** In a regular expression: ? of any use, {n}, repeated groups and choices in groups, the ends of words, characters by number, */
const STRANGE_REGEXP = /\?|\{\d|\)[*+{]|\([^)]*\||\\[bBuk]/
/** and what is told apart from them: other escaped characters, and classes. */
const PLAIN_REGEXP = /\\[^bBuk]|\[(?:\\.|[^\]])*\]/g
const STRANGE_FLAGS = /\/[a-z]*[^gi/][a-z]*$/

function isStrangeRegExp(text: string): boolean {
  return STRANGE_FLAGS.test(text) || STRANGE_REGEXP.test(text.replace(PLAIN_REGEXP, 'x'))
}

/** By their owner. */
const MISSING: Readonly<Record<string, string>> = {
  Array: 'from of',
  Math: 'trunc imul hypot fround clz32 log2 log10 cbrt expm1 log1p sinh cosh tanh asinh acosh atanh',
  Number: 'isInteger isSafeInteger isNaN isFinite MAX_SAFE_INTEGER MIN_SAFE_INTEGER EPSILON',
  Object: 'freeze seal is hasOwn isFrozen isSealed preventExtensions',
  Promise: 'race any allSettled',
}
/** Of any array or text. */
const MISSING_METHODS = ('at flat flatMap findLast findLastIndex copyWithin toSorted toReversed codePointAt localeCompare trimStart trimEnd '
  + 'normalize matchAll').split(' ')

/** `…(\`text\`)` of more than one character. */
function looksForText(node: ts.Node, names: readonly string[]): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  const [wanted] = node.arguments
  return names.includes(node.expression.name.text) && wanted !== undefined && ts.isStringLiteralLike(wanted) && wanted.text.length > 1
}

type Refused = readonly (readonly [Construct, string])[]
/** What Espruino 2v29 has not, or does otherwise than the language says; lint keeps most of it from being written at all. */
const SYNTAX: Refused = [
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
  [node => ts.isRegularExpressionLiteral(node) && isStrangeRegExp(node.text),
    'in regular expressions Espruino has no ?, no {n}, no repeated groups nor choices in them, no \\b or \\u, and of flags only g and i'],
  [node => looksForText(node, ['indexOf', 'includes']), 'Espruino takes the beginning of a text, at the end of where it looks, for all of it'],
  [node => ts.isBinaryExpression(node) && LOGICAL_ASSIGNMENTS.includes(node.operatorToken.kind), 'Espruino has no ??=, ||= and &&='],
  [isA(SyntaxKind.AsteriskAsteriskEqualsToken), 'Espruino has no **='],
  [isA(SyntaxKind.BigIntLiteral), 'Espruino has no BigInt'],
  [node => ts.isDefaultClause(node) && node.parent.clauses.at(-1) !== node, 'Espruino does not see a case behind default'],
  [node => ts.isClassDeclaration(node) && node.heritageClauses?.some(each => each.token === SyntaxKind.ExtendsKeyword) === true,
    'in Espruino super.method() recurses for ever from three levels on'],
]

/** The same of what an engine brings. A minifier gives members such names too. */
const MEMBERS: Refused = [
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'Symbol', 'BigInt', 'Proxy'].map(name => [isGlobal(name), `Espruino has no ${name}`] as const),
  ...Object.entries(MISSING).flatMap(([owner, names]) => names.split(' ').map(name => [isMember(owner, name), `Espruino has no ${owner}.${name}`] as const)),
  ...MISSING_METHODS.map(name => [isMethod(name), `Espruino has no method ${name}`] as const),
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
  return found(path, text, [...SYNTAX, ...MEMBERS])
}

/** What of a minified script it cannot parse, whoever wrote it. */
export function refusedSyntax(path: string, text: string): Refusal[] {
  return found(path, text, SYNTAX)
}

function found(path: string, text: string, refused: Refused): Refusal[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const refusals: Refusal[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    for (const [matches, reason] of refused) {
      if (matches(node)) refusals.push({ path, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, reason })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return refusals
}
