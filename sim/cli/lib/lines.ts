/** Longest line kept, bytes; of a longer one only its beginning is delivered. */
export const LONGEST_LINE = 4096

/** Splits a byte stream into lines without their ends. Memory stays bounded whatever comes. */
export async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of input) {
    const text = rest + (typeof chunk === 'string' ? chunk : chunk.toString('latin1'))
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
      start = end + 1
    }
    rest = text.slice(start, start + LONGEST_LINE)
  }
  if (rest !== '') yield rest
}
