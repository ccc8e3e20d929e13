import { createInterface } from 'node:readline'
import { SHAPES } from '#sim/body/index.ts'
import { COMMON, type Corner, CORNERS, type Fitting, type Wish } from '#sim/plan/index.ts'
import { Failure } from '../lib/failure.ts'
import type { Terminal } from '../lib/terminal.ts'

type BodyType = Wish['body']

/** Asks line by line; what is not understood is asked again. */
class Questions {
  private readonly terminal: Terminal
  private readonly lines: AsyncIterator<string, undefined>

  constructor(terminal: Terminal) {
    this.terminal = terminal
    this.lines = createInterface({ input: terminal.input })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>
  }

  async ask<Answer>(question: string, preset: string, read: (text: string) => Answer | undefined): Promise<Answer> {
    for (;;) {
      this.terminal.write(`${question} [${preset}] `)
      const line = await this.lines.next()
      if (line.done === true) throw new Failure('the answers ended before the questions')
      const answer = read(line.value.trim() === '' ? preset : line.value.trim())
      if (answer !== undefined) return answer
      this.terminal.write('That is not understood.\n')
    }
  }
}

/** Asks for a car; an empty line takes what stands in brackets. */
export async function askCar(name: string, terminal: Terminal): Promise<Wish> {
  const questions = new Questions(terminal)
  const types = Object.keys(SHAPES) as BodyType[]
  terminal.write(`${types.map(type => `  ${type.padEnd(7)} ${SHAPES[type].about}\n`).join('')}`)
  const body = await questions.ask('Which body?', types[0]!, text => types.find(type => type === text))
  const common = COMMON[body]
  const size = async (what: string, preset_mm: number): Promise<number> => questions.ask(`${what}, mm?`, String(preset_mm), numberIn(500, 25_000))
  const length_mm = await size('Length', SHAPES[body].length_mm)
  const width_mm = await size('Width', SHAPES[body].width_mm)
  const height_mm = await size('Height', SHAPES[body].height_mm)
  const doors = await questions.ask('Doors, 2 or 4?', String(common.doors), text => text === '2' ? 2 as const : text === '4' ? 4 as const : undefined)
  const seats = await questions.ask('Seats?', String(common.seats), numberIn(1, 12))
  const fittings: Record<Corner, readonly Fitting[]> = { ...common.fittings }
  for (const corner of Object.keys(CORNERS) as Corner[]) {
    if (corner === 'rear' && (doors === 2 || !Object.hasOwn(SHAPES[body].hubs, 'RL'))) fittings[corner] = []
    else {
      const { about, fits } = CORNERS[corner]
      const question = `What is in ${about}? of ${fits.join(', ')}; none`
      fittings[corner] = await questions.ask(question, listText(fittings[corner]), text => fittingsIn(corner, text))
    }
  }
  return { name, body, length_mm, width_mm, height_mm, doors, seats, fittings }
}

export function listText(fittings: readonly Fitting[]): string {
  return fittings.length === 0 ? 'none' : fittings.join(',')
}

/** `window,latch`, or `none`; undefined: one of them does not fit there. */
export function fittingsIn(corner: Corner, text: string): Fitting[] | undefined {
  if (text === 'none') return []
  const fits: readonly Fitting[] = CORNERS[corner].fits
  const found = text.split(/[\s,]+/).filter(word => word !== '').map(word => fits.find(fitting => fitting === word))
  return found.every(fitting => fitting !== undefined) ? found : undefined
}

function numberIn(low: number, high: number): (text: string) => number | undefined {
  return text => Number(text) >= low && Number(text) <= high ? Number(text) : undefined
}
