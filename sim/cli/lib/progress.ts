import type { Picture, Terminal } from './terminal.ts'

/** Where nobody watches a line comes this often, unless it is told otherwise. */
const LINE_ms = 30_000
const PICTURE_ms = 200

export interface ProgressOptions {
  /** Standard output is for something else: no picture. */
  readonly plain?: boolean
  /** How often a line comes where there is no picture. */
  readonly every_ms?: number
}

/** How far something long is: one line that changes on a screen, a line to standard error now and then elsewhere. */
export class Progress {
  private readonly terminal: Terminal
  private readonly line: () => string
  private readonly picture: Picture | undefined
  private readonly every_ms: number
  private shown_ms = performance.now()

  /** `line` says how far it is. */
  static async open(terminal: Terminal, line: () => string, options: ProgressOptions = {}): Promise<Progress> {
    const { plain = false, every_ms = LINE_ms } = options
    return new Progress(terminal, line, terminal.isTTY && !plain ? await terminal.openPicture() : undefined, every_ms)
  }

  private constructor(terminal: Terminal, line: () => string, picture: Picture | undefined, every_ms: number) {
    this.terminal = terminal
    this.line = line
    this.picture = picture
    this.every_ms = picture === undefined ? every_ms : PICTURE_ms
  }

  /** Called as often as it likes. */
  show(): void {
    if (performance.now() - this.shown_ms < this.every_ms) return
    this.shown_ms = performance.now()
    if (this.picture === undefined) this.terminal.warn(this.line())
    else this.picture.show(this.line())
  }

  /** Something else is told in between. */
  interrupt(text: string): void {
    this.picture?.show('')
    this.terminal.warn(text)
  }

  /** It is over: a picture keeps its last line. */
  close(): void {
    this.picture?.show(this.line())
    this.picture?.close()
  }
}
