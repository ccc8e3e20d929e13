import { describe, expect, it } from 'vitest'
import { SteppedReading } from './reading.ts'

describe('a reading in the steps of its field', () => {
  it('gives the next frame what rounding took off: the mean is that of the readings', () => {
    const reading = new SteppedReading(10)
    let sum = 0
    for (let i = 0; i < 100; i++) sum += reading.next(13.537)
    expect(sum / 100).toBeCloseTo(13.537, 2)
  })

  it('is a whole number of steps', () => {
    const reading = new SteppedReading(5)
    for (const value of [0.31, 0.31, 9.07, 3.999]) {
      const told = reading.next(value)
      expect(told * 5).toBeCloseTo(Math.round(told * 5), 9)
    }
  })

  it('owes no more than a step for a sensor that reads below nothing', () => {
    const reading = new SteppedReading(5)
    for (let i = 0; i < 50; i++) expect(reading.next(-0.1)).toBe(0)
    expect(reading.next(4)).toBeGreaterThanOrEqual(3.8)
  })

  it('passes what is not available, and goes on after it', () => {
    const reading = new SteppedReading(10)
    reading.next(12.04)
    expect(reading.next(NaN)).toBeNaN()
    expect(reading.next(Infinity)).toBe(Infinity)
    expect(reading.next(12.02)).toBe(12.1)
  })
})
