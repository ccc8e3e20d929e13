import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Whether pty pairs can be made here. With CI=true they have to be. */
export function socatMissing(): string | undefined {
  if (spawnSync('socat', ['-V']).status === 0) return undefined
  if (process.env.CI === 'true') throw new Error('socat is needed with CI=true: apt-get install socat')
  return 'socat is not installed (apt-get install socat)'
}

/** Two ttys joined as by a null modem cable. */
export interface PtyPair {
  readonly paths: readonly [string, string]
  /** Pulls both plugs. */
  unplug(): Promise<void>
}

/** With `links`, the ttys can be opened by these names too, which stay the same when they are plugged in again. */
export async function makePtyPair(links?: readonly [string, string]): Promise<PtyPair> {
  const ends = [0, 1].map(end => `pty,raw,echo=0${links === undefined ? '' : `,link=${links[end]}`}`)
  const socat: ChildProcess = spawn('socat', ['-d', '-d', ...ends], { stdio: ['ignore', 'ignore', 'pipe'] })
  const paths: string[] = []
  let text = ''
  for await (const chunk of socat.stderr!) {
    text += String(chunk)
    paths.splice(0, paths.length, ...[...text.matchAll(/PTY is (\S+)/g)].map(match => match[1]!))
    if (paths.length === 2 && text.includes('starting data transfer loop')) break
  }
  return {
    paths: [paths[0]!, paths[1]!],
    async unplug() {
      if (socat.exitCode !== null || socat.signalCode !== null) return
      socat.kill('SIGKILL')
      await once(socat, 'exit')
    },
  }
}
