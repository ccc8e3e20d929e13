/** What the far side says, as one line for a terminal: without control characters, and at most `longest` characters. */
export function printable(text: string, longest = 2000): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longest)
}
