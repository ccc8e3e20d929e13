/** What is wrong with an expression, in one line, with its place in the text. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

export interface Token {
  readonly kind: 'number' | 'name' | 'operator' | 'end'
  readonly text: string
  readonly value: number
  /** Where it starts, from 1. */
  readonly column: number
}

/** Longest expression anybody needs. */
const MAX_EXPRESSION_CHARACTERS = 2000

const TOKEN = /\s*(?:(0[xX][0-9a-fA-F_]+|0[bB][01_]+|\d[\d_]*)(?![\w.])|([A-Za-z_]\w*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()[\]?:]))/y

/** Cuts the text into numbers, names and operators. Throws ExpressionError. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_EXPRESSION_CHARACTERS) {
    throw new ExpressionError(`the expression has ${text.length} characters; it may have ${MAX_EXPRESSION_CHARACTERS}`)
  }
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text)
    if (match === null) {
      const column = at + 1 + /^\s*/.exec(text.slice(at))![0].length
      throw new ExpressionError(`"${text}": column ${column}: "${text.slice(column - 1, column + 9)}" is no number, name or operator`)
    }
    const [all, number, name, operator] = match
    const word = number ?? name ?? operator
    tokens.push({
      kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'operator',
      text: word!,
      value: number === undefined ? NaN : Number(number.replaceAll('_', '')),
      column: at + all.length - word!.length + 1,
    })
  }
  tokens.push({ kind: 'end', text: 'the end', value: NaN, column: end + 1 })
  return tokens
}
