import { run } from '../run.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { SpineProcess } from './spine-process.ts'

/** From the first line of the car until its hubs have their addresses, as long as a busy machine takes. */
const BOOT_ms = 2000

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
    await new Promise(resolve => setTimeout(resolve, BOOT_ms))
    return new CarProcess(process, uri)
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
