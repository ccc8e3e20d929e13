/** `npm run engine:xs`: fetches the XS engine's C sources, as `@agoric/xsnap` packs them, and builds its worker into a cache, once. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { XS_VERSION, xsWorkerPath } from './place.ts'

const PACKAGE = `@agoric/xsnap@${XS_VERSION}`

function bring(place: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'spine-xs-'))
  try {
    execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
    execFileSync('sh', ['-c', 'tar -xzf *.tgz'], { cwd: folder })
    const root = join(folder, 'package')
    const native = join(root, 'xsnap-native/xsnap')
    rmSync(join(native, 'build'), { recursive: true, force: true })
    const platform = process.platform === 'darwin' ? 'mac' : 'lin'
    execFileSync('make', ['-f', 'xsnap-worker.mk', 'GOAL=release', `MODDABLE=${join(root, 'moddable')}`, `XSNAP_VERSION=${XS_VERSION}`, 'build'], {
      cwd: join(native, 'makefiles', platform), stdio: ['ignore', 'ignore', 'inherit'],
    })
    mkdirSync(dirname(place), { recursive: true })
    cpSync(join(native, 'build/bin', platform, 'release/xsnap-worker'), `${place}.new`)
    renameSync(`${place}.new`, place)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const place = xsWorkerPath()
if (!existsSync(place)) bring(place)
process.stdout.write(`${place}\n`)
