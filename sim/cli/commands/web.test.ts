import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CARS } from '#sim/car/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

async function spine(...words: string[]): Promise<{ code: number, out: string, err: string }> {
  const terminal = fakeTerminal()
  const code = await run(words, terminal)
  return { code, out: terminal.out, err: terminal.err }
}

describe('spine web', () => {
  let folder: string
  const at = (name: string): string => path.join(folder, name)
  beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'spine-web-')) })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('--out writes the page with the car of --car in it', async () => {
    writeFileSync(at('mine.json'), JSON.stringify({ ...CARS['kit']!, name: 'mine' }))
    expect((await spine('web', '--car', at('mine.json'), '--out', at('page'))).code).toBe(0)
    const inIt = /<script type="application\/json" data-car>(.*)<\/script>/.exec(readFileSync(at('page/index.html'), 'utf8'))![1]!
    expect(JSON.parse(inIt)).toEqual({ ...CARS['kit']!, name: 'mine' })
  })

  it.each([
    { words: ['--car', 'sedam'], says: 'there is no car "sedam", and no such file; did you mean sedan?' },
    { words: ['--car', 'van', '--dbc', 'x.dbc'], says: '--dbc is for a link or a log' },
    { words: ['README.md'], says: 'README.md is no candump log: none of its lines is a frame' },
    { words: ['--out', 'page', 'drive.log'], says: '--out has the virtual car in it, and no "drive.log"' },
  ])('$words: refused in one line', async ({ words, says }) => {
    const { code, err } = await spine('web', ...words)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) as string })
  })
})
