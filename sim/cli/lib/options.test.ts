import { describe, expect, it } from 'vitest'
import { SCHEMES, type SchemeSpec } from '#sim/gateway/index.ts'
import { REAL_BUSES } from './options.ts'

describe('what help texts say of --actuate', () => {
  it('names every kind of link that leads to a real bus, and no other', () => {
    const real = Object.entries<SchemeSpec>(SCHEMES).filter(([, { options }]) => 'actuate' in options).map(([name]) => `${name}:`)
    expect(REAL_BUSES.replace(' but vcan', '').split(', ').sort()).toEqual(real.sort())
  })
})
