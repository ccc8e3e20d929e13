import { describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

async function interrupted(...words: string[]): Promise<{ code: number, out: string, err: string }> {
  const terminal = fakeTerminal()
  terminal.interrupt()
  const code = await run(['pinch', ...words], terminal)
  return { code, out: terminal.out, err: terminal.err }
}

describe('spine pinch that gets Ctrl-C', () => {
  it('tells what the rods so far did, and has not failed', async () => {
    const { code, out, err } = await interrupted('--json')
    const tried = Number(/^stopped after (\d+) of \d+: what follows is of those\n$/.exec(err)?.[1])
    expect(tried).toBeGreaterThan(0)
    expect(JSON.parse(out)).toMatchObject({ whole: false, met: true, failures: [], total: { cases: tried } })
    expect(code).toBe(0)
  }, 60_000)

  it('counts only the closings that were made', async () => {
    const { code, out, err } = await interrupted('--closings', '1000000')
    const made = /^stopped after (\d+) of 1000000/.exec(err)?.[1]
    expect(out).toContain(`${made} closings without an obstacle: ${made} closed, 0 reversed`)
    expect(out).not.toContain('NaN')
    expect(code).toBe(0)
  }, 60_000)
})

it('spine pinch says that a plot cannot be written before it begins', async () => {
  const terminal = fakeTerminal()
  expect(await run(['pinch', '--svg', '/nowhere/at/all.svg'], terminal)).toBe(1)
  expect(terminal.err).toBe('spine pinch: cannot write /nowhere/at/all.svg: its folder does not exist\n')
})

it('spine pinch plots no closings, and says so', async () => {
  const terminal = fakeTerminal()
  expect(await run(['pinch', '--closings', '1', '--svg', 'pinch.svg'], terminal)).toBe(2)
  expect(terminal.err).toContain('--svg plots rods')
})
