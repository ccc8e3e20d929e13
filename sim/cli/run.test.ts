import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from './registry.ts'
import { run } from './run.ts'
import { fakeTerminal } from './testing/fake-terminal.ts'

describe('the command line', () => {
  it('lists every command in its help, with exit code 0', async () => {
    const terminal = fakeTerminal()
    expect(await run(['--help'], terminal)).toBe(0)
    for (const { name } of COMMANDS) expect(terminal.out).toMatch(new RegExp(`^  ${name} `, 'm'))
    expect(terminal.err).toBe('')
  })

  it('has a file for each command', () => {
    const files = readdirSync(new URL('./commands', import.meta.url)).filter(file => !file.endsWith('.test.ts')).map(file => file.replace(/\.ts$/, ''))
    expect(COMMANDS.map(({ name }) => name).sort()).toEqual(files.sort())
  })

  it.each(COMMANDS.map(({ name }) => name))('%s --help shows examples that begin with npx spine, and --json', async (name) => {
    const terminal = fakeTerminal()
    expect(await run([name, '--help'], terminal)).toBe(0)
    expect(terminal.out).toContain(`Usage: spine ${name}`)
    expect(terminal.out).toMatch(new RegExp(`Examples:\\n  npx spine ${name}`))
    expect(terminal.out).toMatch(/^  --json +\S/m)
  })

  it('prints its version', async () => {
    const terminal = fakeTerminal()
    expect(await run(['--version'], terminal)).toBe(0)
    expect(terminal.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('shows the help and fails when nothing was typed', async () => {
    const terminal = fakeTerminal()
    expect(await run([], terminal)).toBe(2)
    expect(terminal.out).toContain('Commands:')
  })

  it('suggests a command for one that does not exist', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rats'], terminal)).toBe(2)
    expect(terminal.err).toBe('spine: unknown command \'rats\'\nDid you mean "npx spine rates"?\n')
  })

  it('names an unknown option in one line, and where the help is', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--bitrat', '1'], terminal)).toBe(2)
    expect(terminal.err).toContain('spine rates: unknown option \'--bitrat\': did you mean --bitrate?')
    expect(terminal.err).toContain('See "npx spine rates --help".')
  })

  it('names the option whose value is wrong', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--bitrate', '3'], terminal)).toBe(2)
    expect(terminal.err).toContain('--bitrate')
    expect(terminal.err).toContain('It must be 125k to 1M bit/s')
  })
})
