import ts from 'typescript'

interface Part {
  readonly name: string
  readonly node: ts.Node
}

/**
 * Names of methods that a script declares and nothing in it can reach: neither what runs when it is loaded nor what that calls by
 * name. Constructors and `kept` are reached from outside.
 */
export function unusedMethods(script: string, kept: ReadonlySet<string>): ReadonlySet<string> {
  const file = ts.createSourceFile('hub.js', script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const parts: Part[] = []
  const reached = new Set<string>(kept)
  const waiting: ts.Node[] = [file]
  /** Notes the names in a part of the script; functions and methods in it are parts of their own. */
  const read = (node: ts.Node): void => {
    const named = ts.isMethodDeclaration(node) || ts.isGetAccessor(node) ? ts.isClassLike(node.parent) : ts.isFunctionDeclaration(node)
    const name = named ? (node as ts.MethodDeclaration).name : undefined
    if (name !== undefined && ts.isIdentifier(name)) {
      parts.push({ name: name.text, node })
      return
    }
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) reached.add(node.text)
    node.forEachChild(read)
  }
  while (waiting.length > 0) {
    for (const node of waiting.splice(0)) node.forEachChild(child => child === (node as ts.NamedDeclaration).name ? undefined : read(child))
    for (let i = parts.length - 1; i >= 0; i--) if (reached.has(parts[i]!.name)) waiting.push(parts.splice(i, 1)[0]!.node)
  }
  return new Set(parts.filter(({ node }) => !ts.isFunctionDeclaration(node)).map(({ name }) => name))
}
