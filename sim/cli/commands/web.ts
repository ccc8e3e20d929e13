import type { Command } from 'commander'
import type { TopologyData } from '#sim/car/index.ts'
import { bridgeLinks, type Link } from '#sim/gateway/index.ts'
import { isReadable, LOG_FORMATS, type ReadableFormat } from '#sim/gateway/logs/index.ts'
import type { SpineLink } from '#sim/gateway/spine/index.ts'
import type { PageLink, PageOptions } from '#sim/web/index.ts'
import { Failure, fileFailure, usage } from '../lib/failure.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { makeFolder } from '../lib/folder.ts'
import { dbcOption, loadDbc, textOf } from '../lib/foreign.ts'
import { DEFAULT_LINK, endedWell, explained, isLiveLink, toldBitrates, withLink } from '../lib/link.ts'
import { readFormat } from '../lib/log-format.ts'
import { refuseIdle, shared, wholeNumber } from '../lib/options.ts'
import { closed } from '../lib/streams.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Serves the page on loopback and prints its address: the car from above with volts and amperes, plots, frames, faults in plain
words with what to check. Of a car everything can be touched; of another bus the page shows what is said on it, and only reads
until it is unlocked in the page and --actuate stands here. A log of any kind is scrubbed. Ctrl-C ends it.

--out writes the page as one file that needs no server and no network: the car runs in it. It opens logs, and adapters (SLCAN,
GVRET) in browsers that have Web Serial, and DBC files, as --dbc gives them to a page that is served. On any server of https, or on
loopback, the files beside it let browsers install it, and open it without a network.

--car names the car: alone, that runs in the page, as in the file of --out; beside a link or a log, it is what they are drawn as.

Examples:
  npx spine web                               the car that runs on this machine
  npx spine web --car van                     a car that runs in the page
  npx spine web drive.log                     a log
  npx spine web truck.mf4 --dbc truck.dbc     a log of another network, with its signals
  npx spine web socketcan:can0                a real bus, read only
  npx spine web --out page                    page/index.html, with the sedan in it; --car names another`

interface Options { out?: string, car?: string, port: number, actuate?: boolean, json?: boolean, dbc?: string[] }

/** `spine web`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[link]', `a link, or the file of a log (default: ${DEFAULT_LINK}, or the car of --car in the page)`)
    .option(CAR_OPTION, CAR_HELP)
    .option('--out <dir>', 'write the page with the car in it as one file, index.html, and end')
    .option('--port <n>', 'where it is served on loopback; 0 is any that is free', wholeNumber(0, 65_535), 0)
    .addOption(shared('actuate', 'let commands of the page, once it is unlocked, onto a real bus: real glass moves'))
    .addOption(dbcOption())
    .addOption(shared('json', 'the address, or the file and its size, for programs'))
    .addHelpText('after', HELP)
    .action((target: string | undefined, options: Options) => {
      if (options.out !== undefined && target !== undefined) throw usage(`--out has the virtual car in it, and no "${target}": a log is opened in the page`)
      const running = options.car !== undefined && target === undefined
      refuseIdle(command, [
        [options.out !== undefined, ['port', 'actuate'], 'with --out: nothing is served'],
        [running, ['actuate'], 'with --car alone: the page runs the car itself'],
        [target !== undefined && !isLiveLink(target), ['actuate'], 'with a log'],
      ])
      const car = options.car === undefined ? undefined : readCar(options.car)
      const alone = options.out !== undefined || (target === undefined && car !== undefined)
      if (alone && options.dbc !== undefined) throw usage('--dbc is for a link or a log: a page that runs its own car opens it itself')
      if (options.out !== undefined) return write(options.out, car, options, terminal)
      if (alone) return serveCar(car!, options, terminal)
      return serve(target ?? DEFAULT_LINK, car, options, terminal)
    })
}

/** A page that runs the car itself. */
function serveCar(car: TopologyData, options: Options, terminal: Terminal): Promise<void> {
  return withPage({ port: options.port, name: car.name, car, alone: true }, options, terminal, () => () => undefined)
}

function serve(target: string, car: TopologyData | undefined, options: Options, terminal: Terminal): Promise<void> {
  if (isLiveLink(target)) return serveLink(target, car, options, terminal)
  return serveLog(target.replace(/^file:/, ''), car, options, terminal)
}

async function write(folder: string, car: TopologyData | undefined, options: Options, terminal: Terminal): Promise<void> {
  const [{ writeFileSync }, path, { gzipSync }, { bundlePage, installFiles, pageHtml }] = await Promise.all([
    import('node:fs'), import('node:path'), import('node:zlib'), import('#sim/web/index.ts'),
  ])
  const html = pageHtml(await bundlePage(), 'files', car)
  const files = { ...installFiles(html, car === undefined ? 'Spine' : `Spine: ${car.name}`), 'index.html': html }
  let file = folder
  try {
    makeFolder(folder)
    for (const [name, text] of Object.entries(files)) {
      file = path.join(folder, name)
      writeFileSync(file, text)
    }
  } catch (error) {
    throw fileFailure('write', file, error)
  }
  const bytes = Buffer.byteLength(html)
  const packed = gzipSync(html, { level: 9 }).length
  tell(terminal, options.json, () => ({ file, bytes, gzip_bytes: packed }), () => `${file}: ${Math.round(bytes / 1000)} kB, ${Math.round(packed / 1000)} kB packed; open it in a browser, or put the folder on a server of https to install it from there`)
}

async function serveLink(uri: string, car: TopologyData | undefined, options: Options, terminal: Terminal): Promise<void> {
  const report = (line: string): void => terminal.warn(line)
  await withLink(uri, { actuate: options.actuate === true, report, ...(options.actuate !== true && isReal(uri) && { mode: 'listen' }) }, async (link) => {
    await withPage({ port: options.port, report, name: uri, car, ...toldBitrates(link) }, options, terminal, (page) => {
      if (isCar(link)) page.onControl(request => link.control(request))
      const bridge = bridgeLinks(link, page)
      return () => bridge.detach()
    }, link)
    endedWell(link)
  })
}

async function serveLog(file: string, car: TopologyData | undefined, options: Options, terminal: Terminal): Promise<void> {
  const [{ readFileSync }, path] = await Promise.all([import('node:fs'), import('node:path')])
  const format = readFormat(file, undefined)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const known = LOG_FORMATS.filter(isReadable).flatMap(({ endings }) => endings).join(', ')
    throw new Failure(`${fileFailure('read', file, error).message}; a log ends with ${known}, a link begins with its kind (npx spine web --help)`)
  }
  if (isNoLog(bytes, format)) throw usage(`${file} is no ${format.name} log: none of its ${format.unit}s is a frame; a link begins with its kind (npx spine web --help)`)
  const log = { name: path.basename(file), bytes }
  await withPage({ port: options.port, name: file, car, log }, options, terminal, () => () => undefined)
}

const PIECE_BYTES = 65_536

/** There is something in it, and no frame; looked at no further than the first. */
function isNoLog(bytes: Uint8Array, format: ReadableFormat): boolean {
  let [frames, bad] = [0, 0]
  const reader = format.reader({
    onFrame: () => { frames++ },
    onBadLine: () => { bad++ },
  })
  for (let at = 0; at < bytes.length && frames === 0; at += PIECE_BYTES) reader.push(bytes.subarray(at, at + PIECE_BYTES))
  if (frames === 0) reader.end()
  return frames === 0 && bad > 0
}

/** Serves the page until Ctrl-C, or until `link` ends. */
async function withPage(
  pageOptions: PageOptions, options: Options, terminal: Terminal, join: (page: PageLink) => () => void, link?: Link,
): Promise<void> {
  const { createPageLink } = await import('#sim/web/index.ts')
  const { dbc } = options
  if (dbc !== undefined) loadDbc(dbc, terminal)
  const page = createPageLink({ ...pageOptions, ...dbc && { dbc: dbc.map(textOf).join('\n') } })
  const leave = join(page)
  try {
    await explained(page.open())
    tell(terminal, options.json, () => ({ page: page.addresses[0] }), () => `page: ${page.addresses[0]}`)
    await new Promise<void>((resolve) => {
      terminal.stop.addEventListener('abort', () => resolve())
      if (terminal.stop.aborted) resolve()
      if (link !== undefined) closed(link).subscribe(() => resolve())
    })
  } finally {
    leave()
    await page.close()
  }
}

function isCar(link: Link): link is SpineLink {
  return 'control' in link
}

/** Links that lead to a bus of real hubs only listen, unless commands are let through. */
function isReal(uri: string): boolean {
  return /^(slcan|gvret|gsusb|socketcan):/i.test(uri)
}
