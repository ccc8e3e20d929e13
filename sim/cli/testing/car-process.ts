import { HUBS } from '#protocol/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { SpineProcess } from './spine-process.ts'

/** From the first line of the car until its hubs have their addresses: on a busy machine it takes a while. */
const BOOT_ms = 30_000
const ASKS_AGAIN_ms = 100

/** How a command ended, and what it said. */
export interface Said { readonly code: number, readonly out: string, readonly err: string }

/** The car as its user starts it, and commands that are given to it. */
export class CarProcess {
  readonly uri: string
  private readonly process: SpineProcess

  private constructor(process: SpineProcess, uri: string) {
    this.process = process
    this.uri = uri
  }

  static async start(): Promise<CarProcess> {
    const process = new SpineProcess('car', '--headless', '--listen', 'spine-listen:127.0.0.1:0')
    const uri = await process.says(/spine:127\.0\.0\.1:\d+/)
    const car = new CarProcess(process, uri)
    const end_ms = performance.now() + BOOT_ms
    for (;;) {
      const { out, err } = await car.spine('diag', 'list', '--json')
      if (out !== '' && (JSON.parse(out) as unknown[]).length === HUBS.length) return car
      if (performance.now() > end_ms) {
        await car.stop()
        throw new Error(`the car is not up within ${BOOT_ms} ms: ${out}${err}`)
      }
      await new Promise(resolve => setTimeout(resolve, ASKS_AGAIN_ms))
    }
  }

  /** `spine COMMAND LINK WORDS…`. */
  async spine(command: string, ...words: string[]): Promise<Said> {
    const terminal = fakeTerminal()
    const code = await run([command, this.uri, ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  async stop(): Promise<void> {
    await this.process.stop()
  }
}
