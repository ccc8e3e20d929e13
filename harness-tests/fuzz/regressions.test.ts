import { describe, expect, it } from 'vitest'
import { PORT_FAULT } from '#protocol/catalogue/enums.ts'
import { LOCATION } from '#protocol/catalogue/locations.ts'
import { FrameDecoder } from '#protocol/messages.ts'
import { describeVerdict } from '#sim/checkers/index.ts'
import { type FuzzEvent, runScript } from '#sim/fuzz/index.ts'

const press = (at_ms: number, name: string, for_ms: number): FuzzEvent => ({ at_ms, kind: 'press', for_ms, with: { switch: name } })

/** What random runs found, shrunk; each is a fault that was mended, or a checker that was wrong. */
const FOUND: Readonly<Record<string, { readonly seed: number, readonly for_ms: number, readonly events: readonly FuzzEvent[] }>> = {
  'a window whose hub is reset in its first percent of travel runs down': {
    seed: 947829547, for_ms: 9000,
    events: [
      press(8116, 'DASH.windowFR.up', 15), press(8237, 'DASH.windowFR.down', 17),
      { at_ms: 8415, kind: 'reset', for_ms: 0, with: { hub: 'FR', cause: 'requested' } },
    ],
  },
  'a recorded command is said again while the window runs by a later one': {
    seed: 2820368744, for_ms: 20_000,
    events: [
      { at_ms: 13_254, kind: 'reset', for_ms: 0, with: { hub: 'STEREO', cause: 'watchdog' } },
      press(17_817, 'DASH.windowFL.down', 159), { at_ms: 18_653, kind: 'replay', for_ms: 0, with: { back: 33, times: 2 } },
    ],
  },
}

describe('found by random runs', () => {
  it.each(Object.keys(FOUND))('%s', (name) => {
    expect(runScript(FOUND[name]).verdicts.map(describeVerdict)).toEqual([])
  })

  it('a hub that boots executes no command before it can echo it: its sender reports it as lost', () => {
    const decoder = new FrameDecoder()
    let lost = false
    let echoed = false
    const events: FuzzEvent[] = [{ at_ms: 2000, kind: 'power', for_ms: 500, with: { hub: 'RL' } }, press(2226, 'DASH.windowRL.down', 81)]
    runScript({ seed: 1, for_ms: 5000, events }, {
      frame: ({ frame }) => {
        const decoded = decoder.decode(frame)
        if (decoded?.name === 'WindowStatus' && decoded.location === 'RL') echoed ||= decoded.values['echoSender'] === LOCATION.DASH
        if (decoded?.name === 'PortStatus' && decoded.location === 'DASH') lost ||= decoded.values['fault'] === PORT_FAULT.commandLost
      },
    })
    expect({ lost, echoed }).toEqual({ lost: true, echoed: false })
  })
})
