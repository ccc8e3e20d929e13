import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { Progress } from './progress.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

it('is one line that changes on a screen, and stays when it is over', async () => {
  const terminal = fakeTerminal({ isTTY: true })
  let done = 0
  const progress = await Progress.open(terminal, () => `${done} of 9`)
  progress.show()
  expect(terminal.out).toBe('')
  vi.advanceTimersByTime(200)
  progress.show()
  expect(terminal.out).toBe('0 of 9\n')
  done = 1
  progress.show()
  expect(terminal.out).toBe('0 of 9\n')
  progress.interrupt('something failed')
  expect([terminal.out, terminal.err]).toEqual(['\n', 'something failed\n'])
  done = 9
  progress.close()
  expect([terminal.out, terminal.err]).toEqual(['9 of 9\n', 'something failed\n'])
})

it.each([{}, { plain: true }])('is a line now and then where there is no screen, or it is for something else: %j', async (options) => {
  const terminal = fakeTerminal({ isTTY: options.plain === true })
  const progress = await Progress.open(terminal, () => 'half', { ...options, every_ms: 5000 })
  for (let i = 0; i < 11; i++) {
    vi.advanceTimersByTime(1000)
    progress.show()
  }
  progress.close()
  expect([terminal.out, terminal.err]).toEqual(['', 'half\nhalf\n'])
})
