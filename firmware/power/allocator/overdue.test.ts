import { describe, expect, it } from 'vitest'
import { createAccount, dueOf } from './account.ts'
import type { Account } from './account.ts'
import { Overdue } from './overdue.ts'
import { POWER_RULES } from '../rules.ts'

const STRIDE = 10
const holding = (index: number, end_ms: number): Account => Object.assign(createAccount(index, 0, index), { held: true, end_ms })

describe('what is due of a account', () => {
  const account = (values: Partial<Account>): Account => Object.assign(createAccount(0, 0, 0), values)

  it('is nothing while it has and wants nothing', () => {
    expect(dueOf(account({ end_ms: 5, peakEnd_ms: 5, retry_ms: 5, heard_ms: 5 }))).toBe(Infinity)
  })

  it('is the end of its lease, or of its peak while that is reserved', () => {
    expect(dueOf(account({ held: true, end_ms: 2100, peakEnd_ms: 650, reserved_mA: 9000, run_mA: 9000 }))).toBe(2100)
    expect(dueOf(account({ held: true, end_ms: 2100, peakEnd_ms: 650, reserved_mA: 20_000, run_mA: 9000 }))).toBe(650)
    expect(dueOf(account({ held: true, end_ms: 2100, peakEnd_ms: 2650, reserved_mA: 20_000, run_mA: 9000 }))).toBe(2100)
  })

  it('is the end of its wish or of its patience, whichever comes first', () => {
    const { wish_ms } = POWER_RULES
    expect(dueOf(account({ waiting: true, heard_ms: 1000, retry_ms: Infinity }))).toBe(1000 + wish_ms)
    expect(dueOf(account({ waiting: true, heard_ms: 1000, retry_ms: 1800 }))).toBe(1800)
    expect(dueOf(account({ waiting: true, heard_ms: 1000, retry_ms: Infinity, held: true, end_ms: 1100 }))).toBe(1100)
  })

  it('is at once what another manager granted', () => {
    expect(dueOf(account({ reported_mA: 1 }))).toBe(-Infinity)
  })
})

describe('what is overdue', () => {
  it('is looked for when the first of those watched is due, not before', () => {
    const accounts = [holding(0, 300), holding(1, 200)]
    const overdue = new Overdue(accounts)
    expect(overdue.any(1e9)).toBe(false)
    for (const account of accounts) overdue.watch(account)
    expect(overdue.any(199)).toBe(false)
    expect(overdue.any(200)).toBe(true)
    expect(overdue.find(200)).toBe(accounts[1])
  })

  it('is found again until it is put away; then the next time is known', () => {
    const accounts = [holding(0, 300), holding(1, 200)]
    const overdue = new Overdue(accounts)
    overdue.watch(accounts[1]!)
    overdue.any(200)
    overdue.find(200)
    expect(overdue.find(200)).toBe(accounts[1])
    accounts[1]!.held = false
    expect(overdue.find(200)).toBe(undefined)
    expect([overdue.any(299), overdue.any(300)]).toEqual([false, true])
  })

  it('is sought among ten accounts in one go, and then among the rest', () => {
    const accounts = Array.from({ length: 2 * STRIDE + 1 }, (_, index) => holding(index, 1000))
    const overdue = new Overdue(accounts)
    accounts[2 * STRIDE]!.end_ms = 10
    overdue.watch(accounts[2 * STRIDE]!)
    const found = []
    while (overdue.any(10)) {
      found.push(overdue.find(10))
      accounts[2 * STRIDE]!.held = found.at(-1) === undefined
    }
    expect(found).toEqual([undefined, undefined, accounts[2 * STRIDE], undefined])
  })

  it('is not forgotten when a account that was looked at is due meanwhile', () => {
    const accounts = Array.from({ length: 2 * STRIDE }, (_, index) => holding(index, 1000))
    const overdue = new Overdue(accounts)
    accounts[2 * STRIDE - 1]!.end_ms = 10
    overdue.watch(accounts[2 * STRIDE - 1]!)
    expect([overdue.any(10), overdue.find(10)]).toEqual([true, undefined])
    accounts[0]!.end_ms = 20
    overdue.watch(accounts[0]!)
    accounts[2 * STRIDE - 1]!.held = false
    expect([overdue.any(10), overdue.find(10), overdue.any(10)]).toEqual([true, undefined, false])
    expect([overdue.any(20), overdue.find(20)]).toEqual([true, accounts[0]])
  })
})
