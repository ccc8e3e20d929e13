import { spawn, spawnSync } from 'node:child_process'

/** A Python that has python-can, or why there is none. With CI=true there has to be one. */
export function findPythonCan(): { python: string } | { missing: string } {
  for (const python of ['python3', '/usr/bin/python3']) {
    if (spawnSync(python, ['-c', 'import can, serial'], { timeout: 20_000 }).status === 0) return { python }
  }
  if (process.env.CI === 'true') throw new Error('python-can is needed with CI=true: apt-get install python3-can python3-serial')
  return { missing: 'python-can is not installed (apt-get install python3-can python3-serial)' }
}

/** Runs a program and answers what it printed; rejects with what it complained about. */
export function runPython(python: string, program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => { out += String(chunk) })
    child.stderr.on('data', (chunk) => { err += String(chunk) })
    child.on('error', reject)
    child.on('close', code => code === 0 ? resolve(out) : reject(new Error(`python ended with ${code}: ${err}`)))
  })
}
