import ts from 'typescript'

import type { BoardSources } from './sources.ts'

/** Names that every engine has and nobody declares anew. */
const GLOBALS = ['Math', 'isNaN', 'NaN', 'Infinity', 'undefined']
/** Functions within functions within …: so deep. */
const DEEPEST = 6
/** A longer one stays a call: each of its places would grow. */
const LONGEST = 200

/** A function whose body is one expression. */
interface Small {
  readonly expression: ts.Expression
  readonly parameters: readonly string[]
}

/** Where an expression is written anew: `texts` stand for parameters of the function, `self` for its `this`. */
interface Place {
  readonly call: ts.CallExpression
  readonly texts: ReadonlyMap<string, string>
  readonly self: string | undefined
  readonly depth: number
  /** A call in it stays one, of a function that the place cannot see. */
  broken: boolean
}

/**
 * Puts functions and methods whose body is one expression where they are called: `this.closes()` becomes
 * `(this.motion.direction === -1)`. In an interpreter a call costs more than what most of them do. Which one is called is what the
 * types say; classes here have no subclasses. A call stays where its arguments would be worked out twice, or in another order with
 * something between that could change them. Lines stay where they were.
 */
export class Inliner {
  private readonly files: ReadonlyMap<string, ts.SourceFile>
  private readonly checker: ts.TypeChecker
  private readonly sources: ReadonlySet<ts.SourceFile>
  private readonly known = new Map<ts.Node, Small | undefined>()

  constructor({ program, files }: BoardSources) {
    this.files = files
    this.checker = program.getTypeChecker()
    this.sources = new Set(files.values())
  }

  /** The source, its small calls written out. */
  text(path: string): string {
    const file = this.files.get(path)
    if (file === undefined) throw new Error(`${path} is no source of a board`)
    return file.text.slice(0, file.getStart()) + this.written(file, undefined) + file.text.slice(file.end)
  }

  private written(node: ts.Node, place: Place | undefined): string {
    const text = node.getSourceFile().text
    const from = node.getStart()
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return text.slice(from, node.end)
    const anew = this.anew(node, place)
    if (anew !== undefined) return anew
    let written = ''
    let at = from
    node.forEachChild((child) => {
      const start = child.getStart()
      if (start < at) return
      written += text.slice(at, start) + this.written(child, place)
      at = child.end
    })
    return written + text.slice(at, node.end)
  }

  private anew(node: ts.Node, place: Place | undefined): string | undefined {
    if (ts.isCallExpression(node)) {
      const inlined = this.inlined(node, place)
      if (inlined !== undefined) return inlined
      if (place !== undefined && ts.isIdentifier(node.expression) && !this.isSeen(node.expression, place.call)) place.broken = true
    }
    if (place === undefined) return undefined
    if (node.kind === ts.SyntaxKind.ThisKeyword) return place.self
    const value = this.constant(node)
    if (value !== undefined) return value < 0 ? `(${value})` : String(value)
    return ts.isIdentifier(node) && isValue(node) ? place.texts.get(node.text) : undefined
  }

  private inlined(call: ts.CallExpression, outer: Place | undefined): string | undefined {
    const depth = outer === undefined ? 0 : outer.depth + 1
    const declaration = this.checker.getResolvedSignature(call)?.declaration
    const small = declaration === undefined || depth > DEEPEST ? undefined : this.small(declaration)
    if (small === undefined || small.parameters.length !== call.arguments.length) return undefined
    if (ts.isExpressionStatement(small.expression.parent) && !ts.isExpressionStatement(call.parent)) return undefined
    // Behind a line without a semicolon, a statement must not begin with a bracket.
    const leads = outer === undefined && ts.findAncestor(call, ts.isExpressionStatement)?.getStart() === call.getStart()
    const top = outer?.call ?? call
    if (!this.seen(small.expression, small.parameters, top)) return undefined
    const receiver = ts.isMethodDeclaration(declaration!) ? (call.expression as ts.PropertyAccessExpression).expression : undefined
    if (receiver !== undefined && (!isChain(receiver) || this.isLate(small.expression, isThis, receiver))) return undefined
    const texts = new Map<string, string>()
    for (const [i, parameter] of small.parameters.entries()) {
      const argument = call.arguments[i]!
      const uses = usesOf(small.expression, parameter)
      if (!this.isPure(argument) || (uses > 1 && !isChain(argument))) return undefined
      if (uses > 0 && this.isLate(small.expression, node => ts.isIdentifier(node) && node.text === parameter, argument)) return undefined
      const written = this.written(argument, outer)
      texts.set(parameter, isChain(argument) ? written : `(${written})`)
    }
    const self = receiver === undefined ? undefined : this.written(receiver, outer)
    const place: Place = { call: top, texts, self, depth, broken: false }
    const text = this.written(small.expression, place).replace(/\s*\n\s*/g, ' ')
    if (place.broken) return undefined
    const lines = outer === undefined ? '\n'.repeat(call.getText().split('\n').length - 1) : ''
    if (!leads) return `(${text}${lines})`
    return ts.isExpressionStatement(call.parent) && /^[\w$]/.test(text) ? `${text}${lines}` : undefined
  }

  private small(declaration: ts.Node): Small | undefined {
    if (!this.known.has(declaration)) {
      this.known.set(declaration, this.sources.has(declaration.getSourceFile()) ? smallOf(declaration) : undefined)
    }
    return this.known.get(declaration)
  }

  /** All names in an expression mean the same at the place of a call. */
  private seen(expression: ts.Node, parameters: readonly string[], call: ts.Node): boolean {
    const visit = (node: ts.Node): boolean => {
      if (ts.isTypeNode(node) || this.constant(node) !== undefined) return true
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const declaration = this.checker.getResolvedSignature(node)?.declaration
        const small = declaration === undefined ? undefined : this.small(declaration)
        if (small !== undefined && this.seen(small.expression, small.parameters, call)) return node.arguments.every(visit)
      }
      if (ts.isIdentifier(node) && isValue(node) && !parameters.includes(node.text) && !GLOBALS.includes(node.text)) {
        if (!this.isSeen(node, call)) return false
      }
      return ts.forEachChild(node, child => visit(child) ? undefined : true) === undefined
    }
    return visit(expression)
  }

  /** A name means the same at the place of a call. */
  private isSeen(name: ts.Identifier, call: ts.Node): boolean {
    const there = this.checker.resolveName(name.text, call, ts.SymbolFlags.Value, false)
    return there !== undefined && this.target(there) === this.target(this.checker.getSymbolAtLocation(name))
  }

  /** What an import stands for. */
  private target(symbol: ts.Symbol | undefined): ts.Symbol | undefined {
    return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? this.checker.getAliasedSymbol(symbol) : symbol
  }

  /** The number that a name, or a member of a table, stands for. */
  private constant(node: ts.Node): number | undefined {
    if (ts.isPropertyAccessExpression(node)) {
      const member = ts.isIdentifier(node.expression) ? this.checker.getSymbolAtLocation(node.name)?.valueDeclaration : undefined
      const table = member?.parent.parent
      const fixed = table !== undefined && [table, table.parent].some(each => each !== undefined && ts.isVariableDeclaration(each))
      return fixed && ts.isPropertyAssignment(member!) ? this.number(member.initializer) : undefined
    }
    if (!ts.isIdentifier(node) || !isValue(node)) return undefined
    const declaration = this.target(this.checker.getSymbolAtLocation(node))?.valueDeclaration
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined
    const fixed = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0 && ts.isSourceFile(declaration.parent.parent.parent)
    return fixed ? this.number(declaration.initializer) : undefined
  }

  /** A number, or a sum, difference, product or quotient of what is constant. */
  private number(node: ts.Expression): number | undefined {
    if (ts.isNumericLiteral(node)) return Number(node.text)
    if (ts.isParenthesizedExpression(node)) return this.number(node.expression)
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const value = this.number(node.operand)
      return value === undefined ? undefined : -value
    }
    if (!ts.isBinaryExpression(node)) return this.constant(node)
    const [left, right] = [this.number(node.left), this.number(node.right)]
    if (left === undefined || right === undefined) return undefined
    switch (node.operatorToken.kind) {
      case ts.SyntaxKind.PlusToken: return left + right
      case ts.SyntaxKind.MinusToken: return left - right
      case ts.SyntaxKind.AsteriskToken: return left * right
      case ts.SyntaxKind.SlashToken: return left / right
      default: return undefined
    }
  }

  /** Nothing happens when it is worked out. */
  private isPure(node: ts.Node): boolean {
    if (ts.isCallExpression(node)) {
      const declaration = this.checker.getResolvedSignature(node)?.declaration
      const small = declaration === undefined ? undefined : this.small(declaration)
      const owner = node.expression
      if (isMath(owner)) return node.arguments.every(argument => this.isPure(argument))
      return small !== undefined && this.isPure(small.expression) && node.arguments.every(argument => this.isPure(argument))
    }
    if (ts.isFunctionLike(node) || ts.isNewExpression(node) || isChange(node)) return false
    return ts.forEachChild(node, child => this.isPure(child) ? undefined : true) === undefined
  }

  /** In its place, `written` would be read behind a call that may change it. */
  private isLate(expression: ts.Node, matches: (node: ts.Node) => boolean, written: ts.Node): boolean {
    if (this.isLasting(written)) return false
    let done = Infinity
    let late = false
    const visit = (node: ts.Node): void => {
      if (matches(node) && node.getStart() >= done) late = true
      node.forEachChild(visit)
      if ((ts.isCallExpression(node) && !this.isPure(node)) || isChange(node)) done = Math.min(done, node.end)
    }
    visit(expression)
    return late
  }

  /** A call does not change it: `this`, a constant, a parameter, what is read-only of these. */
  private isLasting(node: ts.Node): boolean {
    if (ts.isNonNullExpression(node)) return this.isLasting(node.expression)
    if (ts.isPropertyAccessExpression(node)) {
      const declaration = this.checker.getSymbolAtLocation(node.name)?.valueDeclaration
      const readonly = declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0
      return readonly && this.isLasting(node.expression)
    }
    if (!ts.isIdentifier(node)) return node.kind === ts.SyntaxKind.ThisKeyword || ts.isLiteralExpression(node)
    const declaration = this.checker.getSymbolAtLocation(node)?.valueDeclaration
    if (declaration === undefined) return false
    return ts.isParameter(declaration) || (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
  }
}

/** A function or method whose body is one expression without functions in it. */
function smallOf(declaration: ts.Node): Small | undefined {
  const method = ts.isMethodDeclaration(declaration) && ts.isClassLike(declaration.parent)
  if (!method && !ts.isFunctionDeclaration(declaration)) return undefined
  const statement = declaration.body?.statements.length === 1 ? declaration.body.statements[0]! : undefined
  if (statement === undefined || !(ts.isReturnStatement(statement) || ts.isExpressionStatement(statement))) return undefined
  const { expression } = statement
  if (expression === undefined || expression.getText().length > LONGEST || /\/[/*]/.test(expression.getText())) return undefined
  const parameters = declaration.parameters.map(({ name }) => name.getText())
  const named = declaration.parameters.every(each => ts.isIdentifier(each.name) && !each.initializer && !each.dotDotDotToken)
  return named && isPlain(expression, parameters) ? { expression, parameters } : undefined
}

/** It makes nothing, and leaves its parameters as they are. */
function isPlain(node: ts.Node, parameters: readonly string[]): boolean {
  if (ts.isTypeNode(node)) return true
  if (ts.isFunctionLike(node) || ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node)) return false
  if (ts.isTemplateExpression(node) || ts.isStringLiteral(node) || isChangeOf(node, parameters)) return false
  return ts.forEachChild(node, child => isPlain(child, parameters) ? undefined : true) === undefined
}

const isThis = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.ThisKeyword

/** A name that stands for its value. */
function isValue(node: ts.Identifier): boolean {
  const parent = node.parent
  return !(ts.isPropertyAccessExpression(parent) && parent.name === node) && !(ts.isPropertyAssignment(parent) && parent.name === node)
}

/** Names and members of members: as cheap to read twice as to keep. */
function isChain(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node) || ts.isNonNullExpression(node)) return isChain(node.expression)
  return ts.isIdentifier(node) || ts.isLiteralExpression(node) || node.kind === ts.SyntaxKind.ThisKeyword
    || node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword
    || (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand))
}

function isMath(node: ts.Node): boolean {
  return node.getText() === 'isNaN' || (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Math')
}

function isChange(node: ts.Node): node is ts.BinaryExpression | ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken
  }
  if (!ts.isBinaryExpression(node)) return false
  const { kind } = node.operatorToken
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function isChangeOf(node: ts.Node, names: readonly string[]): boolean {
  return isChange(node) && names.includes((ts.isBinaryExpression(node) ? node.left : node.operand).getText())
}

function usesOf(expression: ts.Node, name: string): number {
  let uses = 0
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name && isValue(node)) uses++
    node.forEachChild(visit)
  }
  visit(expression)
  return uses
}
