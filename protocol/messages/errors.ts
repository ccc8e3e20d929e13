/** A name that the catalogue does not have, or a text that is no value. The message is meant for the user as it is. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
}

const LISTED = 12

/** "unknown message "WindowComand": did you mean WindowCommand?" */
export function unknown(what: string, name: string, known: readonly string[]): MessageError {
  const guess = nearest(name, known)
  if (guess !== undefined) return new MessageError(`unknown ${what} "${name}": did you mean ${guess}?`)
  const shown = known.length > LISTED ? `${known.slice(0, LISTED).join(', ')}, …` : known.join(', ')
  return new MessageError(`unknown ${what} "${name}" (known: ${shown})`)
}

/** The known name that differs least, if it is near enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance >= least) continue
    least = distance
    best = candidate
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity
      current.push(Math.min(replaced, swapped, previous[j]! + 1, current[j - 1]! + 1))
    }
    before = previous
    previous = current
  }
  return previous[b.length]!
}
