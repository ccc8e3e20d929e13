import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { merge } from 'rxjs'
import type { RvcBridge } from '#sim/rvc/index.ts'
import { usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, endedWell, withLink } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { shared } from '../lib/options.ts'
import { closed } from '../lib/streams.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Translates between our bus and an RV-C bus, whose command numbers are others than ours: such buses must never be joined raw.
RV-C runs at 250 kbit/s, which is the default of RVC_LINK. The bridge claims an address there, 128 to 247.

  lamps     DC_DIMMER_STATUS_3 (1FEDA)           DC_DIMMER_COMMAND_2 (1FEDB): set, on, off, toggle, at once
  locks     LOCK_STATUS (1FEE5)                  LOCK_COMMAND (1FEE4)
  windows   WINDOW_SHADE_CONTROL_STATUS (1FEDE)  WINDOW_SHADE_CONTROL_COMMAND (1FEDF): forward opens, reverse closes, toggles, stop
  awnings   not supported: no component of ours is one, and the fields of 1FEF2 and 1FEF3 are not public

Windows are told as shades, because the fields of WINDOW_STATUS and WINDOW_COMMAND (1FEE3, 1FEE2) are not public; their position is
not told. A duration of 1 to 240 s holds the switch, 30 s at most; without one the glass goes all the way. With --actuate commands
are done: each counts for 0.5 s, and what became of it is told; an answer on RV-C is the status that follows.
Instances: windows and locks 1 FL, 2 FR, 3 RL, 4 RR, 6 TRUNK; lamps 10 x location + channel (DASH.0 is 50, HOOD.2 is 72). A file
gives others, and leaves out what it does not name: {"window": {"FL": 11}, "lock": {"FL": 1}, "light": {"DASH.0": 21}}

Examples:
  npx spine rvc socketcan:can1
  npx spine rvc socketcan:can0 "slcan:/dev/ttyUSB0?bitrate=250000" --actuate --keys car.keys
  npx spine rvc spine: socketcan:vcan0 --instances coach.json`

interface Options { keys?: string, instances?: string, actuate?: boolean, for?: number, interval?: number, json?: boolean }

/** Bit rate of RV-C, bit/s. */
const RVC_BITRATE = 250_000
/** A NAME's serial number has 21 bits. */
const SERIALS = 2 ** 21

/** `spine rvc`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<links...>', `[LINK] RVC_LINK: our bus (default ${DEFAULT_LINK}) and the RV-C bus`)
    .option('--instances <file>', 'the instances on RV-C, JSON')
    .addOption(shared('actuate', 'do what RV-C commands: real glass moves on a real bus'))
    .addOption(shared('keys'))
    .addOption(shared('for'))
    .addOption(shared('interval'))
    .addOption(shared('json', 'one JSON object an interval'))
    .addHelpText('after', HELP)
    .action(async (links: string[], options: Options) => {
      const [ours, theirs] = links.length === 1 ? [DEFAULT_LINK, links[0]!] : links as [string, string]
      if (links.length > 2) throw usage('two links at most: ours and the RV-C bus')
      if (ours === theirs) throw usage(`${ours} is our bus: the RV-C bus is another`)
      const { devicesOf, RvcBridge } = await import('#sim/rvc/index.ts')
      const devices = options.instances === undefined ? devicesOf() : readData(options.instances, 'gives no instances', data => devicesOf(data))
      const live = new Live(terminal, options)
      const keys = keysOf(options.keys, 'tool')
      const actuate = options.actuate === true
      const serial = randomBytes(4).readUInt32LE() % SERIALS
      const common = { name: 'rvc', report: live.note }
      return withLink(ours, { ...common, actuate }, link => withLink(theirs, { ...common, bitrate: RVC_BITRATE }, async (rvc) => {
        const bridge = new RvcBridge(link, rvc, { actuate, devices, serial, keys, report: live.note })
        try {
          await live.show(view(bridge), merge(closed(link), closed(rvc)))
          endedWell(link, rvc)
        } finally {
          bridge.close()
        }
      }))
    })
}

function view(bridge: RvcBridge): Parameters<Live['show']>[0] {
  const read = (): { address: number | null, told: number, accepted: number, refused: Record<string, number> } =>
    ({ address: bridge.address ?? null, ...bridge.counts, refused: Object.fromEntries(bridge.counts.refused) })
  const line = (): string => {
    const { address, told, accepted, refused } = read()
    const where = address === null ? 'no address on RV-C yet' : `address ${address} on RV-C`
    return `${where}, ${told} statuses told, ${accepted} commands done${Object.entries(refused).map(([why, times]) => `, ${times} ${why}`).join('')}`
  }
  return { read, picture: () => [line()], line, json: read, every_ms: { picture: 500, line: 10_000, json: 1000 } }
}
