import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeMessage } from '#protocol/messages/index.ts'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { formatCandumpLine } from '#sim/gateway/logs/index.ts'
import { run } from '../run.ts'
import { benchCar } from '../testing/bench-car.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'spine-monitor-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const DBC = file('other.dbc', `BU_: ECM TCM
BO_ 291 Engine: 8 ECM
 SG_ Speed : 7|16@0+ (0.25,0) [0|0] "rpm" TCM
 SG_ Mode M : 16|8@1+ (1,0) [0|0] "" TCM
 SG_ Temp m0 : 24|8@1- (1,-40) [0|0] "degC" TCM
 SG_ Oil m1 : 24|8@1+ (0.1,0) [0|0] "bar" TCM
BO_ 801 Gearbox: 2 TCM
 SG_ Gear : 0|3@1+ (1,0) [0|0] "" ECM
 SG_ Slip : 8|8@1+ (1,0) [0|0] "" ECM
BO_ 2566848254 Faults: 10 X
 SG_ Last : 72|8@1+ (1,0) [0|0] "" X
VAL_ 801 Gear 0 "park" 1 "drive" ;
BA_DEF_ BO_ "VFrameFormat" ENUM "a","b","c","J1939PG";
BA_ "VFrameFormat" BO_ 2566848254 3;
`)
const OTHERS = [
  '123#0FA000150000', '123#0FA401320000', '321#01', '7FF#00', '123#R', '1CECFF31#200A0002FFFEFE00', '1CEBFF31#0105020304050607', '1CEBFF31#02080963FFFFFFFF',
].map((frame, n) => `(${(1 + n / 10).toFixed(6)}) can0 ${frame}\n`).join('')

async function shown(log: string, ...more: string[]): Promise<{ code: number, out: string, err: string }> {
  const terminal = fakeTerminal()
  const code = await run(['monitor', `file:${log}?speed=max`, '--dbc', DBC, ...more], terminal)
  return { code, out: terminal.out, err: terminal.err }
}

describe('spine monitor --dbc', () => {
  it('tells what another network says: each signal as it was heard last', async () => {
    const { out, code } = await shown(file('others.log', OTHERS))
    expect(code).toBe(0)
    expect(out).toContain('\n  123 Engine Speed=1001 rpm Mode=1 Temp=-19 degC Oil=5 bar\n  321 Gearbox Gear=drive (too short)\n  00FEFE31 Faults Last=99\n')
  })

  it('tells it to programs', async () => {
    const { out } = await shown(file('others.log', OTHERS), '--json')
    const last = JSON.parse(out.trim().split('\n').at(-1)!) as { foreign: { unknown: number, messages: object[] } }
    expect(last.foreign).toEqual({
      unknown: 4,
      messages: [
        { id: 0x123, extended: false, message: 'Engine', sender: 'ECM', count: 2, age_ms: 600, signals: { Speed: 1001, Mode: 1, Temp: -19, Oil: 5 } },
        { id: 0x321, extended: false, message: 'Gearbox', sender: 'TCM', count: 1, age_ms: 500, short: true, signals: { Gear: 'drive' } },
        expect.objectContaining({ message: 'Faults', signals: { Last: 99 } }),
      ],
    })
  })

  it('stands beside our own hubs', async () => {
    const ours = Object.assign(createLinkFrame(), encodeMessage('HubStatus@FL', { state: 'operating', supply_V: 13.5 }, { source: 0x81, counter: 1 }))
    ours.timestamp_ns = 2e9
    const { out } = await shown(file('both.log', OTHERS + formatCandumpLine(ours)), '--json')
    const last = JSON.parse(out.trim().split('\n').at(-1)!) as { nodes: { name: string }[], foreign: { messages: object[] } }
    expect(last.nodes.map(node => node.name)).toContain('FL')
    expect(last.foreign.messages.length).toBe(3)
  })

  it('says what is no DBC file before it opens anything', async () => {
    const terminal = fakeTerminal()
    expect(await run(['monitor', 'file:/no/such.log', '--dbc', file('no.dbc', 'nothing')], terminal)).toBe(1)
    expect(terminal.err).toContain('describes no message: it is no DBC file')
  })
})

describe('spine monitor --json', () => {
  it('says why nothing comes any more when the car has gone, and waits for the next one', async () => {
    const car = await benchCar()
    const terminal = fakeTerminal()
    const end = run(['monitor', car.uri, '--json', '--interval', '50ms'], terminal)
    await terminal.shows(/"state":"up"/, end)
    await car.close()
    await terminal.shows(/"state":"reconnecting","problem":"[^"]+"/, end)
    terminal.interrupt()
    expect(await end).toBe(0)
  })
})
