import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bitTiming } from './bit-timing.ts'
import { type BoardName, type BoardRow, boardOfInterpreter, BOARDS, deskWiring, wiring } from './index.ts'

const NAMES = Object.keys(BOARDS) as BoardName[]

/** What a pin has to be able to do. */
type Need = 'output' | 'pwm' | 'adc' | 'pull-up' | 'input'
interface Use {
  readonly pin: string
  readonly as: string
  readonly need: Need
  /** The board is told of its edges. */
  readonly watched: boolean
}

function use(pin: string | undefined, as: string, need: Need, watched = false): Use[] {
  return pin === undefined ? [] : [{ pin, as, need, watched }]
}

/** Every pin that the wiring of a board uses, and for what. */
function usesOf({ can, coding, supply, temperature, ports }: BoardRow): Use[] {
  return [
    ...use(can.sck, 'sck', 'output'), ...use(can.miso, 'miso', 'input'), ...use(can.mosi, 'mosi', 'output'),
    ...use(can.select, 'select', 'output'), ...use(can.interrupt, 'interrupt', 'pull-up', true),
    ...coding.flatMap((pin, bit) => use(pin, `coding ${bit}`, 'pull-up')), ...use(supply.pin, 'supply', 'adc'),
    ...use(temperature?.pin, 'temperature', 'adc'),
    ...ports.flatMap((port, index) => [
      ...use(port.enable, `port ${index} enable`, 'output'), ...use(port.limit?.pin, `port ${index} limit`, 'pwm'),
      ...use(port.fault, `port ${index} fault`, 'pull-up'), ...use(port.current?.pin, `port ${index} current`, 'adc'),
      ...use(port.plug?.pin, `port ${index} plug`, 'adc'),
      ...use(port.present, `port ${index} present`, 'input', true), ...use(port.oneWire, `port ${index} 1-Wire`, 'output'),
      ...(port.drives ?? []).flatMap(({ a, b }) => [...use(a, `port ${index} forward`, 'pwm'), ...use(b, `port ${index} backward`, 'pwm')]),
      ...(port.pulses ?? []).flatMap(({ a, b }) => [
        ...use(a, `port ${index} Hall A`, 'input', true), ...use(b, `port ${index} Hall B`, 'input'),
      ]),
      ...(port.analogs ?? []).flatMap(pin => use(pin, `port ${index} position`, 'adc')),
    ]),
  ]
}

const canDo: Readonly<Record<Need, (board: BoardRow, pin: string) => boolean>> = {
  output: (board, pin) => !board.inputsOnly.includes(pin),
  'pull-up': (board, pin) => !board.inputsOnly.includes(pin),
  pwm: (board, pin) => board.pwm.includes(pin),
  adc: (board, pin) => board.adc.includes(pin),
  input: () => true,
}

describe.each(NAMES)('the wiring of %s', (name) => {
  const board = BOARDS[name]
  const uses = usesOf(board)

  it('uses pins that its header has, and none twice', () => {
    expect(uses.filter(({ pin }) => !board.pins.includes(pin))).toEqual([])
    const pins = uses.map(({ pin }) => pin)
    expect(pins.filter((pin, i) => pins.indexOf(pin) !== i)).toEqual([])
  })

  it('asks of each pin what it can', () => {
    expect(uses.filter(({ pin, need }) => !canDo[need](board, pin))).toEqual([])
    for (const list of [board.pwm, board.adc, board.inputsOnly]) expect(new Set(list).size).toBe(list.length)
  })

  it('watches no two pins whose interrupt is one', () => {
    const numbers = uses.filter(({ watched }) => watched).map(({ pin }) => board.sharedInterrupts ? pin.slice(1) : pin)
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('has a crystal of which 500 kbit/s can be made', () => {
    expect(() => bitTiming(board.can.oscillator_Hz, 500_000)).not.toThrow()
  })

  it('is known by the name that its interpreter has', () => {
    for (const id of board.interpreter) expect(boardOfInterpreter(id)).toBe(name)
    if (board.nvm === undefined) expect(() => wiring(name, 1)).toThrow(/no page of flash/)
    else expect(deskWiring(name, 1)).toMatchObject({ location: 1, ports: [], nvm: board.nvm })
  })
})

describe('the page of the boards', () => {
  const page = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const columns: readonly BoardName[] = ['pico', 'wifi', 'rp2040', 'esp32']

  it('has every pin as it is wired', () => {
    const uses = columns.map(name => new Map(usesOf(BOARDS[name]).map(({ as, pin }) => [as.replace('port 0 ', ''), pin])))
    const names = [...new Set(uses.flatMap(each => [...each.keys()]))]
    for (const name of names) expect(page).toContain(`| ${name} | ${uses.map(each => each.get(name) ?? '–').join(' | ')} |`)
    expect(usesOf(BOARDS['esp32-xs'])).toEqual(usesOf(BOARDS.esp32))
  })

  it.each(NAMES.filter(name => name !== 'linux'))('says of %s what it is', (name) => {
    const { title, variables, program, aes, areas, means, hold_ms, gap_ms } = BOARDS[name]
    const words = (has: boolean): string => has ? 'yes' : 'no'
    const guarantees = [hold_ms < Infinity ? `after ${hold_ms} ms` : 'no', gap_ms === undefined ? 'none' : `${gap_ms} ms`]
    const cells = [title, variables.toLocaleString('en'), `${program / 1024} kB`, ...[aes, areas, means].map(words), ...guarantees]
    expect(page).toContain(`| ${cells.join(' | ')} |`)
  })
})
