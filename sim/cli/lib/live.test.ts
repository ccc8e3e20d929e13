import { NEVER, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { FakeClock, fakeTerminal } from '../testing/fake-terminal.ts'
import { type KeyOutcome, Live, type LiveOptions, type View } from './live.ts'
import type { Key } from './terminal.ts'

const EVERY = { picture: 10, line: 20, json: 40 }

/** A view of how often it was looked at, at which time. */
function view(clock: FakeClock, more: Partial<View<string>> = {}): View<string> {
  let reads = 0
  return {
    read: () => `${++reads} at ${clock.now()}`,
    picture: state => [`picture ${state}`],
    line: state => `line ${state}`,
    json: state => ({ state }),
    every_ms: EVERY,
    ...more,
  }
}

function stage(options: LiveOptions = {}, isTTY = false): { clock: FakeClock, terminal: ReturnType<typeof fakeTerminal>, live: Live } {
  const clock = new FakeClock()
  const terminal = fakeTerminal({ scheduler: clock, isTTY })
  return { clock, terminal, live: new Live(terminal, options) }
}

describe('what a command shows while it runs', () => {
  it('is a line an interval off a screen, and one at the end of --for', async () => {
    const { clock, terminal, live } = stage({ for: 60 })
    const shown = live.show(view(clock))
    await clock.pass(60)
    await shown
    expect(terminal.out).toBe('line 1 at 20\nline 2 at 40\nline 3 at 60\n')
  })

  it('is an object an interval for programs, on a screen too', async () => {
    const { clock, terminal, live } = stage({ for: 50, json: true }, true)
    const shown = live.show(view(clock))
    await clock.pass(50)
    await shown
    expect(terminal.out).toBe('{"state":"1 at 40"}\n{"state":"2 at 50"}\n')
  })

  it('is a picture on a screen, at the interval that was asked for', async () => {
    const { clock, terminal, live } = stage({ interval: 15 }, true)
    const shown = live.show(view(clock))
    await clock.pass(15)
    expect(terminal.out).toBe('picture 1 at 15\n')
    await clock.pass(15)
    expect(terminal.out).toBe('picture 2 at 30\n')
    terminal.interrupt()
    await shown
  })

  it('takes keys on a screen: another picture at once, nothing, the end', async () => {
    const clock = new FakeClock()
    const keys$ = new Subject<Key>()
    const terminal = fakeTerminal({ scheduler: clock, isTTY: true, keys$ })
    const press = ({ name }: Key): KeyOutcome => name === 'q' ? 'end' : name === 's' ? 'changed' : 'nothing'
    const shown = new Live(terminal, {}).show(view(clock, { press }))
    await clock.pass(3)
    keys$.next({ name: 'x', text: 'x' })
    await clock.pass(1)
    expect(terminal.out).toBe('')
    keys$.next({ name: 's', text: 's' })
    await clock.pass(1)
    expect(terminal.out).toBe('picture 1 at 4\n')
    keys$.next({ name: 'q', text: 'q' })
    await shown
    expect(terminal.out).toBe('picture 2 at 5\n')
    expect(keys$.observed).toBe(false)
  })

  it('is shown once more at Ctrl-C, and when one of its ends comes', async () => {
    for (const end of ['key', 'end'] as const) {
      const { clock, terminal, live } = stage()
      const over = new Subject<void>()
      const shown = live.show(view(clock), NEVER, over)
      await clock.pass(5)
      if (end === 'key') terminal.interrupt()
      else over.next()
      await shown
      expect(terminal.out, end).toBe('line 1 at 5\n')
    }
  })

  it('fails with the error of one of its ends', async () => {
    const { clock, live } = stage()
    await expect(live.show(view(clock), throwError(() => new Error('the bus burnt down')))).rejects.toThrow('the bus burnt down')
  })

  it('waits for a slow reader, and goes on with how things are then', async () => {
    const { clock, terminal } = stage()
    let drain = (): void => undefined
    const slow = { ...terminal, drained: () => new Promise<void>((resolve) => { drain = resolve }) }
    const shown = new Live(slow, { for: 100 }).show(view(clock))
    await clock.pass(60)
    expect(terminal.out).toBe('line 1 at 20\n')
    drain()
    await clock.pass(25)
    expect(terminal.out).toBe('line 1 at 20\nline 2 at 80\n')
    drain()
    await clock.pass(100)
    drain()
    await shown
  })

  it('has its notes on standard error; a picture holds the last of them, and all follow when it is closed', async () => {
    const { clock, terminal, live } = stage({}, true)
    live.note('before')
    expect(terminal.err).toBe('before\n')
    const shown = live.show(view(clock))
    await clock.pass(1)
    for (const note of ['a', 'b', 'c', 'd']) live.note(note)
    await clock.pass(9)
    expect(terminal.out).toBe('picture 1 at 10\nb\nc\nd\n')
    terminal.interrupt()
    await shown
    expect(terminal.out).toBe('picture 2 at 10\n')
    expect(terminal.err).toBe('before\na\nb\nc\nd\n')
    live.note('after')
    expect(terminal.err).toMatch(/d\nafter\n$/)
  })

  it('keeps no more notes than fit, and counts the others', async () => {
    const { clock, terminal, live } = stage({}, true)
    const shown = live.show(view(clock))
    await clock.pass(1)
    for (let n = 0; n < 1000; n++) live.note(`note ${n}`)
    terminal.interrupt()
    await shown
    expect(terminal.err).toMatch(/^… 900 lines before these\nnote 900\n/)
    expect(terminal.err.trimEnd().split('\n')).toHaveLength(101)
  })

  it('is progress on standard error where a summary follows', async () => {
    for (const json of [false, true]) {
      const { clock, terminal, live } = stage({ for: 100, json })
      const { read, picture, line, every_ms } = view(clock)
      const shown = live.show({ read, picture, line, every_ms, progress: true })
      await clock.pass(100)
      await shown
      expect(terminal.out).toBe('')
      expect(terminal.err.trimEnd().split('\n')).toHaveLength(json ? 2 : 4)
    }
  })

  it('lasts for years when it is told so', async () => {
    const { clock, terminal, live } = stage({ for: 1e12, interval: 1e11 })
    const shown = live.show(view(clock))
    await clock.pass(100)
    expect(terminal.out).toBe('')
    terminal.interrupt()
    await shown
    expect(terminal.out).toBe('line 1 at 100\n')
  })
})
