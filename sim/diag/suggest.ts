/** Edits (insert, delete, replace, swap neighbours) between two words, case ignored. */
export function editDistance(a: string, b: string): number {
  const from = a.toLowerCase()
  const to = b.toLowerCase()
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let best = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) best = Math.min(best, rows[i - 2][j - 2] + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[from.length][to.length]
}

/** The names that were probably meant, best first, at most `count`. */
export function closest(word: string, names: readonly string[], count = 3): string[] {
  const typed = word.toLowerCase()
  const limit = Math.max(2, Math.floor(word.length / 3))
  return names
    .map((name) => {
      const lower = name.toLowerCase()
      const near = editDistance(word, name)
      const within = typed.length >= 3 && (lower.includes(typed) || typed.includes(lower))
      return { name, rank: near <= limit ? near : within ? limit + 1 : Infinity }
    })
    .filter(candidate => candidate.rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(candidate => candidate.name)
}

/**
 * `unknown message "WindowComand": did you mean WindowCommand?`, or with nothing near: the whole list when it is short,
 * else where to find it.
 */
export function unknown(what: string, word: string, names: readonly string[], where = ''): string {
  const near = closest(word, names)
  if (near.length > 0) return `unknown ${what} "${word}": did you mean ${near.join(' or ')}?`
  if (names.length <= 16) return `unknown ${what} "${word}": it is one of ${names.join(', ')}`
  return `unknown ${what} "${word}"${where === '' ? '' : `: ${where}`}`
}
