import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { IsoTpConnection, type Wire } from '#sim/diag/index.ts'
import { createLinkFrame, type Link, openLink } from '#sim/gateway/index.ts'
import {
  DID, hubAddress, ISOTP, LOCATION, NEGATIVE_RESPONSE, NRC, peerId, PF_DIAGNOSTIC_PHYSICAL, POSITIVE, SERVICE, TOOL_ADDRESSES,
} from '#protocol/index.ts'
import { Spine } from './car-cases.ts'
import type { Case, Facts } from './report.ts'
import { check, Dump, isotpHears, same, until } from './tools.ts'

const PRIORITY = 6
const WAIT_ms = 10_000
const START_ms = 120_000
const TOOL = TOOL_ADDRESSES[0]!
const HUB = hubAddress(LOCATION.FL)
/** Around each border: one frame, two, a sequence that wraps, the longest of a short first frame; the tools take 5000 bytes. */
const LENGTHS = [1, 7, 8, 13, 111, 112, 256, 4095, 4096, 4700]
/** Between two frames of the kernel's: a virtual bus has no rate, and no socket's buffer keeps 600 frames at once. */
const FRAME_ns = 2_000_000
/** By then every hub has claimed its address. */
const CAR_FRAMES = 60
/** Block size and least separation, ms, that the kernel asks for. */
const FLOWS = [[0, 0], [8, 2], [15, 0]] as const

const hex = (id: number, extended: boolean): string => id.toString(16).toUpperCase().padStart(extended ? 8 : 3, '0')
const textOf = (bytes: Uint8Array): string => [...bytes].map(byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')
const messageOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + length & 0xff)

interface Pair {
  readonly extended: boolean
  /** Ours sends with `tx` and hears `rx`; the kernel's the other way round. */
  readonly tx: number
  readonly rx: number
}
const PAIRS: readonly Pair[] = [
  { extended: false, tx: 0x7e0, rx: 0x7e8 },
  { extended: true, tx: peerId(PRIORITY, PF_DIAGNOSTIC_PHYSICAL, HUB, TOOL), rx: peerId(PRIORITY, PF_DIAGNOSTIC_PHYSICAL, TOOL, HUB) },
]

/** Our connection over a link. */
function connectionOn(link: Link, pair: Pair): IsoTpConnection {
  const wire: Wire = {
    send: frame => link.send(Object.assign(createLinkFrame(), frame)),
    onFrame: handler => link.onFrame((frame) => { if (!frame.error) handler(frame) }),
  }
  return new IsoTpConnection(wire, pair, {
    now_ms: () => performance.now(),
    after: (delay_ms, fire) => {
      const timer = setTimeout(fire, delay_ms)
      return () => clearTimeout(timer)
    },
  })
}

/** Resolves when the kernel listens; `text` is the message that it then receives. `source` is what flow control goes out with. */
async function kernelListens(
  source: string, destination: string, [block, separation_ms]: readonly [number, number],
): Promise<{ readonly text: Promise<string> }> {
  const options = ['-s', source, '-d', destination, '-b', String(block), '-m', separation_ms.toString(16)]
  const child = spawn('/usr/bin/isotprecv', [...options, 'vcan0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString('latin1') })
  await until(() => isotpHears('vcan0'), 'isotprecv listens')
  return { text: once(child, 'close').then(() => text.trim()) }
}

async function kernelSends(source: string, destination: string, message: Uint8Array): Promise<void> {
  const child = spawn('/usr/bin/isotpsend', ['-s', source, '-d', destination, '-b', '-f', String(FRAME_ns), 'vcan0'], { stdio: ['pipe', 'inherit', 'inherit'] })
  child.stdin.end(textOf(message))
  await once(child, 'close')
}

/** The kernel's ISO-TP at the other end. */
export const ISOTP_CASES: readonly Case[] = [
  {
    name: 'ISO-TP: what ours sends the kernel receives, of every length, at its pace',
    run: async (): Promise<Facts> => {
      const link = await openLink('socketcan:vcan0')
      let messages = 0
      for (const pair of PAIRS) {
        const connection = connectionOn(link, pair)
        for (const flow of pair.extended ? FLOWS : FLOWS.slice(0, 1)) {
          for (const length of LENGTHS) {
            const message = messageOf(length)
            const received = await kernelListens(hex(pair.rx, pair.extended), hex(pair.tx, pair.extended), flow)
            same(await connection.send(message), ISOTP.ok, `what became of ${length} bytes, block size ${flow[0]}`)
            same(await received.text, textOf(message), `${length} bytes, block size ${flow[0]}`)
            messages++
          }
        }
        same(connection.problems(), {}, 'what went wrong')
        connection.close()
      }
      await link.close()
      return { messages }
    },
  },
  {
    name: 'ISO-TP: what the kernel sends ours receives, of every length',
    run: async (): Promise<Facts> => {
      const link = await openLink('socketcan:vcan0')
      let messages = 0
      for (const pair of PAIRS) {
        const connection = connectionOn(link, pair)
        const heard: string[] = []
        connection.onMessage = message => heard.push(textOf(message))
        for (const length of LENGTHS) {
          await kernelSends(hex(pair.rx, pair.extended), hex(pair.tx, pair.extended), messageOf(length))
          await until(() => heard.length > 0 || Object.keys(connection.problems()).length > 0, `${length} bytes have come`, WAIT_ms)
          same(connection.problems(), {}, `${length} bytes: what went wrong`)
          same(heard.splice(0), [textOf(messageOf(length))], `${length} bytes`)
          messages++
        }
        same(connection.problems(), {}, 'what went wrong')
        connection.close()
      }
      await link.close()
      return { messages }
    },
  },
  {
    name: 'ISO-TP: a hub of the car answers the kernel, in many frames and to many frames',
    run: async (): Promise<void> => {
      const spine = new Spine('car', '--headless', '--listen', 'socketcan:vcan0')
      const dump = await Dump.start('vcan0')
      await spine.listening('vcan0')
      await until(() => dump.frames().length > CAR_FRAMES, 'the car speaks', START_ms)
      const [toHub, fromHub] = [hex(PAIRS[1]!.tx, true), hex(PAIRS[1]!.rx, true)]
      const answer = async (request: readonly number[]): Promise<number[]> => {
        const received = await kernelListens(toHub, fromHub, [8, 2])
        await kernelSends(toHub, fromHub, Uint8Array.from(request))
        const text = await Promise.race([received.text, sleep(WAIT_ms).then(() => '')])
        check(text !== '', `no answer to ${textOf(Uint8Array.from(request))}`)
        return text.split(/\s+/).map(byte => parseInt(byte, 16))
      }
      const ports = await answer([SERVICE.read, DID.ports >> 8, DID.ports & 0xff])
      same(ports.slice(0, 3), [SERVICE.read + POSITIVE, DID.ports >> 8, DID.ports & 0xff], 'the ports of FL')
      check(ports.length > 3 + 6, `${ports.length} bytes are more than a frame`)
      const day = [SERVICE.write, DID.workshop >> 8, DID.workshop & 0xff, ...new Uint8Array(10).fill(0x41)]
      same(await answer(day), [NEGATIVE_RESPONSE, SERVICE.write, NRC.serviceNotInSession], 'a request of 13 bytes outside of its session')
      await spine.stop()
      // It settles when nobody speaks any more.
      await dump.end()
    },
  },
]
