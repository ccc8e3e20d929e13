import { StereoTextEncoder, type StereoTextKind, type StereoTextValues } from '#protocol/index.ts'
import type { ComponentContext } from '../component.ts'

const CHARACTERS_PER_FRAME = 5
const TRANSFERS = 8

/** Sends one text (a station's name or a title) in frames of five characters, whenever it changes. */
export class TextSender {
  private readonly context: ComponentContext
  private readonly kind: StereoTextKind
  private readonly lengthRegister: number
  private readonly firstRegister: number
  private readonly text: Uint8Array
  private readonly values: StereoTextValues
  private characters: number
  private frame: number
  private transfer: number

  /** `kind`: `STEREO_TEXT_KIND`; the registers of the text's length and first character; most characters. */
  constructor(context: ComponentContext, kind: StereoTextKind, lengthRegister: number, firstRegister: number, most: number) {
    this.context = context
    this.kind = kind
    this.lengthRegister = lengthRegister
    this.firstRegister = firstRegister
    this.text = new Uint8Array(most)
    this.values = StereoTextEncoder.create()
    this.characters = 0
    this.frame = -1
    this.transfer = 0
  }

  /** Reads the text; a new one begins a transfer. */
  poll(): void {
    const port = this.context.port
    const length = Math.max(0, Math.min(this.text.length, port.read(this.lengthRegister)))
    let changed = length !== this.characters
    this.characters = length
    for (let i = 0; i < length; i++) {
      const character = port.read(this.firstRegister + i) & 0xff
      if (this.text[i] !== character) changed = true
      this.text[i] = character
    }
    if (changed) this.begin()
  }

  /** The source is gone, and its text. */
  clear(): void {
    if (this.characters === 0) return
    this.characters = 0
    this.begin()
  }

  /** Frames of a transfer wait to be sent. */
  sending(): boolean {
    return this.frame >= 0
  }

  /** Sends the next frame. */
  sendNext(): void {
    const values = this.values
    const start = this.frame * CHARACTERS_PER_FRAME
    values.transfer = this.transfer
    values.kind = this.kind
    values.index = this.frame
    values.char0 = this.characterAt(start)
    values.char1 = this.characterAt(start + 1)
    values.char2 = this.characterAt(start + 2)
    values.char3 = this.characterAt(start + 3)
    values.char4 = this.characterAt(start + 4)
    this.context.sendEvent(StereoTextEncoder, values)
    this.frame = start + CHARACTERS_PER_FRAME > this.characters ? -1 : this.frame + 1
  }

  private begin(): void {
    this.transfer = (this.transfer + 1) % TRANSFERS
    this.frame = 0
  }

  private characterAt(index: number): number {
    return index < this.characters ? this.text[index]! : 0
  }
}
