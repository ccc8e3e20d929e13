/** Of all drawings: of the same width, letter by letter, or nearly, where a machine has not the first. */
export const FONT = 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans Condensed", sans-serif'

/** A letter is at most so wide in the mean, as a share of its size. */
const WIDE = 0.52

/** What of a text fits into so many millimetres. */
export function fit(content: string, size: number, room: number): string {
  const most = Math.max(3, Math.floor(room / (WIDE * size)))
  const letters = [...content]
  return letters.length <= most ? content : `${letters.slice(0, most - 1).join('')}…`
}
