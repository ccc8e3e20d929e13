import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Archive } from './archive.ts'
import { buildImage, PROJECT } from './image.ts'
import { REPORT_MARK, type Report } from './guest/report.ts'

/** What the package socketcan needs beside itself. */
const PACKAGES = ['xml2js', 'sax', 'xmlbuilder']
const CONSOLE_LINES_KEPT = 60
/** A guest that says nothing for so long hangs: a case of it ends after 300 s. */
const SILENCE_ms = 330_000
/**
 * The emulated processor counts instructions instead of time, so that what runs beside it on this machine changes
 * nothing: 2 ns each.
 */
const BY_INSTRUCTIONS = ['-icount', 'shift=1,sleep=off', '-smp', '1']

/** A running guest. */
export interface Guest {
  /** Resolves when it powered itself off, or was ended. */
  readonly ended: Promise<void>
  /** What it last said on its console, for people. */
  readonly console: () => string
  end(): void
}

export interface GuestOptions {
  /** A regular expression without blanks, where only some cases shall run. */
  readonly cases?: string
  /** One processor whose clock is the instructions it runs: for measuring, slower. */
  readonly byInstructions?: boolean
}

/**
 * Boots the guest with two emulated CAN cards on one bus, and runs `program` (a TypeScript file of this project) in it.
 * `onReport` is called for each line of its report as it comes.
 */
export async function bootGuest(program: string, onReport: (report: Report) => void, options: GuestOptions = {}): Promise<Guest> {
  const { cases = '', byInstructions = false } = options
  const image = buildImage()
  const folder = mkdtempSync(join(tmpdir(), 'spine-guest-'))
  const initrd = join(folder, 'initrd')
  writeFileSync(initrd, Buffer.concat([readFileSync(image.base), await archiveOf(program)]))
  const qemu = spawn('qemu-system-x86_64', [
    // Software emulation: it works everywhere, also where the machine is itself a guest.
    '-accel', 'tcg', '-cpu', 'max', ...byInstructions ? BY_INSTRUCTIONS : ['-smp', '2'], '-m', '1024', '-nographic', '-no-reboot', '-nic', 'none',
    '-kernel', image.kernel, '-initrd', initrd, '-append', `console=ttyS0 quiet panic=-1${cases === '' ? '' : ` CASES=${cases}`}`,
    '-object', 'can-bus,id=bus', '-device', 'kvaser_pci,canbus=bus', '-device', 'kvaser_pci,canbus=bus',
  ], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const keep = (line: string): void => {
    lines.push(line)
    if (lines.length > CONSOLE_LINES_KEPT) lines.shift()
  }
  createInterface(qemu.stderr).on('line', keep)
  createInterface(qemu.stdout).on('line', (line) => {
    // It runs, so QEMU has read its files. Whoever is killed from here on leaves nothing behind.
    rmSync(folder, { recursive: true, force: true })
    const mark = line.indexOf(REPORT_MARK)
    if (mark < 0) return keep(line)
    silence.refresh()
    onReport(JSON.parse(line.slice(mark + REPORT_MARK.length)) as Report)
  })
  const end = (): void => void qemu.kill('SIGKILL')
  const silence = setTimeout(() => {
    keep(`the guest said nothing for ${SILENCE_ms / 1000} s and was ended`)
    end()
  }, SILENCE_ms)
  process.once('exit', end)
  const ended = new Promise<void>((resolve) => {
    qemu.once('error', (error) => {
      keep(String(error))
      resolve()
    })
    qemu.once('close', () => resolve())
  }).finally(() => {
    clearTimeout(silence)
    process.removeListener('exit', end)
    rmSync(folder, { recursive: true, force: true })
  })
  return { ended, console: () => lines.join('\n'), end }
}

/** The program and the command line `spine`, bundled, and the native package it loads. */
async function archiveOf(program: string): Promise<Buffer> {
  const bundle = await build({
    entryPoints: { run: program, spine: join(PROJECT, 'sim/cli/main.ts') },
    bundle: true,
    // So that what is imported only when named stays out of the way.
    splitting: true,
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['socketcan', 'usb', '@serialport/*'],
    banner: { js: 'import { createRequire as requireBeside } from "node:module"; const require = requireBeside(import.meta.url);' },
    absWorkingDir: PROJECT,
    logLevel: 'silent',
  })
  const archive = new Archive()
  for (const { path, contents } of bundle.outputFiles) archive.file(join('spine', basename(path)), contents)
  const modules = join(PROJECT, 'node_modules')
  archive.copyFolder(join(modules, 'socketcan'), 'spine/node_modules/socketcan', path => /^(dist\/.*\.js|build\/Release\/[^/]*\.node|package\.json)$/.test(path))
  for (const name of PACKAGES) archive.copyFolder(join(modules, name), `spine/node_modules/${name}`, path => /\.js(on)?$/.test(path))
  return archive.finish()
}
