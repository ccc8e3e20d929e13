import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { benchCar } from '../testing/bench-car.ts'
import { LAUNCHER } from '../testing/spine-process.ts'

const missing = spawnSync('script', ['--version']).error !== undefined

describe.skipIf(missing)('spine monitor in a terminal of 80×24', () => {
  it.each([['q', 'q'], ['Ctrl-C', '\u0003']])('takes keys, ends with %s, and leaves the terminal as it was', async (_, last) => {
    const car = await benchCar()
    const command = `stty cols 80 rows 24; "${process.execPath}" "${LAUNCHER}" monitor ${car.uri}; echo "ended with $?"; stty -a`
    const child = spawn('script', ['-qfc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let out = ''
    const ended = new Promise(resolve => child.on('close', resolve))
    child.stdout.on('data', (chunk) => { out += String(chunk) })
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(stripVTControlCharacters(out))) {
        if (child.exitCode !== null) expect.fail(`ended without ${String(pattern)}:\n${out}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    }
    await shows(/s by place {2}\/ filter/)
    child.stdin.write('s')
    await shows(/s by drawn/)
    child.stdin.write('/dash\r')
    await shows(/\/ filter "dash"/)
    child.stdin.write('pbus load\r')
    await shows(/bus load_pct {2}[\d.]+, from /)
    child.stdin.write(last)
    await shows(/ended with 0/)
    await ended
    await car.close()
    expect(out.split('ended with 0')[1]).toMatch(/\sisig\s+icanon\s+iexten\s+echo\s/)
  }, 60_000)
})

if (missing) it.skip('spine monitor in a terminal: there is no script(1) here', () => undefined)
