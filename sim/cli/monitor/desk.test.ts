import { describe, expect, it } from 'vitest'
import { MonitorModel } from '#sim/diag/index.ts'
import type { Key } from '../lib/terminal.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { Desk } from './desk.ts'
import { History } from './history.ts'
import type { Scene, SceneRow } from './scene.ts'

const key = (name: string, text = ''): Key => ({ name, text })
const SPACE = key('space', ' ')

function row(name: string, supply_V: number, drawn_A: number, heard_ms: number): SceneRow {
  return { cells: [name, `${supply_V} V`], supply_V, drawn_A, heard_ms }
}

const HUBS = [row('FL', 14, 2, 30), row('FR', 12, 9, 10), row('RL', NaN, NaN, 900), row('RR', 13, 0, 20)]
const SCENE: Scene = { head: ['head'], tables: [{ columns: [{ title: 'HUB' }, { title: 'supply' }], rows: HUBS }], foot: ['no faults'] }

/** A desk, what it shows of a scene, and fingers. */
interface Sitting {
  readonly history: History
  press(...keys: Key[]): unknown
  type(text: string): void
  shown(time_s?: number): string[]
  show(next: Scene): void
}

function sitting(scene = SCENE, rows = 24): Sitting {
  const desk = new Desk()
  const history = new History()
  const terminal = fakeTerminal({ columns: 80, rows })
  let now = scene
  return {
    press: (...keys) => keys.map(each => desk.press(each)).at(-1),
    type: text => [...text].forEach(letter => desk.press(letter === ' ' ? SPACE : key(letter, letter))),
    shown: (time_s = 0) => desk.lines(() => now, time_s, history, terminal),
    history,
    show: (next) => { now = next },
  }
}

const names = (lines: readonly string[]): string[] => lines.filter(line => /^[FR][LR]/.test(line)).map(line => line.slice(0, 2))

describe('keys of the monitor', () => {
  it('sort by amperes, volts and silence; what nobody said comes last', () => {
    const { press, shown } = sitting()
    const orders = Array.from({ length: 5 }, () => {
      const lines = shown()
      press(key('s', 's'))
      return [/s by (\w+)/.exec(lines[1]!)![1], names(lines).join(' ')]
    })
    expect(orders).toEqual([
      ['place', 'FL FR RL RR'], ['drawn', 'FR FL RR RL'], ['supply', 'FR RR FL RL'], ['heard', 'RL FL RR FR'], ['place', 'FL FR RL RR'],
    ])
  })

  it('scroll what does not fit, and no further; the head stays', () => {
    const { press, shown } = sitting(SCENE, 7)
    expect(shown()).toEqual(['head', expect.stringContaining('↑↓ 2 more'), expect.stringContaining('HUB'), expect.stringMatching(/^FL/), expect.stringMatching(/^FR/), expect.stringMatching(/^RL/)])
    press(key('down'))
    expect(shown()[1]).toContain('1 above, 1 more')
    press(key('pagedown'), key('end'))
    expect(shown().at(-1)).toBe('no faults')
    press(key('up'))
    expect(shown()[1]).toContain('1 above, 1 more')
    press(key('home'))
    expect(names(shown())).toEqual(['FL', 'FR', 'RL'])
  })

  it('leave only rows with all words, while they are typed; Esc gives all back', () => {
    const { press, type, shown } = sitting()
    press(key('', '/'))
    type('r 1')
    expect(names(shown())).toEqual(['FR', 'RR'])
    expect(shown()[1]).toContain('filter: r 1')
    type('2q')
    expect(names(shown())).toEqual([])
    press(key('backspace'), key('return'))
    expect(names(shown())).toEqual(['FR'])
    expect(shown()[1]).toContain('/ filter "r 12"')
    press(key('escape'))
    expect(names(shown())).toEqual(['FL', 'FR', 'RL', 'RR'])
    press(key('', '/'), key('x', 'x'), key('escape'))
    expect(names(shown())).toHaveLength(4)
  })

  it('freeze the picture, in which rows can still be looked for, until it goes on', () => {
    const { press, type, shown, show } = sitting()
    press(SPACE)
    shown()
    show({ ...SCENE, head: ['later'] })
    expect(shown()[0]).toBe('head')
    press(key('', '/'))
    type('rl')
    press(key('return'))
    expect([shown()[0], names(shown())]).toEqual(['head', ['RL']])
    press(SPACE)
    expect(shown()[0]).toBe('later')
  })

  it('plot a value by words of its name, the next one with Tab; a frozen one stays', () => {
    const { press, type, shown, history } = sitting()
    const model = new MonitorModel(500_000)
    const sample = (time_s: number): void => {
      model.advance(time_s * 1e9)
      history.sample({ model, foreign: undefined, likely: [] })
    }
    for (let n = 1; n < 9; n++) sample(n / 4)
    press(key('p', 'p'))
    type('bus')
    expect(shown()[1]).toMatch(/^bus frames_per_s {2}0, from 0 to 0 in 2 s {2}1 of 2, Tab/)
    expect(shown().filter(line => line.includes('━'))).toHaveLength(1)
    press(key('tab'), key('return'))
    expect(shown()[1]).toMatch(/^bus load_pct .* 2 of 2/)
    press(SPACE)
    shown(2)
    sample(40)
    expect(shown(40)[1]).toContain('in 2 s')
    press(SPACE)
    expect(shown(40)[1]).toContain('in 40 s')
    press(key('p', 'p'))
    type('nothing')
    expect(shown()[1]).toBe('no value is named "nothing"')
    press(key('escape'))
    expect(shown()[1]).toContain('p plot')
  })

  it('begin a plot anew with another log', () => {
    const { history } = sitting()
    const at = (time_s: number): void => {
      const model = new MonitorModel(500_000)
      model.advance(time_s * 1e9)
      history.sample({ model, foreign: undefined, likely: [] })
    }
    for (const time_s of [100, 101, 3, 4]) at(time_s)
    expect(history.course('bus load_pct').map(([time_s]) => time_s)).toEqual([3, 4])
  })

  it('say what they did', () => {
    const { press } = sitting()
    expect([key('q', 'q'), key('x', 'x'), key('down'), key('p', 'p'), key('f1'), key('q', 'q')].map(each => press(each)))
      .toEqual(['end', 'nothing', 'changed', 'changed', 'nothing', 'changed'])
  })
})
