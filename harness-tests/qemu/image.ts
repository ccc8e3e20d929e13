import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Archive } from './archive.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
export const PROJECT = join(HERE, '..', '..')
/** `npm ci` empties the default; a CI that keeps a folder between its runs names that one. */
const CACHE = process.env['SPINE_GUEST_CACHE'] ?? join(PROJECT, 'node_modules', '.cache', 'spine-guest')

/** Programs of this machine that run the guest or run in it, and the Debian packages that bring them. */
const PROGRAMS = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  ip: 'iproute2',
  candump: 'can-utils',
  cangen: 'can-utils',
  cansend: 'can-utils',
  isotpsend: 'can-utils',
  isotprecv: 'can-utils',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
} as const

const GUEST_PROGRAMS = ['ip', 'candump', 'cangen', 'cansend', 'isotpsend', 'isotprecv'] as const

/** In the order of their dependencies. */
const MODULES = ['can', 'can-raw', 'can-isotp', 'can-dev', 'vcan', 'slcan', 'sja1000', 'kvaser_pci'] as const

/** A download that takes longer will not end. */
const RUN_LONGEST_ms = 300_000

/** What QEMU boots. */
export interface GuestImage {
  readonly kernel: string
  /** Initramfs without what the runs differ in: it is concatenated with the programs of a run. */
  readonly base: string
}

/** Why no guest can run here, and how to change that; empty when one can. */
export function whatIsMissing(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the guest runs on Linux on x86-64 only'
  const packages = new Set(Object.entries(PROGRAMS).filter(([program]) => !findProgram(program)).map(([, name]) => name))
  if (packages.size > 0) return `missing: apt-get install --no-install-recommends ${[...packages].join(' ')}`
  if (!existsSync(socketcanBinding())) return 'the optional package socketcan was not built: npm rebuild socketcan'
  return ''
}

/** Builds the base of the guest from packages of this machine's distribution, or takes it from the cache. */
export function buildImage(): GuestImage {
  const kernel = fetchKernel()
  const binaries = guestBinaries()
  const inputs = [...binaries, busybox(), ...librariesOf(binaries).map(library => realpathSync(library))]
  const hash = createHash('sha256').update(readFileSync(join(HERE, 'archive.ts'))).update(readFileSync(join(HERE, 'image.ts'))).update(kernel)
  for (const input of inputs) hash.update(input).update(`${statSync(input).size} ${statSync(input).mtimeMs}`)
  const base = join(CACHE, `base-${hash.digest('hex').slice(0, 16)}.cpio`)
  if (!existsSync(base)) {
    // Another run may be at it too: each writes its own, and the last one wins.
    const part = `${base}.${process.pid}`
    writeFileSync(part, buildBase(kernel))
    renameSync(part, base)
    forget('base-', basename(base))
  }
  return { kernel: join(kernel, 'vmlinuz'), base }
}

/** Where the programs of `npm ci` have the native part of the package. */
function socketcanBinding(): string {
  return join(PROJECT, 'node_modules', 'socketcan', 'build', 'Release', 'can.node')
}

/** What the guest runs and loads, but for its shell. */
function guestBinaries(): string[] {
  return [process.execPath, ...GUEST_PROGRAMS.map(requireProgram), socketcanBinding()]
}

/** Removes what the cache no longer needs. */
function forget(prefix: string, but: string): void {
  for (const old of readdirSync(CACHE)) {
    if (old.startsWith(prefix) && old !== but) rmSync(join(CACHE, old), { recursive: true, force: true })
  }
}

function buildBase(kernel: string): Buffer {
  const archive = new Archive()
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'root', 'run']) archive.folder(folder)
  archive.characterDevice('dev/console', 5, 1)
  archive.copy(busybox(), 'bin/busybox')
  for (const applet of ['sh', 'mount', 'insmod', 'reboot', 'dmesg', 'cat', 'sleep']) archive.symlink(`bin/${applet}`, 'busybox')
  archive.copy(process.execPath, 'usr/bin/node')
  for (const program of GUEST_PROGRAMS) archive.copy(requireProgram(program), `usr/bin/${program}`)
  for (const library of librariesOf(guestBinaries())) archive.copy(realpathSync(library), library)
  for (const module of MODULES) archive.copy(join(kernel, `${module}.ko`), `lib/modules/${module}.ko`)
  const insert = MODULES.map(module => `insmod /lib/modules/${module}.ko`).join('\n')
  archive.file('init', `#!/bin/sh
export PATH=/usr/bin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
dmesg -n 1
${insert}
# Whatever becomes of the machine around it, the guest ends.
(sleep 1800; reboot -f) &
# One thread of the engine: the guest has two slow processors, and the kernel and the peers want theirs.
cd /spine && node --single-threaded run.mjs
reboot -f
`, 0o755)
  return archive.finish()
}

/** Kernel and modules of the distribution's own package, unpacked and not installed. Answers the folder that holds them. */
function fetchKernel(): string {
  mkdirSync(CACHE, { recursive: true })
  const dependencies = run('apt-cache', ['depends', 'linux-image-amd64'])
  const name = /Depends: (linux-image-[\w.+-]+)/.exec(dependencies)?.[1]
  const kept = readdirSync(CACHE).filter(entry => entry.startsWith('linux-image-'))
  if (name === undefined) {
    if (kept.length > 0) return join(CACHE, kept[0]!)
    throw new Error('apt knows no package linux-image-amd64: apt-get update, then try again')
  }
  if (kept.includes(name)) return join(CACHE, name)
  try {
    unpackKernel(name)
    forget('linux-image-', name)
  } catch (error) {
    // One of last month does as well as today's, where that cannot be had.
    if (kept.length > 0) return join(CACHE, kept[0]!)
    throw error
  }
  return join(CACHE, name)
}

function unpackKernel(name: string): void {
  const work = mkdtempSync(join(CACHE, 'unpack-'))
  try {
    run('apt-get', ['download', '-q', name], work)
    const deb = readdirSync(work).find(entry => entry.endsWith('.deb'))
    if (deb === undefined) throw new Error(`apt-get download ${name} left no package`)
    run('dpkg-deb', ['-x', deb, 'root'], work)
    const files = readdirSync(join(work, 'root'), { recursive: true, encoding: 'utf8' })
    mkdirSync(join(work, 'kept'))
    const keep = (pattern: RegExp, as: string): void => {
      const file = files.find(path => pattern.test(path))
      if (file === undefined) throw new Error(`the package ${name} has no ${as}`)
      renameSync(join(work, 'root', file), join(work, 'kept', as))
    }
    keep(/^boot\/vmlinuz-/, 'vmlinuz')
    for (const module of MODULES) keep(new RegExp(`/${module}\\.ko$`), `${module}.ko`)
    // Another run may have been faster.
    if (!existsSync(join(CACHE, name))) renameSync(join(work, 'kept'), join(CACHE, name))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function librariesOf(binaries: readonly string[]): string[] {
  const libraries = new Set<string>()
  for (const binary of binaries) {
    for (const [, path] of run('ldd', [binary]).matchAll(/(\/\S+)(?= \()/g)) libraries.add(path!)
  }
  return [...libraries].sort()
}

function busybox(): string {
  return requireProgram('busybox')
}

function requireProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`there is no program ${name}`)
  return realpathSync(path)
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map(folder => join(folder, name)).find(path => existsSync(path))
}

/** Throws with what the program said, also when it hangs. */
function run(program: string, args: readonly string[], cwd?: string): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24, timeout: RUN_LONGEST_ms })
}
