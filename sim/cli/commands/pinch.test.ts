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

describe('spine pinch --random', () => {
  const pinch = async (...words: string[]): Promise<{ code: number, out: string, err: string }> => {
    const terminal = fakeTerminal()
    const code = await run(['pinch', ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  it('tells forces, closings, what the hardest share, and the command that replays each: that gives the same force', async () => {
    const { out } = await pinch('--random', '16', '--seed', '7', '--closings', '--second-line', '--jobs', '1')
    expect(out).toMatch(/rods of the law +\d+/)
    expect(out).toMatch(/road of 2 m\/s² +4 /)
    const [, peak_N, seed, number] = /([\d.]+) N: npx spine pinch --second-line --case (\d+):(\d+)/.exec(out)!
    const again = await pinch('--second-line', '--case', `${seed}:${number}`)
    expect(again.out).toContain(`${peak_N} N at most`)
    expect(again.code).toBe(0)
  })

  it('fails when the limit is exceeded, and not when an oracle keeps it', async () => {
    expect((await pinch('--random', '20', '--second-line', '--jobs', '1', '--json')).code).toBe(1)
    const { code, out } = await pinch('--random', '20', '--oracle', '40', '--jobs', '1', '--json')
    expect(JSON.parse(out)).toMatchObject({ detection: 40, cases: 20, failures: [], law: { atLimit: 0 } })
    expect(code).toBe(0)
  })

  it('keeps what was found when it gets Ctrl-C', async () => {
    const { err, out } = await interrupted('--random', '1000000', '--jobs', '1', '--json')
    const tried = Number(/^stopped after (\d+) of 1000000: what follows is of those$/m.exec(err)?.[1])
    expect(JSON.parse(out)).toMatchObject({ asked: 1_000_000, cases: tried })
  })

  it('hunts for as long as it is told, and prints what it found as a case', async () => {
    const { out } = await pinch('--hunt', '300ms', '--second-line', '--jobs', '1')
    const text = /--case '([^']+)'/.exec(out)![1]!
    expect((await pinch('--second-line', '--case', text)).out).toContain(`${/hardest ([\d.]+) N/.exec(out)![1]} N at most`)
  })

  it('holds what it draws to a part of the space, and so does a replay', async () => {
    const { out } = await pinch('--random', '6', '--seed', '7', '--hold', 'rod=3,late_mm=9..13', '--second-line', '--jobs', '1')
    const [, peak_N, held, number] = /([\d.]+) N: npx spine pinch --second-line --hold (\S+) --case 7:(\d+)/.exec(out)!
    const again = await pinch('--second-line', '--json', '--hold', held!, '--case', `7:${number}`)
    const { values, result } = JSON.parse(again.out) as { values: { rod: number, late_mm: number }, result: { peak_N: number } }
    expect(result.peak_N.toFixed(1)).toBe(peak_N)
    expect(values.rod).toBe(3)
    expect(values.late_mm).toBeGreaterThanOrEqual(9)
    const hunted = await pinch('--hunt', '300ms', '--hold', 'late_mm=9..13,rod=1..2', '--jobs', '1', '--json')
    const prey = (JSON.parse(hunted.out) as { values: { rod: number, late_mm: number } }).values
    expect(prey.late_mm).toBeGreaterThanOrEqual(9)
    expect([1, 2]).toContain(prey.rod)
  })

  it.each([
    [['--case', '7:1,nothing=3'], '"nothing=3" is no parameter'],
    [['--case', 'supply_V=17'], 'supply_V 17 V is not in 9…16 V'],
    [['--case', 'supply_V'], 'write it like supply_V=13.5'],
    [['--random', '5', '--hunt', '1s'], 'are different ways'],
    [['--random', '5', '--learning', '--oracle', '40'], 'are different detections'],
    [['--random', '5', '--second-line', '--oracle', '40'], 'are different detections'],
    [['--hunt', '1s', '--hold', 'road_m_s2=1..3'], 'road_m_s2 1..3 m/s² rms is not in 0…2 m/s² rms'],
    [['--hunt', '1s', '--hold', 'late=1'], '"late=1" is no parameter: there are'],
    [['--hold', 'age=1'], 'are for --random, --hunt'],
    [['--second-line'], 'are for --random, --hunt and --case'],
    [['--closings'], '--closings needs a number'],
    [['--part', '2/2'], 'is no part'],
  ])('refuses %j', async (words, problem) => {
    const { code, err } = await pinch(...words)
    expect(err).toContain(problem)
    expect(code).toBe(2)
  })
})
