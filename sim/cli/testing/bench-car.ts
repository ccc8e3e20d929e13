import type { LocationName } from '#protocol/catalogue/index.ts'
import type { CanFrame } from '#protocol/index.ts'
import { FrameDecoder, encodeEntry, parseTarget } from '#protocol/messages/index.ts'
import { createLinkFrame, type LinkFrame, parseLinkUri } from '#sim/gateway/index.ts'
import { type ControlRequest, createSpineListen, type SpineListen } from '#sim/gateway/spine/index.ts'

/** A stand-in for a car behind a `spine:` link: it answers window commands, and keeps what it was asked. */
export interface BenchCar {
  readonly uri: string
  readonly link: SpineListen
  readonly requests: ControlRequest[]
  readonly commands: Record<string, number>[]
  /** Puts a hub's message on the wire. */
  report(name: string, location: LocationName, values: Record<string, number | string>, counter: number, time_s?: number): void
  close(): Promise<void>
}

export const SWITCHES = ['DASH.windowFL.up', 'DASH.windowFL.down', 'TRUNK.latch.release']

/** Starts it on a free port. `echoes`: whether the hubs answer commands. */
export async function benchCar(echoes = true): Promise<BenchCar> {
  const link = createSpineListen(parseLinkUri('spine-listen:127.0.0.1:0'), {})
  const requests: ControlRequest[] = []
  const commands: Record<string, number>[] = []
  const decoder = new FrameDecoder()
  let counter = 0
  let release: (() => void) | undefined
  const report: BenchCar['report'] = (name, location, values, at, time_s = 0) => {
    const source = 0x80 | ['ALL', 'FL', 'FR', 'RL', 'RR', 'DASH', 'TRUNK', 'HOOD', 'STEREO'].indexOf(location)
    const { entry } = parseTarget(`${name}@${location}`)
    link.send(toLinkFrame(encodeEntry(entry, location, values, { source, counter: at }), time_s))
  }
  link.onControl(async (request) => {
    requests.push(request)
    if (request.kind === 'switches') return { switches: SWITCHES }
    if (request.kind === 'release') release?.()
    if (request.kind === 'press' && request.hold_ms !== undefined && request.hold_ms > 1000) await new Promise<void>((resolve) => { release = resolve })
    return {}
  })
  link.onFrame((frame) => {
    const decoded = decoder.decode(frame)
    if (decoded?.name !== 'WindowCommand') return
    commands.push({ ...decoded.values })
    if (echoes) {
      report('WindowStatus', decoded.location, {
        echoSender: decoded.source & 0x0f, echoSequence: decoded.values.sequence, position_pct: 40, state: 'opening',
      }, counter++ % 15)
    }
  })
  await link.open()
  return { uri: link.addresses[0]!, link, requests, commands, report, close: () => link.close() }
}

function toLinkFrame(frame: CanFrame, time_s: number): LinkFrame {
  return Object.assign(createLinkFrame(), frame, { timestamp_ns: time_s * 1e9 })
}
