import { afterEach, describe, expect, it } from 'vitest'
import type { Link, LinkFrame } from '../link.ts'
import { cloneLinkFrame, sameFrame } from '../link-frame.ts'
import { openLink } from '../open-link.ts'
import { CLASSIC_FRAMES, findPythonCan, makePtyPair, runPython, socatMissing } from '../testing/index.ts'

/** Sends the frames it is given, and prints those it gets until it has as many, as candump lines without a time. */
const PEER = `
import can, sys
bus = can.Bus(interface='slcan', channel=sys.argv[1], bitrate=500000, sleep_after_open=0)
wanted = sys.argv[2:]
version = bus.get_version(5)
serial = bus.get_serial_number(5)
print(version, serial)
for text in wanted:
    name, data = text.split('#')
    remote = data.startswith('R')
    bus.send(can.Message(
        arbitration_id=int(name, 16), is_extended_id=len(name) == 8, is_remote_frame=remote,
        dlc=int(data[1:] or 0) if remote else None, data=None if remote else bytes.fromhex(data)))
for _ in wanted:
    m = bus.recv(10)
    if m is None:
        sys.exit('no frame within 10 s')
    name = format(m.arbitration_id, '08X' if m.is_extended_id else '03X')
    print(name + '#' + ('R%d' % m.dlc if m.is_remote_frame else m.data.hex().upper()))
bus.shutdown()
`

const python = findPythonCan()
let link: Link | undefined

afterEach(async () => link?.close())

function text(frame: LinkFrame): string {
  const id = frame.id.toString(16).toUpperCase().padStart(frame.extended ? 8 : 3, '0')
  return `${id}#${frame.remote ? `R${frame.length}` : Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase()}`
}

/** A loop: every frame comes back with its identifier changed. */
async function exchange(uri: string, channel: (link: Link) => string, pythonPath: string): Promise<void> {
  link = await openLink(uri)
  const got: LinkFrame[] = []
  link.onFrame((frame) => {
    got.push(cloneLinkFrame(frame))
    return link!.send({ ...cloneLinkFrame(frame), origin: '', id: frame.id ^ 1 })
  })
  const printed = await runPython(pythonPath, PEER, [channel(link), ...CLASSIC_FRAMES.map(text)])
  CLASSIC_FRAMES.forEach((frame, n) => expect(sameFrame(frame, got[n]!), `frame ${n} at the car`).toBe(true))
  const [greeting, ...back] = printed.trim().split('\n')
  expect(greeting).toBe('(10, 13) SPN1')
  expect(back).toEqual(CLASSIC_FRAMES.map(frame => text({ ...frame, id: frame.id ^ 1 })))
  expect(Object.fromEntries(link.counters.malformed)).toEqual({})
}

if ('missing' in python) {
  it.skip(`python-can as SLCAN host: ${python.missing}`, () => undefined)
} else {
  describe('python-can as SLCAN host', () => {
    it('exchanges frames over TCP', async () => {
      await exchange('slcan-listen:127.0.0.1:0', opened => opened.addresses[0]!.replace('slcan:', 'socket://'), python.python)
    })

    const noSocat = socatMissing()
    it.skipIf(noSocat)(`exchanges frames over a tty${noSocat ? `: ${noSocat}` : ''}`, async () => {
      const pty = await makePtyPair()
      await exchange(`slcan-listen:${pty.paths[0]}`, () => pty.paths[1], python.python)
      await link!.close()
      await pty.unplug()
    })
  })
}
