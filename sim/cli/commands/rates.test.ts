import { describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

describe('spine rates', () => {
  it('prints a line a message and location, the load and what links carry it', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates'], terminal)).toBe(0)
    expect(terminal.out).toMatch(/^WindowCommand@RR +4 +120 /m)
    expect(terminal.out).toMatch(/^Bus at 500 kbit\/s, worst stuffing: idle [\d.]+ %/m)
    expect(terminal.out).toMatch(/^What the core requires: [\d,]+ frames\/s at peak/m)
    expect(terminal.out).toMatch(/^slcan\+timestamp +[\d,]+ +1,183,207 /m)
    expect(terminal.out).not.toContain('\u001b')
  })

  it('is JSON for programs, with null where there is no bound', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--json', '--bitrate', '125k'], terminal)).toBe(0)
    const result = JSON.parse(terminal.out)
    expect(result.bitrate).toBe(125_000)
    expect(result.rows.some((row: { response_ms: { peak: number | null } }) => row.response_ms.peak === null)).toBe(true)
    expect(result.links[0]).toMatchObject({ encoding: 'slcan' })
  })

  it('takes no jitter that would keep it busy for ever', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--jitter', '1e6'], terminal)).toBe(2)
    expect(terminal.err).toContain('It must be a number from 0 to 100000.')
  })
})
