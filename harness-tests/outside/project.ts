import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** What a strict project elsewhere asks of the packages that it uses. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022', lib: ['ES2023'], module: 'NodeNext', moduleResolution: 'NodeNext', strict: true,
    noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, skipLibCheck: false, noEmit: true,
    types: [],
  },
  include: ['**/*.ts'],
}

/** How a program ended, and what it said. */
export interface Ended { readonly code: number | null, readonly text: string }

/**
 * A project of a stranger in a folder of its own that has installed the packed package. It needs no network: what the
 * package depends on, and the stranger's compiler and test runner, are links to those of the checkout.
 */
export class OutsideProject {
  /** The checkout's folder, of which nothing may be left in the package. */
  readonly checkout = CHECKOUT
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'spine-outside-')))
  /** Paths in the package. */
  packed: readonly string[] = []

  /** Packs the checkout and installs the tarball. */
  async install(): Promise<void> {
    const pack = await run(CHECKOUT, 'npm', 'pack', '--json', '--loglevel=error', '--pack-destination', this.folder)
    if (pack.code !== 0) throw new Error(`npm pack ended with ${pack.code}:\n${pack.text}`)
    const [{ filename, files }] = JSON.parse(pack.text.slice(pack.text.indexOf('[\n'))) as [{ filename: string, files: { path: string }[] }]
    this.packed = files.map(file => file.path)
    const manifest = JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>
    this.write('package.json', JSON.stringify({
      name: 'outside', private: true, type: 'module', devDependencies: linked(['vitest', 'typescript']),
      overrides: linked(Object.keys({ ...manifest['dependencies'], ...manifest['optionalDependencies'] })),
    }))
    this.write('tsconfig.json', JSON.stringify(TSCONFIG))
    const install = await this.run('npm', 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', path.join(this.folder, filename))
    if (install.code !== 0) throw new Error(`npm install ended with ${install.code}:\n${install.text}`)
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true })
    writeFileSync(path.join(this.folder, file), text)
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8')
  }

  run(program: string, ...args: string[]): Promise<Ended> {
    return run(this.folder, program, ...args)
  }

  /** A shell line, as a page of documentation shows it. */
  shell(line: string): Promise<Ended> {
    return run(this.folder, 'sh', '-c', line)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function linked(packages: readonly string[]): Record<string, string> {
  return Object.fromEntries(packages.map(name => [name, `file:${path.join(CHECKOUT, 'node_modules', name)}`]))
}

/** Runs a program as somebody's shell would: without what npm and vitest tell the programs that they start. */
function run(folder: string, program: string, ...args: string[]): Promise<Ended> {
  const ours = /^(npm_|VITEST|SPINE_|NODE_|TEST|FORCE_COLOR$|INIT_CWD$)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
  const child = spawn(program, args, { cwd: folder, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', chunk => text += String(chunk))
  child.stderr.on('data', chunk => text += String(chunk))
  return new Promise((resolve, reject) => child.on('error', reject).on('close', code => resolve({ code, text })))
}
