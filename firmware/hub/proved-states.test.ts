import { describe, expect, it } from 'vitest'
import { hubAddress, LOCATION, messageId } from '#protocol/index.ts'
import { StateTags } from './proved-states.ts'

const STATE_ID = messageId(3, 1, 0, LOCATION.ALL, hubAddress(LOCATION.DASH))
const TAG_ID = messageId(1, 1, 7, LOCATION.ALL, hubAddress(LOCATION.DASH))

/** A VehicleState with this counter and speed; a tag that came with that counter, of that speed. */
const state = (counter: number, speed: number): Uint8Array => Uint8Array.of(0, counter, 2, speed, 140, 200, 1)
const tag = (counter: number, speed: number): Uint8Array => Uint8Array.of(0, 0, counter, speed, 0, 0, 0)

function set() {
  const taken: number[] = []
  const tags = new StateTags(2, (_id, data, _length, of) => {
    if (of[3] !== data[3]) return false
    taken.push(data[1]!)
    return true
  })
  return { taken, tags }
}

describe('a VehicleState and its tag', () => {
  it('find each other in either order, and also when the one that the tag came with was lost', () => {
    const { taken, tags } = set()
    tags.holdFrame(0, STATE_ID, state(1, 50), 7, 0)
    expect(tags.holdTag(0, TAG_ID, tag(1, 50), 7, 1)).toBe(true)
    expect(tags.holdTag(0, TAG_ID, tag(2, 51), 7, 100)).toBe(true)
    tags.holdFrame(0, STATE_ID, state(2, 51), 7, 101)
    // Number 3 is lost, and 4 says the same.
    expect(tags.holdTag(0, TAG_ID, tag(3, 52), 7, 200)).toBe(true)
    tags.holdFrame(0, STATE_ID, state(4, 52), 7, 300)
    expect(taken).toEqual([1, 2, 4])
  })

  it('wait a quarter of a second, each manager for its own; a tag that does not fit its own frame is refused', () => {
    const { taken, tags } = set()
    tags.holdFrame(0, STATE_ID, state(1, 50), 7, 0)
    expect(tags.holdTag(1, TAG_ID, tag(1, 50), 7, 10)).toBe(true)
    expect(tags.holdTag(0, TAG_ID, tag(1, 0), 7, 20)).toBe(false)
    expect(tags.holdTag(0, TAG_ID, tag(2, 0), 7, 30)).toBe(true)
    tags.holdFrame(0, STATE_ID, state(3, 0), 7, 281)
    tags.holdFrame(0, STATE_ID, state(4, 70), 7, 300)
    tags.forget()
    expect(tags.holdTag(0, TAG_ID, tag(4, 70), 7, 301)).toBe(true)
    expect(taken).toEqual([])
    tags.holdFrame(0, STATE_ID, state(5, 70), 7, 302)
    tags.again(303)
    expect(taken).toEqual([5])
  })
})
