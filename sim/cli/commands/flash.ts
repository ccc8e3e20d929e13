import { type Command, Option } from 'commander'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { serialOf } from '#firmware/boards/espruino/index.ts'
import { type BoardName, type BoardPins, BOARDS, deskWiring, wiring } from '#firmware/boards/index.ts'
import {
  HUB_TYPE, HUB_TYPE_AT, type HubName, type HubTypeName, HUBS, IMAGE_ENGINE, IMAGE_FAULT, IMAGE_HEADER_BYTES, imageFault, imageVersion,
  LOCATION, readImageHeader, versionText,
} from '#protocol/index.ts'
import { buildHub, BuildRefusal, type Engine, ENGINES, espruinoProgram, moddableProject, type ModdableProject } from '#sim/build/index.ts'
import { readTopology, sedanPower, type TopologyData } from '#sim/car/index.ts'
import type { Clock } from '#sim/diag/index.ts'
import {
  claimed, EspruinoFlasher, findModdable, FlashError, type FlashProgress, type FoundBoard, identify, ModdableFlasher, obstacles,
  Repl, writeProject,
} from '#sim/flash/index.ts'
import { type Access, consoleAt, isTtyPath, type Link, LinkUriError } from '#sim/gateway/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { describe, EXIT, Failure, fileFailure, usage } from '../lib/failure.ts'
import { makeFolder } from '../lib/folder.ts'
import { readImageFile } from '../lib/image-file.ts'
import { withLink } from '../lib/link.ts'
import { refuseIdle, shared, wholeNumber } from '../lib/options.ts'
import { type Part, parsePart, runParts, sendUp } from '../lib/parts.ts'
import { save } from '../lib/save.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { clockOf, hubNamed, wireOf } from './diag.ts'

const HUB_TYPES = Object.keys(HUB_TYPE) as HubTypeName[]
const BOARD_NAMES = Object.keys(BOARDS) as BoardName[]
const XS_BOARD: BoardName = 'esp32-xs'
const BAUD = 115_200
/** A board boots, and its hub claims its address, well within this. */
const CLAIM_ms = 20_000
const STEP_pct = 10
/** What to do when a board does not fit. */
const OTHERS = '; boards that fit are in firmware/boards/README.md'
const PERCENT = 100

const HELP = `
Writes a hub to an Espruino board through its console: recognises the board, refuses what does not fit, writes in pieces that are each
acknowledged, reads everything back, and only then lets it boot. HUB is a hub type (${HUB_TYPES.join(', ')}), which is built now, or an
image of \`npx spine build --engine espruino\`. Nothing half-written boots; start it again after a failure. With --link it waits
until the hub claims its address there. --engine xs builds for an ESP32 with your own Moddable SDK (MODDABLE and IDF_PATH name it), writes, and
has the chip compute the hash of every part. Wiring, pins and what each board carries: firmware/boards/README.md.

Examples:
  npx spine flash door --port /dev/ttyACM0
  npx spine flash door --port /dev/ttyACM0 --location FL --desk
  npx spine flash build/hood.espruino.bin --port tcp://192.168.4.1:23 --link socketcan:can0
  npx spine flash door --engine xs --port /dev/ttyUSB0
  npx spine flash door --board esp32 --dry-run --out door.js
  npx spine flash door --engine xs --dry-run --out door`

interface Options {
  engine: Engine
  port?: string
  baud: number
  location?: string
  desk?: boolean
  link?: string
  dryRun?: boolean
  board?: BoardName
  out?: string
  car?: string
  part?: Part
  json?: boolean
}

/** `spine flash`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<hub>', `hub type (${HUB_TYPES.join(', ')}), or an image of spine build`)
    .addOption(new Option('--engine <engine>', 'what runs on the board').choices(ENGINES).default('espruino'))
    .option('--port <port>', 'console of the board: /dev/ttyACM0, COM3, tcp://host:port')
    .addOption(new Option('--baud <rate>', 'of a serial port; a USB socket ignores it').argParser(wholeNumber(300, 4_000_000)).default(BAUD))
    .option('--location <hub>', 'where it sits (FL, DASH, …), instead of its coding pins')
    .option('--desk', 'a bare board: frames through its USB cable, no sockets; needs --location')
    .option('--link <uri>', 'bus on which to wait until the hub claims its address')
    .option('--dry-run', 'write nothing to a board: --board and --out say what')
    .addOption(new Option('--board <name>', 'which board, for --dry-run').choices(BOARD_NAMES))
    .option('--out <file>', 'where --dry-run writes the program, which runs as .bootcde; with XS the folder that mcconfig builds')
    .addOption(new Option('--part <i/n>').argParser(parsePart).hideHelp())
    .option(CAR_OPTION, `car it is built into: ${CAR_HELP}`)
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action(async (word: string, options: Options) => {
      const location = options.location === undefined ? undefined : hubNamed(options.location)
      if (options.out === '') throw usage('--out is empty: name where to write')
      if (options.desk === true && location === undefined) throw usage('a board on a desk has no coding pins: name its place, such as --location FL')
      checkOptions(command, word, options)
      const firmware = await firmwareOf(word, options)
      if (options.part !== undefined) return sendBuilt(firmware)
      if (location !== undefined && HUB_TYPE_AT[location] !== firmware.hub) {
        const fitting = HUBS.filter(hub => HUB_TYPE_AT[hub] === firmware.hub).join(' or ')
        throw usage(`at ${location} sits a ${HUB_TYPE_AT[location]}, and this is a ${firmware.hub}: write a ${HUB_TYPE_AT[location]}, or name ${fitting}`)
      }
      await targetOf(options)(firmware, { location, desk: options.desk === true }, options, terminal)
    })
}

/** What was typed, and would change nothing. @throws Failure */
function checkOptions(command: Command, word: string, { engine, dryRun }: Options): void {
  const xs = engine === 'xs'
  refuseIdle(command, [
    [!HUB_TYPES.includes(word as HubTypeName), ['car'], 'with an image: it is built already'],
    [dryRun === true, ['port', 'baud', 'link'], 'with --dry-run: no board is written'],
    [xs, ['board', 'baud'], 'with --engine xs'],
    [!xs && dryRun !== true, ['board', 'out'], 'without --dry-run: the board on the port is written, whatever it is'],
  ])
}

/** Writes a firmware somewhere. */
type Target = (firmware: Source, place: PlaceOnCar, options: Options, terminal: Terminal) => Promise<void>

/** Where to write. What is missing is told before anything is built. @throws Failure */
function targetOf(options: Options): Target {
  const { engine, dryRun, port, board, out, link } = options
  if (engine === 'xs' && dryRun === true) {
    if (out === undefined) throw usage('--dry-run needs --out FOLDER')
    return toFolder(out)
  }
  if (engine === 'xs') {
    if (port === undefined) throw usage('which port? For example: --port /dev/ttyUSB0')
    if (!isTtyPath(port)) throw usage(`"${port}" is no port: name one such as /dev/ttyUSB0 or COM3`)
    if (link !== undefined) throw usage('--link is for Espruino boards: watch for the claim with npx spine monitor')
    return toChip(port)
  }
  if (dryRun !== true) return toConsole(accessOf(options))
  if (board === undefined || out === undefined) throw usage(`--dry-run needs --board (${BOARD_NAMES.join(', ')}) and --out FILE`)
  if (BOARDS[board].engine === 'xs') throw usage(`${BOARDS[board].title} is written with --engine xs`)
  return toFile(board, out)
}

interface Firmware {
  readonly hub: HubTypeName
  readonly version: string
  readonly artefact: string
}

/** What is built when it is wanted. */
interface Source {
  readonly hub: HubTypeName
  make(): Promise<Firmware>
  /** The same in a process of its own: what the compiler computes for seconds hears no Ctrl-C. @throws FlashError it was stopped */
  makeApart(terminal: Terminal): Promise<Firmware>
}

/** A hub type to be built, or an image that was read. */
async function firmwareOf(word: string, options: Options): Promise<Source> {
  if (HUB_TYPES.includes(word as HubTypeName)) {
    // A car that makes no sense is told before a hub that runs is halted.
    const car = readCar(options.car)
    const hub = word as HubTypeName
    return { hub, make: () => built(hub, options.engine, car), makeApart: terminal => builtApart(hub, options, terminal) }
  }
  if (!/[./\\]/.test(word)) throw usage(`there is no hub type "${word}": choose from ${HUB_TYPES.join(', ')}, or name an image`)
  const image = await readImage(word, options.engine)
  const make = (): Promise<Firmware> => Promise.resolve(image)
  return { hub: image.hub, make, makeApart: make }
}

async function built(hub: HubTypeName, engine: Engine, car: TopologyData): Promise<Firmware> {
  const topology = readTopology(car, 'car')
  try {
    const { version, text } = await buildHub(hub, engine, imageVersion(0, 1, 0), sedanPower(topology, topology.copper))
    return { hub, version, artefact: text }
  } catch (error) {
    throw error instanceof BuildRefusal ? new Failure(error.message) : error
  }
}

async function builtApart(hub: HubTypeName, { engine, car }: Options, terminal: Terminal): Promise<Firmware> {
  let made: Firmware | Error | undefined
  const words = ['flash', hub, '--engine', engine, ...car === undefined ? [] : ['--car', car]]
  await runParts<Firmware | Error>(1, words, terminal, (message) => { made = message })
  if (made === undefined) throw new FlashError('stopped; nothing is written')
  if (made instanceof Error) throw new Failure(made.message)
  return made
}

/** What `builtApart` began. */
async function sendBuilt(source: Source): Promise<void> {
  await sendUp(await source.make().catch((error: unknown) => {
    if (error instanceof Failure) return error
    throw error
  }))
}

async function readImage(path: string, engine: Engine): Promise<Firmware> {
  const image = await readImageFile(path)
  const header = readImageHeader(image)
  const fault = imageFault(image)
  if (header === undefined || fault !== IMAGE_FAULT.none) {
    const [why] = Object.entries(IMAGE_FAULT).find(([, code]) => code === fault)!
    const whole = fault === IMAGE_FAULT.tooLong ? 'is longer than its header says' : `is no whole image (${why})`
    const what = fault === IMAGE_FAULT.notImage ? 'is no firmware image of ours' : whole
    throw new Failure(`${path} ${what}: build it with npx spine build --engine ${engine}`)
  }
  const known = Object.values(IMAGE_ENGINE).includes(header.engine)
  if (!known) throw new Failure(`${path} is for an engine that this program does not know: update spine`)
  if (header.engine !== IMAGE_ENGINE[engine]) {
    const remedy = `build it with --engine ${engine}${engine === 'espruino' ? ', or install it with npx spine update' : ''}`
    throw new Failure(`${path} is for ${engine === 'espruino' ? 'XS' : 'Espruino'}: ${remedy}`)
  }
  const hub = HUB_TYPES.find(name => HUB_TYPE[name] === header.hubType)
  if (hub === undefined) throw new Failure(`${path} is for a hub type that this program does not know: update spine`)
  return { hub, version: versionText(header.version), artefact: new TextDecoder().decode(image.subarray(IMAGE_HEADER_BYTES)) }
}

interface PlaceOnCar {
  readonly location: HubName | undefined
  readonly desk: boolean
}

function pinsFor(board: BoardName, { location, desk }: PlaceOnCar): BoardPins {
  const code = location === undefined ? undefined : LOCATION[location]
  try {
    return desk && code !== undefined ? deskWiring(board, code) : wiring(board, code)
  } catch (error) {
    throw new Failure(`${describe(error)}${OTHERS}`)
  }
}

async function programFor(board: BoardName, { hub, version, artefact }: Firmware, place: PlaceOnCar): Promise<Uint8Array> {
  const pins = pinsFor(board, place)
  return new TextEncoder().encode((await espruinoProgram(hub, version, artefact, pins)).text)
}

/** A board without room for records has no pin map to build with: what else it lacks is told too. @throws Failure */
function refuseWithoutRecords(board: FoundBoard, { hub, artefact }: Firmware): void {
  if (BOARDS[board.name].nvm === undefined) throw new Failure(`${hub} does not fit: ${obstacles(board, hub, artefact.length).join('; ')}${OTHERS}`)
}

/** The program of a board, for a programmer. */
const toFile = (board: BoardName, out: string): Target => async (source, place, options, terminal) => {
  const row = BOARDS[board]
  const found: FoundBoard = { name: board, version: '', variables: row.variables, storage: row.program, files: 0, serial: '', program: '' }
  const firmware = await source.make()
  refuseWithoutRecords(found, firmware)
  const program = await programFor(board, firmware, place)
  const problems = obstacles(found, source.hub, program.length)
  if (problems.length > 0) throw new Failure(`${problems.join('; ')}${OTHERS}`)
  save(out, program)
  const told = { hub: source.hub, board, out, bytes: program.length }
  tell(terminal, options.json, () => told, () => `${out}: ${source.hub} for ${row.title}, ${program.length} bytes, as its .bootcde\n`)
}

async function projectOf(source: Source, place: PlaceOnCar): Promise<ModdableProject & Pick<Firmware, 'hub' | 'version'>> {
  const { hub, version, artefact } = await source.make()
  return { hub, version, ...await moddableProject(hub, version, artefact, pinsFor(XS_BOARD, place)) }
}

/** What the engineer's own SDK builds. */
const toFolder = (folder: string): Target => async (source, place, options, terminal) => {
  const { hub, version, files, sha256 } = await projectOf(source, place)
  writeFolder(files, folder)
  const told = { hub, version, board: XS_BOARD, folder, sha256 }
  tell(terminal, options.json, () => told, () => `${folder}: ${hub} for ${BOARDS[XS_BOARD].title}; cd "${folder}" && mcconfig -m -p esp32\n`)
}

/** The engineer's own SDK builds, and writes. */
const toChip = (port: string): Target => async (source, place, options, terminal) => {
  const folder = options.out ?? join(homedir(), '.cache/spine-moddable', source.hub)
  try {
    const sdk = findModdable(process.env, process.platform)
    const { hub, version, files, sha256 } = await projectOf(source, place)
    writeFolder(files, folder)
    await new ModdableFlasher(sdk, clockOf(terminal.scheduler), changes(terminal), terminal.stop).run(folder, port)
    const told = { hub, version, board: XS_BOARD, folder, sha256 }
    tell(terminal, options.json, () => told, () => `${hub} ${version} is on ${port}: written, and every part verified by its hash\n`)
  } catch (error) {
    throw error instanceof FlashError ? new Failure(error.message) : error
  }
}

function writeFolder(files: Readonly<Record<string, string>>, folder: string): void {
  try {
    makeFolder(folder)
    writeProject(files, folder)
  } catch (error) {
    throw fileFailure('write', folder, error)
  }
}

/** A line for each phase, and what the tools say in it. */
function changes(terminal: Terminal): (phase: string, line: string) => void {
  let last = ''
  return (phase, line) => {
    if (`${phase}: ${line}` !== last) terminal.warn(`${phase}: ${line}`)
    last = `${phase}: ${line}`
  }
}

function accessOf({ port, baud }: Options): Access {
  if (port === undefined) throw usage('which port? For example: --port /dev/ttyACM0')
  try {
    return consoleAt(port, baud)
  } catch (error) {
    throw error instanceof LinkUriError ? usage(error.message) : error
  }
}

/** A board, through its console. A bus that is to be watched and does not open is told before the hub that runs is halted. */
const toConsole = (access: Access): Target => async (source, place, options, terminal) => {
  if (options.link === undefined) return write(access, source, place, options, terminal)
  return withLink(options.link, { name: 'flash', report: line => terminal.warn(line) }, bus => write(access, source, place, options, terminal, bus))
}

async function write(access: Access, source: Source, place: PlaceOnCar, options: Options, terminal: Terminal, bus?: Link): Promise<void> {
  const clock = clockOf(terminal.scheduler)
  const { stop } = terminal
  const transport = await access.open().catch((error: unknown) => { throw new Failure(describe(error)) })
  const repl = new Repl(transport, clock, access.name, stop)
  try {
    const board = await identify(repl, access.name)
    terminal.warn(`${BOARDS[board.name].title}, Espruino ${board.version}, ${board.variables} variables, chip ${board.serial}`)
    const firmware = await source.makeApart(terminal)
    refuseWithoutRecords(board, firmware)
    const program = await programFor(board.name, firmware, place)
    const problems = obstacles(board, firmware.hub, program.length)
    if (problems.length > 0) throw new Failure(`${firmware.hub} does not fit: ${problems.join('; ')}${OTHERS}`)
    await new EspruinoFlasher(repl, program, progressLines(terminal)).run()
    const at = bus === undefined ? undefined : await claim(bus, firmware, board, clock, terminal)
    const where = at === undefined ? '; reset' : `; it claims its address as ${at}`
    const told = { hub: firmware.hub, version: firmware.version, board: board.name, bytes: program.length, claimed: at ?? null }
    tell(terminal, options.json, () => told, () => `${firmware.hub} ${firmware.version} is on ${access.name}: ${program.length} bytes written and read back${where}\n`)
  } catch (error) {
    if (!(error instanceof FlashError)) throw error
    throw stop.aborted ? new Failure(`${error.message}: the same command writes it anew`, EXIT.stopped) : new Failure(error.message)
  } finally {
    await repl.close()
  }
}

/** Where on the bus the hub claims its address. */
function claim(bus: Link, { hub }: Firmware, board: FoundBoard, clock: Clock, terminal: Terminal): Promise<HubName> {
  terminal.warn('waiting for its address claim')
  return claimed(wireOf(bus), clock, hub, serialOf(board.serial), CLAIM_ms, terminal.stop)
}

/** A line for each phase and each tenth of it. */
function progressLines(terminal: Terminal): (progress: FlashProgress) => void {
  let last = ''
  return ({ phase, done, total }) => {
    const percent = Math.floor(done / total * PERCENT / STEP_pct) * STEP_pct
    const line = phase === 'writing' || phase === 'verifying' ? `${phase}: ${percent} % of ${total} bytes` : phase
    if (line === last) return
    last = line
    terminal.warn(line)
  }
}
