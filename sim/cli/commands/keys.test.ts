import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, imageVersion, packImage } from '#protocol/index.ts'
import { CarProcess, type Said } from '../testing/car-process.ts'

const LIMIT_ms = 120_000
const FRONT = ['DASH', 'TRUNK', 'FL', 'FR'] as const

/** A car gets its keys, is used by who has them and by who has not, gets others, and loses them; each step builds on the one before. */
describe('spine keys, from the first key to the last', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'spine-keys-'))
  const file = (name: string): string => path.join(folder, name)
  let car: CarProcess

  beforeAll(async () => {
    car = await CarProcess.start()
  }, LIMIT_ms)
  afterAll(async () => {
    await car.stop()
    rmSync(folder, { recursive: true })
  })

  const spine = (command: string, ...words: string[]): Promise<Said> => car.spine(command, ...words)
  const stopOf = (hub: string, ...words: string[]): Promise<Said> => spine('send', `WindowCommand@${hub}`, 'action=stop', ...words)
  const stop = (...words: string[]): Promise<Said> => stopOf('FL', ...words)
  /** Hubs that were given keys, or lost them, boot and claim their addresses: until one obeys as it does then, and no longer as before. */
  const restarted = (hub: string, obeyed: readonly string[], refused?: readonly string[]): Promise<void> => expect.poll(
    async () => [(await stopOf(hub, ...obeyed)).code, refused === undefined ? 1 : (await stopOf(hub, ...refused)).code],
    { timeout: LIMIT_ms / 2 },
  ).toEqual([0, 1])
  const holds = async (hub: string): Promise<boolean> => {
    const { out } = await spine('diag', 'did', hub, 'keys', '--json')
    return (JSON.parse(out) as { keys: { keyed: number | string }[] }).keys[0]!.keyed.toString() !== '0'
  }

  it('makes keys that only their owner can read, and never over others', async () => {
    expect((await spine('keys', 'create', file('car.keys'))).code).toBe(0)
    expect((await spine('keys', 'create', file('new.keys'))).code).toBe(0)
    expect(statSync(file('car.keys')).mode & 0o777).toBe(0o600)
    const before = readFileSync(file('car.keys'), 'utf8')
    const again = await spine('keys', 'create', file('car.keys'))
    expect([again.code, readFileSync(file('car.keys'), 'utf8')]).toEqual([1, before])
    expect(again.err).toContain('car.keys exists already, and is not overwritten: name a new file')
  })

  it.each([
    ['nothing', undefined, 'it does not exist'],
    ['no JSON', 'keys\n', 'it is not JSON'],
    ['half of a key', '{"tool": "00ff"}', 'tool'],
    ['a role that there is not', '{"thief": "000102030405060708090a0b0c0d0e0f"}', 'thief'],
  ])('refuses a file with %s in it, with a line that says so, and sends nothing', async (_what, content, says) => {
    const name = file('bad.keys')
    if (content !== undefined) writeFileSync(name, content)
    for (const words of [['keys', 'give', name], ['send', 'WindowCommand@FL', 'action=stop', '--keys', name], ['diag', 'list', '--keys', name]]) {
      const { code, err } = await spine(words[0]!, ...words.slice(1))
      expect([code > 0, err.trimEnd().split('\n').length], err).toEqual([true, 1])
      expect(err).toContain(says)
    }
  }, LIMIT_ms)

  it('gives them hub by hub: a car in which some have keys is one whose others obey as before', async () => {
    // Whoever was interrupted has come as far as this.
    for (const hub of FRONT) expect((await spine('keys', 'give', file('car.keys'), hub)).out).toContain(`given: ${hub}`)
    await restarted('FL', ['--keys', file('car.keys')], [])
    expect([await holds('FL'), await holds('RL')]).toEqual([true, false])
    expect((await stopOf('RL')).out).toContain('accepted')
    expect((await stop('--keys', file('car.keys'))).out).toContain('accepted')
    expect((await stop()).code).toBe(1)
    // And goes on with those that have none yet.
    expect((await spine('keys', 'give', file('car.keys'), 'RL', 'RR', 'HOOD', 'STEREO')).code).toBe(0)
    await restarted('RL', ['--keys', file('car.keys')], [])
    expect((await stopOf('RL')).code).toBe(1)
    expect((await stopOf('RL', '--keys', file('car.keys'))).out).toContain('accepted')
  }, LIMIT_ms)

  it('obeys who has them and nobody else; who asks without is told what is missing', async () => {
    expect((await stop('--keys', file('new.keys'))).code).toBe(1)
    expect((await spine('keys', 'pair', 'RR', '--keys', file('new.keys'))).err).toContain('these are not the keys of this hub')
    const tool = (JSON.parse(readFileSync(file('car.keys'), 'utf8')) as { tool: string }).tool
    writeFileSync(file('tool.keys'), JSON.stringify({ tool }))
    expect((await stop('--keys', file('tool.keys'))).out).toContain('accepted')
    for (const words of [['reset', 'FL'], ['clear', 'FL'], ['did', 'FL', 'workshop=W1']]) {
      const refused = await spine('diag', ...words)
      expect([refused.code, refused.err.toLowerCase()]).toEqual([1, expect.stringContaining('keys')])
    }
    writeFileSync(file('image.bin'), '')
    const workshop = (JSON.parse(readFileSync(file('car.keys'), 'utf8')) as { workshop: string }).workshop
    writeFileSync(file('workshop.keys'), JSON.stringify({ workshop }))
    for (const [role, ...words] of [
      ['workshop', 'diag', 'clear', 'FL'], ['workshop', 'keys', 'pair', 'FL'], ['workshop', 'update', 'FL', file('image.bin')],
      ['tool', 'send', 'WindowCommand@FL', 'action=stop'], ['hub', 'keys', 'give', file('tool.keys'), 'RL'],
    ] as const) {
      const { code, err } = await spine(words[0], ...words.slice(1), '--keys', file(role === 'workshop' ? 'tool.keys' : 'workshop.keys'))
      expect([code, err], `${words.join(' ')}: a line, and no stack`).toEqual([1, expect.stringMatching(`^spine ${words[0]}: [^\n]*the key of role ${role} [^\n]*\n$`)])
    }
    expect((await spine('diag', 'clear', 'FL', '--keys', file('car.keys'))).out).toContain('cleared: FL')
    expect((await spine('keys', 'pair', 'FL')).code).toBe(1)
    expect((await spine('keys', 'pair', 'FL', '--keys', file('car.keys'))).out).toBe('paired: FL\n')
    expect((await spine('keys', 'unpair', 'FL', '--keys', file('car.keys'))).out).toBe('unpaired: FL\n')
  }, LIMIT_ms)

  it('gets others, and gives all of them up again', async () => {
    expect((await spine('keys', 'give', file('new.keys'))).code, 'over keys, without them').toBe(1)
    expect((await spine('keys', 'give', file('new.keys'), '--keys', file('car.keys'))).code).toBe(0)
    await restarted('FL', ['--keys', file('new.keys')], ['--keys', file('car.keys')])
    expect((await stop('--keys', file('car.keys'))).code).toBe(1)
    expect((await stop('--keys', file('new.keys'))).out).toContain('accepted')
    const revoked = await spine('keys', 'revoke', '--keys', file('new.keys'), '--json')
    expect((JSON.parse(revoked.out) as { revoked: string[] }).revoked).toHaveLength(8)
    await restarted('FL', [])
    expect((await stop()).out).toContain('accepted')
  }, LIMIT_ms)

  it('is refused where a hub has none, and told what to do', async () => {
    writeFileSync(file('door.bin'), packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 0, 0), new Uint8Array(9)))
    const pair = ['keys', 'pair', 'FL']
    for (const [words, advice] of [
      [['update', 'FL', file('door.bin')], 'it has no keys: leave --keys out, or give it these first with npx spine keys give FILE'],
      [pair, 'it has no keys'], [pair, 'too many wrong keys: wait ten seconds'],
    ] as const) {
      const { code, err } = await spine(words[0], ...words.slice(1), '--keys', file('car.keys'))
      expect([code, err]).toEqual([1, expect.stringContaining(`: ${advice}`)])
    }
  }, LIMIT_ms)
})
