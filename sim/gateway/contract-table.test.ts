import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SCHEMES } from './schemes.ts'

const HERE = fileURLToPath(new URL('./', import.meta.url))

/** The first word of each name under which a link goes through the contract: its scheme. */
function schemesUnderContract(): Set<string> {
  const tests = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.test.ts'))
  const texts = tests.map(name => readFileSync(HERE + name, 'utf8'))
  return new Set(texts.flatMap(text => [...text.matchAll(/linkContract\([\'`]([a-z-]+)/g)].map(match => match[1]!)))
}

describe('the link contract', () => {
  const found = schemesUnderContract()

  it.each(Object.keys(SCHEMES))('is kept by %s:', (scheme) => {
    expect([...found]).toContain(scheme)
  })

  it('knows no other kinds', () => {
    expect([...found].sort()).toEqual(Object.keys(SCHEMES).sort())
  })
})
