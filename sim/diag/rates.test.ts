import { describe, expect, it } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { carriedFrames, lineBytes, requiredBaud, saturatedRate } from '../gateway/index.ts'
import { rates } from './rates.ts'

const DEFAULTS = { bitrate: 500_000, jitter_ms: 0, errors_per_s: 0 }

describe('rates of the catalogue', () => {
  const result = rates(DEFAULTS)

  it('has a line for every message at each of its locations', () => {
    const expected = MESSAGES.flatMap(row => row.locations.map(location => `${row.name}@${location}`))
    expect(result.rows.map(row => `${row.message}@${row.location}`)).toEqual(expected)
  })

  it('states the worst length on the wire: 160 bits for 8 bytes behind a 29-bit identifier', () => {
    const status = result.rows.find(row => row.message === 'WindowStatus')
    expect(status).toMatchObject({ bytes: 8, bits: 160 })
  })

  it('meets every deadline, even with all that the catalogue permits at once', () => {
    expect(result.rows.filter(row => !row.meetsDeadline.moving || !row.meetsDeadline.peak).map(row => `${row.message}@${row.location}`)).toEqual([])
  })

  it('adds the senders of a command up', () => {
    const command = result.rows.find(row => row.message === 'WindowCommand' && row.location === 'RR')
    expect(command?.senders).toEqual(['DASH', 'FL', 'FR', 'RL', 'RR'])
    expect(command?.rate_per_s).toEqual({ idle: 0, moving: 50, peak: 50 })
    expect(command?.load.moving).toBeCloseTo(50 * command!.bits / 500_000, 12)
  })

  it('orders the situations, and meets the deadline of the most urgent message in each', () => {
    expect(result.total.idle.load).toBeLessThan(result.total.moving.load)
    expect(result.total.moving.load).toBeLessThan(result.total.peak.load)
    const shed = result.rows.find(row => row.message === 'PowerShed')
    expect(shed?.meetsDeadline).toEqual({ moving: true, peak: true })
  })

  it('requires no more than the bus can carry', () => {
    const slow = rates({ ...DEFAULTS, bitrate: 125_000 }).required
    expect(slow.peak_per_s).toBeCloseTo(slow.carriedMost_per_s, 9)
    expect(slow.peak_per_s).toBeLessThan(slow.offered_per_s)
  })

  it('lengthens responses with errors and with jitter', () => {
    const at = (name: string, options: Partial<typeof DEFAULTS>): number =>
      rates({ ...DEFAULTS, ...options }).rows.find(row => row.message === name)!.response_ms.moving
    expect(at('WindowCommand', { errors_per_s: 20 })).toBeGreaterThan(at('WindowCommand', {}))
    expect(at('HubStatus', { jitter_ms: 10 })).toBeGreaterThanOrEqual(at('HubStatus', {}))
  })

  it('multiplies what a hub sends for each of its ports', () => {
    const ports = rates({ ...DEFAULTS, instances: row => row.name === 'PortStatus' ? 5 : 1 })
    const rate = (table: typeof result): number => table.rows.find(row => row.message === 'PortStatus')!.rate_per_s.idle
    expect(rate(ports)).toBeCloseTo(5 * rate(result), 9)
  })
})

describe('arithmetic of serial links', () => {
  it('knows the lengths of SLCAN lines', () => {
    expect('t12381122334455667788\r'.length).toBe(lineBytes('slcan', false, 8))
    expect('T0CFF818581122334455667788\r'.length).toBe(lineBytes('slcan', true, 8))
    expect('T0CFF8185811223344556677881A2B\r'.length).toBe(lineBytes('slcan+timestamp', true, 8))
  })

  it('agrees with the known figures: 523 short frames/s at 115,200 baud, about 1.03 and 1.18 Mbaud for a full 500 kbit/s bus', () => {
    expect(Math.floor(carriedFrames('slcan', false, 8, 115_200))).toBe(523)
    expect(requiredBaud('slcan', true, 8, saturatedRate(500_000, true, 8))).toBeCloseTo(1_030_534, -1)
    expect(requiredBaud('slcan+timestamp', true, 8, saturatedRate(500_000, true, 8))).toBeCloseTo(1_183_206, -1)
  })

  it('refuses a jitter that is none', () => {
    for (const jitter_ms of [-1, 1e6, NaN, Infinity]) expect(() => rates({ ...DEFAULTS, jitter_ms })).toThrow(`jitter ${jitter_ms} ms is outside 0…100000 ms`)
  })
})
