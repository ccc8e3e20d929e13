import { describe, expect, it } from 'vitest'
import { deskWiring } from '../index.ts'
import type { Espruino } from './api.ts'
import { createEspruinoHal } from './hal.ts'

/** An ESP32 whose own sensor says 128, as many do: no degrees of anything. */
const API: Espruino = {
  getTime: () => 0, setTimeout: () => 1, clearTimeout: () => undefined,
  digitalRead: () => 1, digitalWrite: () => undefined, analogRead: () => 0, analogWrite: () => undefined,
  pinMode: () => undefined, setWatch: () => undefined, pin: name => Object(name) as object,
  oneWire: () => ({ reset: () => false, skip: () => undefined, write: () => undefined, read: count => new Uint8Array(count) }),
  spi: { setup: () => undefined, send: bytes => bytes },
  serial: () => ({ setup: () => undefined, write: () => undefined, on: () => undefined, removeAllListeners: () => undefined }),
  flash: { read: length => new Uint8Array(length).fill(0xff), write: () => undefined, erasePage: () => undefined },
  getSerial: () => '12-34', random: () => 0, aes: undefined, temperature_C: () => 128,
  enableWatchdog: () => undefined, kickWatchdog: () => undefined, deepSleep: () => undefined,
  takeConsole: () => undefined, log: () => undefined, onUncaught: () => undefined, forgetAll: () => undefined, reboot: () => undefined,
}

/** A board's timers where one is set at a time, which runs out when it is told to. */
function oneTimer(): { set(fire: () => void): number, fire(): void } {
  const timer = {
    fire: (): void => undefined,
    set: (fire: () => void): number => {
      timer.fire = fire
      return 1
    },
  }
  return timer
}

describe('a board on a desk under Espruino', () => {
  it('takes nothing for degrees that is none, and tells the version that was written', () => {
    const hal = createEspruinoHal(API, { ...deskWiring('esp32', 1), version: 7 }, undefined)
    expect([hal.supply_V(), hal.temperature_C(), hal.version]).toEqual([12, 23, 7])
  })

  it('that throws has its motors off first, hears its line no more, says on it what it was, and boots anew when that is out', () => {
    const done: string[] = []
    const note = (what: string) => (): void => { done.push(what) }
    let thrown: (thrown: unknown) => void = () => undefined
    const timer = oneTimer()
    const serial = { setup: () => undefined, on: () => undefined, write: (text: unknown) => { done.push(String(text)) }, removeAllListeners: note('deaf') }
    createEspruinoHal({
      ...API, digitalWrite: (pin, level) => { done.push(`${JSON.stringify(pin)} ${level}`) }, serial: () => serial, onUncaught: (handler) => { thrown = handler },
      forgetAll: note('forget'), reboot: note('reboot'), setTimeout: timer.set,
    }, { ...deskWiring('esp32', 1), ports: [{ enable: 'D12', drives: [{ a: 'D16', b: 'D17' }] }] }, undefined)
    done.length = 0
    thrown(Object.assign(new Error('lost'), { stack: 'at fire' }))
    expect(done).toEqual(['"D16" false', '"D17" false', '"D12" false', 'forget', 'deaf', 'Uncaught Error: lost\nat fire\n'])
    timer.fire()
    expect(done.at(-1)).toBe('reboot')
    thrown('a word')
    expect(done.at(-1)).toBe('Uncaught a word\n\n')
  })

  it('restarts when the callback is over', () => {
    const done: string[] = []
    const timer = oneTimer()
    const hal = createEspruinoHal({ ...API, setTimeout: timer.set, reboot: () => { done.push('reboot') } }, deskWiring('esp32', 1), undefined)
    hal.restart()
    expect(done).toEqual([])
    timer.fire()
    expect(done).toEqual(['reboot'])
  })
})
