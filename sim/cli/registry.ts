import type { Command } from 'commander'
import type { Terminal } from './lib/terminal.ts'

/** What a command's module exports: `define` adds arguments, options and the action to the prepared command. */
interface CommandModule {
  define(command: Command, terminal: Terminal): void
}

interface CommandSpec {
  readonly summary: string
  /** Loads the module, and with it what the command needs: `--help` of the whole loads none. */
  readonly load: () => Promise<CommandModule>
}

/** Every command of the tool, in the order of its help; a file of `commands/` each. */
const SPECS = {
  car: { summary: 'the virtual car in real time, with links to its bus', load: () => import('./commands/car.ts') },
  press: { summary: 'hold a switch of the running car for a while', load: () => import('./commands/press.ts') },
  send: { summary: 'send one message and wait until the hub has accepted it', load: () => import('./commands/send.ts') },
  monitor: { summary: 'watch a bus: hubs, volts and amperes, positions, load, faults', load: () => import('./commands/monitor.ts') },
  diag: { summary: 'ask hubs by UDS: trouble codes, data, routines, reset', load: () => import('./commands/diag.ts') },
  keys: { summary: 'what the sockets of hubs may hold: pair, unpair, show', load: () => import('./commands/keys.ts') },
  check: { summary: 'name the bad contact: what every cable of a car loses, and how sure that is', load: () => import('./commands/check.ts') },
  update: { summary: 'install firmware on a hub over the bus', load: () => import('./commands/update.ts') },
  gateway: { summary: 'join two links: adapters, tools, the car; counters, state, latency', load: () => import('./commands/gateway.ts') },
  mqtt: { summary: 'a bus on an MQTT broker, found by Home Assistant', load: () => import('./commands/mqtt.ts') },
  rvc: { summary: 'a bus beside an RV-C bus: status there, commands from there', load: () => import('./commands/rvc.ts') },
  decode: { summary: 'print a log in words: a line a frame', load: () => import('./commands/decode.ts') },
  convert: { summary: 'turn a log into one of another kind: candump, Vector ASC, pcapng', load: () => import('./commands/convert.ts') },
  replay: { summary: 'send a log through a link, with its timing', load: () => import('./commands/replay.ts') },
  export: { summary: 'the protocol for other tools: DBC, KCD, Protocol Buffers, a page', load: () => import('./commands/export.ts') },
  rates: { summary: 'bits, periods, deadlines, worst-case response and load; what links carry it', load: () => import('./commands/rates.ts') },
  budget: { summary: 'what the copper of a car carries: sums, volts, what can run together, which cable binds', load: () => import('./commands/budget.ts') },
  plan: { summary: 'what to buy, cut and label for the one cable of a car: lengths, gauges, fuses, pins, parts', load: () => import('./commands/plan.ts') },
  web: { summary: 'the page: the car from above, plots, frames, faults; of a car, a bus or a log', load: () => import('./commands/web.ts') },
  pinch: { summary: 'rods in the closing window: peak force over opening, supply, temperature, wear', load: () => import('./commands/pinch.ts') },
  fuzz: { summary: 'random runs of the car under the checkers', load: () => import('./commands/fuzz.ts') },
  fmea: { summary: 'every single fault against every function: what is lost, what the car says, whether it is safe', load: () => import('./commands/fmea.ts') },
  build: { summary: 'the firmware of a hub as one script for a board, with what it costs', load: () => import('./commands/build.ts') },
  flash: { summary: 'write a hub to a board through its cable', load: () => import('./commands/flash.ts') },
  new: { summary: 'begin a car, or a component class: a file that starts, or rows, driver, plant, tests that run', load: () => import('./commands/new.ts') },
  bench: { summary: 'how fast it is, beside its peers, measured on this machine', load: () => import('./commands/bench.ts') },
} as const satisfies Readonly<Record<string, CommandSpec>>

interface CommandEntry extends CommandSpec { readonly name: string }

export const COMMANDS: readonly CommandEntry[] = Object.entries(SPECS).map(([name, spec]) => ({ name, ...spec }))
