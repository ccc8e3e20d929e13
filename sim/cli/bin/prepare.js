import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const MAIN = 'sim/cli/main.ts'
/** Beside the packages: what the bundle leaves to be imported is found from there. */
const CACHE = path.join(ROOT, 'node_modules/.cache/spine')
/** Decide what is made of the sources, and are no sources. */
const RULES = ['package.json', 'package-lock.json', 'tsconfig.json', 'sim/cli/bin/prepare.js']
/** A command that still runs may load a part of an older bundle; none runs for so long. */
const KEPT_ms = 7 * 24 * 3_600_000

/**
 * The address of the command line as JavaScript: bundled when a source has changed since it was last asked for, which takes a second or
 * two, and otherwise as it was. Where nothing can be kept the sources themselves, compiled as they are imported.
 */
export async function prepare(command) {
  const index = path.join(CACHE, `${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}.json`)
  const kept = read(index)
  if (kept !== undefined && kept.inputs.every(({ file, stamp }) => stampOf(file) === stamp) && stampOf(kept.entry) !== '') return addressOf(kept.entry)
  try {
    return addressOf(await bundle(index))
  } catch (error) {
    if (Array.isArray(error.errors) && error.errors.length > 0) return asItWas(error.errors, command, kept)
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(error.code)) throw error
    // By our own rules wherever we are called from: a class field without a value is no field that holds undefined.
    const { register } = await import('tsx/esm/api')
    register({ tsconfig: path.join(ROOT, 'tsconfig.json') })
    return addressOf(MAIN)
  }
}

/** Sources that do not compile. */
export class SourceError extends Error {}

/** Have nothing to do with the firmware of this checkout: the last bundle does as well. */
const TOOLS = ['convert', 'decode', 'diag', 'gateway', 'keys', 'monitor', 'press', 'replay', 'send', 'update', '--help', '-h', 'help']

/** @throws SourceError a line for each place that does not compile, where the command must be of these sources. */
function asItWas(errors, command, kept) {
  const lines = errors.map(({ location, text }) => location == null ? text : `${location.file}:${location.line}: ${text}`)
  const message = lines.map(line => `spine: ${line}`).join('\n')
  if (!TOOLS.includes(command) || kept === undefined || stampOf(kept.entry) === '') throw new SourceError(message)
  process.stderr.write(`${message}\nspine: ${command} runs as it was before that\n`)
  return addressOf(kept.entry)
}

/** Makes the bundle and remembers what it was made of; returns its entry, from the root. */
async function bundle(index) {
  mkdirSync(CACHE, { recursive: true })
  removeOld()
  const began_ms = Date.now()
  const folder = mkdtempSync(path.join(CACHE, 'bundle-'))
  // Whoever else works in this checkout reads it too: `sudo npx spine flash`, and then without.
  chmodSync(folder, 0o755)
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { spine: MAIN },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // A command is loaded when it is typed.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [ownAddress],
  })
  const files = [...Object.keys(metafile.inputs), ...RULES]
  const entry = path.relative(ROOT, path.join(folder, 'spine.mjs'))
  // What was written while it was read may be in it by half: it is used now, and made anew next time.
  if (files.every(file => (statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0) < began_ms)) {
    const draft = path.join(folder, 'index.json')
    writeFileSync(draft, JSON.stringify({ entry, inputs: files.map(file => ({ file, stamp: stampOf(file) })) }))
    renameSync(draft, index)
  }
  return entry
}

/** Sources that look for files beside them do so where they are, not where the bundle is. */
const ownAddress = {
  name: 'own-address',
  setup: plugin => plugin.onLoad({ filter: /[\\/]sim[\\/].*\.ts$/ }, ({ path: file }) => {
    const text = readFileSync(file, 'utf8')
    if (!text.includes('import.meta.url')) return undefined
    return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)), loader: 'ts' }
  }),
}

function read(index) {
  try {
    return JSON.parse(readFileSync(index, 'utf8'))
  } catch {
    return undefined
  }
}

function removeOld() {
  const oldest_ms = Date.now() - KEPT_ms
  for (const name of readdirSync(CACHE)) {
    const folder = path.join(CACHE, name)
    if (name.startsWith('bundle-') && (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < oldest_ms) rmSync(folder, { recursive: true, force: true })
  }
}

/** Empty: it is not there, or not for who asks, as what an administrator's command made. */
function stampOf(file) {
  try {
    const { mtimeMs, size } = statSync(path.join(ROOT, file))
    return `${mtimeMs} ${size}`
  } catch {
    return ''
  }
}

const addressOf = file => pathToFileURL(path.join(ROOT, file)).href
