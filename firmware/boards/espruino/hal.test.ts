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
  serial: () => ({ setup: () => undefined, write: () => undefined, on: () => undefined }),
  flash: { read: length => new Uint8Array(length).fill(0xff), write: () => undefined, erasePage: () => undefined },
  getSerial: () => '12-34', random: () => 0, aes: undefined, temperature_C: () => 128,
  enableWatchdog: () => undefined, kickWatchdog: () => undefined, deepSleep: () => undefined,
  takeConsole: () => undefined, log: () => undefined,
}

describe('a board on a desk under Espruino', () => {
  it('takes nothing for degrees that is none, and tells the version that was written', () => {
    const hal = createEspruinoHal(API, { ...deskWiring('esp32', 1), version: 7 }, undefined)
    expect([hal.supply_V(), hal.temperature_C(), hal.version]).toEqual([12, 23, 7])
  })
})
