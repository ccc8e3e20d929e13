import { describe, expect, it } from 'vitest'
import {
  hubAddress, HubStatusCodec, LOCATION, messageId, NOTICE, peerId, PF_DIAGNOSTIC_PHYSICAL, PowerShedCodec, WindowCommandCodec,
} from '#protocol/index.ts'
import type { AnyEncoder } from '../../message.ts'
import { Notices } from '../../runtime/index.ts'
import { createWatch, FLOOD_FRAMES } from './bus-watch.ts'

const { ALL, DASH, FL, FR, RL, STEREO } = LOCATION
const TOOL = 0xf9

function setUp() {
  const notices = new Notices()
  const present = [false, true, true, false, true, true, true, true, true]
  const watch = createWatch(hubAddress(DASH), notices, present)
  const heard = (codec: AnyEncoder, location: number, source: number): number[] => {
    notices.counts.fill(0)
    watch.heard(messageId(codec.priority, codec.page, codec.kind, location, source))
    watch.look()
    return [...notices.counts]
  }
  return { notices, watch, heard }
}

const only = (notice?: number): number[] => Object.values(NOTICE).map(each => Number(each === notice))
const NOTHING = only()
const STRANGER = only(NOTICE.stranger)
const FORGED = only(NOTICE.forgedAddress)

describe('a manager\'s hub notices', () => {
  it('nothing where hubs and tools say what they may', () => {
    const { heard, watch, notices } = setUp()
    expect(heard(HubStatusCodec, FL, hubAddress(FL))).toEqual(NOTHING)
    expect(heard(WindowCommandCodec, FL, hubAddress(FR))).toEqual(NOTHING)
    expect(heard(WindowCommandCodec, FL, TOOL)).toEqual(NOTHING)
    watch.heard(peerId(6, PF_DIAGNOSTIC_PHYSICAL, hubAddress(FL), 0x42))
    expect([...notices.counts]).toEqual(NOTHING)
  })

  it('strangers, who speaks for another, what a hub may not say, and a hub that the car does not have', () => {
    const { heard } = setUp()
    expect(heard(WindowCommandCodec, FL, 0x42)).toEqual(STRANGER)
    expect(heard(HubStatusCodec, FL, hubAddress(FR))).toEqual(STRANGER)
    expect(heard(HubStatusCodec, FL, TOOL)).toEqual(NOTHING)
    expect(heard(WindowCommandCodec, FL, hubAddress(STEREO))).toEqual(STRANGER)
    expect(heard(PowerShedCodec, ALL, hubAddress(FL))).toEqual(STRANGER)
    expect(heard(HubStatusCodec, RL, hubAddress(RL))).toEqual(STRANGER)
  })

  it('its own address, and floods', () => {
    const { heard, watch, notices } = setUp()
    expect(heard(HubStatusCodec, DASH, hubAddress(DASH))).toEqual(FORGED)
    notices.counts.fill(0)
    for (let i = 0; i <= FLOOD_FRAMES; i++) watch.heard(messageId(6, 0, 0, FL, hubAddress(FL)))
    watch.look()
    expect(notices.counts[NOTICE.flood]).toBe(1)
    expect(notices.ids[NOTICE.flood]).toBe(messageId(6, 0, 0, FL, hubAddress(FL)))
    watch.look()
    expect(notices.counts[NOTICE.flood]).toBe(1)
  })
})
