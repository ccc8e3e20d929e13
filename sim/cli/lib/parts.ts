import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Failure, usage } from './failure.ts'
import type { Terminal } from './terminal.ts'

const LAUNCHER = fileURLToPath(new URL('../bin/spine.js', import.meta.url))

/** A share of the work: this command once more, as a process of its own that sends what it finds. */
export interface Part {
  readonly index: number
  readonly count: number
}

/**
 * Runs `words` of this command line, the command's name first, in `count` processes, each with its `--part`. Resolves when
 * all have ended, or the user stopped them.
 */
export async function runParts<Message>(
  count: number, words: readonly string[], terminal: Terminal, each: (message: Message) => void,
): Promise<void> {
  const { stop } = terminal
  if (stop.aborted) return
  await Promise.all(Array.from({ length: count }, (_, index) => new Promise<void>((resolve, reject) => {
    const child = fork(LAUNCHER, [...words, '--part', `${index}/${count}`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced',
    })
    const end = (): void => { child.kill() }
    stop.addEventListener('abort', end)
    child.on('message', message => each(message as Message))
    child.on('error', reject)
    child.on('close', (code) => {
      stop.removeEventListener('abort', end)
      if (code === 0 || stop.aborted) resolve()
      else reject(new Failure(`a part of the work ended with exit code ${code}`))
    })
  })))
}

/** `0/2`. */
export function parsePart(text: string): Part {
  const [index, count] = text.split('/').map(Number)
  if (index === undefined || count === undefined || !(index >= 0 && index < count)) throw usage(`"${text}" is no part: write it like 0/2`)
  return { index, count }
}

/** Sends what this part found; waits until it is on its way. */
export function sendUp(message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) throw new Failure('--part is for processes that spine begins itself')
    process.send(message, (error: Error | null) => error === null ? resolve() : reject(error))
  })
}
