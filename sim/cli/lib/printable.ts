/**
 * What a terminal would obey instead of showing it: control characters but tab and line end, other ends of lines, marks
 * that turn the direction of text.
 */
const UNSEEN = '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]'
/** How our own colours begin and end: reset, bold, dim, red, green, yellow, cyan. */
const COLOR = '\\u001b\\[(?:0|1|2|22|31|32|33|36|39)m'
const PLAIN = new RegExp(UNSEEN, 'g')
const COLORED = new RegExp(`${COLOR}|${UNSEEN}`, 'g')

/**
 * The text as it may be printed: names come from files and servers, and none of them reaches a terminal as a command. What
 * is not allowed is written as its code (`\u001b`), which JSON reads as the same. `colored`: our own colours may pass.
 */
export function printable(text: string, colored: boolean): string {
  return text.replace(colored ? COLORED : PLAIN, found => found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
