import type { Command } from 'commander'
import { readTopology } from '#sim/car/index.ts'
import { Watch } from '#sim/check/index.ts'
import { ForeignSignals, MonitorModel } from '#sim/diag/index.ts'
import type { DbcDatabase } from '#sim/diag/dbc/index.ts'
import type { CopperTopology } from '#sim/power/index.ts'
import { DEFAULT_BITRATE, type Link } from '#sim/gateway/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { dbcOption, loadDbc } from '../lib/foreign.ts'
import { DEFAULT_LINK, endedWell, isLinkUri, toldBitrates, withLink } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { monitorView, type Watched } from '../monitor/view.ts'
import { shared } from '../lib/options.ts'
import { closed } from '../lib/streams.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Shows what a bus says: hubs with their volts and error counters, ports with drawn and granted amperes, components with
position and state, the exact load over the last second (every bit counted, stuff bits too), end-to-end errors, faults; what
happened, switches and contracts over current (made, changed, refused, shed, ended) among it; and
"likely", the bad contact that the volts and amperes of the last three minutes name, as "spine check" does.
With --dbc, what the messages of any other network say: signals with units and the names of values, as they were heard last;
in JSON as "spine decode --json" has them ("NaN", "Infinity" and "-Infinity" are strings).
It only listens: it acknowledges nothing and sends nothing. Off a terminal it prints a line an interval. Ctrl-C ends it.

Keys:
  ↑ ↓ PgUp PgDn Home End   scroll what does not fit
  s                        sort hubs and components: by place, by amperes, by volts, by how long they are silent
  /                        show only rows with these words (FL window; brownOut); Esc ends that
  space                    freeze the picture, and let it go on
  p                        plot a value over the last two minutes, by words of its name (FL window current); Tab: the next one
  q                        end

Examples:
  npx spine monitor
  npx spine monitor --for 10s --json | jq .bus.load
  npx spine monitor "slcan:/dev/ttyUSB0?bitrate=500000" --dbc body.dbc
  npx spine monitor drive.log                              as it was recorded; "file:drive.log?speed=max": at once`

/** Time that jumps back by so much has begun anew. */
const RESTART_ns = 1e9

interface Options { for?: number, interval?: number, bitrate?: number, json?: boolean, dbc?: string[], car?: string }

/** `spine monitor`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[link]', 'the bus to watch, or the file of a log', DEFAULT_LINK)
    .addOption(shared('for'))
    .addOption(shared('interval'))
    .addOption(shared('bitrate', 'of the bus, when the link does not tell'))
    .addOption(dbcOption())
    .option(CAR_OPTION, CAR_HELP)
    .addOption(shared('json', 'one JSON object an interval'))
    .addHelpText('after', HELP)
    .action((uri: string, options: Options) => {
      const live = new Live(terminal, options)
      const dbc = options.dbc && loadDbc(options.dbc, terminal)
      return withLink(isLinkUri(uri) ? uri : `file:${uri}`, { mode: 'listen', report: live.note }, async (link) => {
        const bus = new WatchedBus(link, readTopology(readCar(options.car), 'car').copper, options.bitrate, dbc)
        await live.show(monitorView(link, () => bus.now(), terminal), closed(link))
        endedWell(link)
      })
    })
}

/** What a link says, from its frames on. */
class WatchedBus {
  private readonly link: Link
  private model: MonitorModel
  private foreign: ForeignSignals | undefined
  private watch: Watch
  /** Time of the last frame, and when it came here. */
  private last_ns = 0
  private came_ms = 0

  constructor(link: Link, copper: CopperTopology, bitrate?: number, dbc?: DbcDatabase) {
    const told = toldBitrates(link)
    const rate = bitrate ?? told.bitrate ?? DEFAULT_BITRATE
    const anew = (): MonitorModel => new MonitorModel(rate, told.dataBitrate ?? rate)
    this.link = link
    this.model = anew()
    this.watch = new Watch(copper)
    this.foreign = dbc && new ForeignSignals(dbc)
    link.onFrame((frame) => {
      // Another car, or another log: nothing that was known holds for it.
      if (frame.timestamp_ns < this.last_ns - RESTART_ns) {
        this.model = anew()
        this.foreign = dbc && new ForeignSignals(dbc)
        this.watch = new Watch(copper)
      }
      this.last_ns = frame.timestamp_ns
      this.came_ms = performance.now()
      this.model.receive(frame)
      this.foreign?.receive(frame)
      if (!frame.error) this.watch.receive(frame, frame.timestamp_ns)
    })
  }

  /** The bus now: between two frames its time is that of the last one and what has passed here since. */
  now(): Watched {
    const isLog = this.link.uri.startsWith('file:')
    if (!isLog && this.came_ms > 0) this.model.advance(this.last_ns + (performance.now() - this.came_ms) * 1e6)
    return { model: this.model, foreign: this.foreign, likely: this.watch.likely() }
  }
}
