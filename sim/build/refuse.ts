import ts from 'typescript'

const { SyntaxKind } = ts
type Construct = (node: ts.Node) => boolean
const isA = (kind: ts.SyntaxKind): Construct => node => node.kind === kind
/** A value of that name, not a member, a key or a declaration. */
function isGlobal(name: string): Construct {
  return (node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return false
    const { parent } = node
    return !(ts.isPropertyAccessExpression(parent) && parent.name === node) && !('name' in parent && parent.name === node)
  }
}
const isMember = (owner: string, name: string): Construct => node =>
  ts.isPropertyAccessExpression(node) && node.name.text === name && ts.isIdentifier(node.expression) && node.expression.text === owner
const isMethod = (name: string): Construct => node =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === name
const isLoop = (node: ts.Node): boolean => ts.isIterationStatement(node, false)
const isClosure = (node: ts.Node): boolean => ts.isArrowFunction(node) || ts.isFunctionExpression(node)
/** Made in a loop, within the same function. */
function isInLoop(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at) && (at === node || !ts.isFunctionLike(at)); at = at.parent) {
    // What begins a loop is computed once.
    if (isLoop(at.parent) && !(ts.isForStatement(at.parent) && at.parent.initializer === at)) return true
  }
  return false
}
const isAssigned = (node: ts.Node): boolean =>
  (ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === SyntaxKind.EqualsToken && node.parent.left === node)
  || (ts.isForOfStatement(node.parent) && node.parent.initializer === node)

/** What is said before it, of the same list of statements, names it. */
function isUsedBefore(node: ts.Node): boolean {
  if (!ts.isFunctionDeclaration(node) || node.name === undefined || !('statements' in node.parent)) return false
  const name = node.name.text
  const names = (at: ts.Node): boolean => !ts.isFunctionLike(at) && !ts.isTypeNode(at) && ((ts.isIdentifier(at) && at.text === name)
    || ts.forEachChild(at, child => names(child) || undefined) === true)
  const statements = node.parent.statements as ts.NodeArray<ts.Statement>
  return statements.slice(0, statements.indexOf(node)).some(names)
}

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
  Array: 'from of prototype',
  Math: 'trunc imul hypot fround clz32 log2 log10 cbrt expm1 log1p sinh cosh tanh asinh acosh atanh',
  Number: 'isInteger isSafeInteger isNaN isFinite parseFloat parseInt MAX_SAFE_INTEGER MIN_SAFE_INTEGER EPSILON',
  Object: 'freeze seal is hasOwn isFrozen isSealed preventExtensions',
  Promise: 'race any allSettled',
}
/** Of any array or text. */
const MISSING_METHODS = ('at flat flatMap findLast findLastIndex lastIndexOf reduceRight copyWithin toSorted toReversed codePointAt localeCompare trimStart '
  + 'trimEnd normalize search matchAll').split(' ')
/** Of arrays; `Object` has functions of these names. */
const ITERATORS = ['entries', 'keys', 'values']
const MISSING_GLOBALS = ['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Symbol', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Proxy', 'Reflect', 'Intl']

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
  [node => (ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)) && isAssigned(node), 'Espruino has no destructuring'],
  [isA(SyntaxKind.TaggedTemplateExpression), 'Espruino has no tagged templates'],
  [isA(SyntaxKind.ClassStaticBlockDeclaration), 'Espruino has no static blocks'],
  [isA(SyntaxKind.MetaProperty), 'Espruino has no new.target'],
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
  [node => ts.isClassLike(node) && node.heritageClauses?.some(each => each.token === SyntaxKind.ExtendsKeyword) === true,
    'in Espruino super.method() recurses for ever from three levels on'],
]

/** What the sources do not do; a minifier puts functions and loops elsewhere. */
const MEANING: Refused = [
  [node => isClosure(node) && isInLoop(node), 'in Espruino the closures of a loop share its variables'],
  [isUsedBefore, 'Espruino knows a function only below its declaration'],
  [node => ts.isPropertyAccessExpression(node) && node.name.text === 'length' && isAssigned(node)
    && ts.isNumericLiteral((node.parent as ts.BinaryExpression).right), 'Espruino throws when the length of an array is assigned'],
  [isGlobal('arguments'), 'Espruino counts parameters that were left out among arguments'],
  [isMember('Math', 'round'), 'Espruino rounds -2.5 to -3, and what is just below a half up: rounded() of #protocol'],
  [node => isMethod('replace')(node) && isClosure((node as ts.CallExpression).arguments[1] ?? node), 'Espruino does not call the function of a replace'],
]

/** The same of what an engine brings. A minifier gives members such names too. */
const MEMBERS: Refused = [
  ...MISSING_GLOBALS.map(name => [isGlobal(name), `Espruino has no ${name}`] as const),
  ...Object.entries(MISSING).flatMap(([owner, names]) => names.split(' ').map(name => [isMember(owner, name), `Espruino has no ${owner}.${name}`] as const)),
  ...ITERATORS.map(name => [
    (node: ts.Node) => isMethod(name)(node) && !isMember('Object', name)((node as ts.CallExpression).expression), `Espruino has no method ${name}`,
  ] as const),
  [node => isMethod('from')(node) || isMethod('of')(node), 'Espruino makes no array from another with from and of'],
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
  return found(path, text, [...SYNTAX, ...MEANING, ...MEMBERS])
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
