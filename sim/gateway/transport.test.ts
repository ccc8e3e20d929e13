import { describe, expect, it } from 'vitest'
import { readPlace, uartBaud } from './transport.ts'
import { parseLinkUri } from './uri.ts'

const FALLBACK = { host: '127.0.0.1', port: 3333 }

describe('the place of a device', () => {
  it.each([
    ['Linux', '/dev/ttyUSB0'], ['Linux', '/dev/serial/by-id/usb-Spine_CAN-if00-port0'], ['macOS', '/dev/cu.usbmodem14201'],
    ['macOS', '/dev/cu.usbserial-A50285BI'], ['Windows', 'COM3'], ['Windows', 'com12'], ['Windows', '\\\\.\\COM12'],
  ])('is a serial port on %s: %s', (_, path) => {
    for (const scheme of ['slcan', 'gvret']) {
      expect(readPlace(parseLinkUri(`${scheme}:${path}?bitrate=500000&baud=115200`), FALLBACK)).toEqual({ kind: 'tty', path, baud: 115_200 })
    }
  })

  it.each([
    ['192.0.2.7:23', '192.0.2.7', 23], ['socket://host:7', 'host', 7], ['//host', 'host', 3333], ['COM', 'COM', 3333], ['comms:5', 'comms', 5],
    ['[::1]:9', '::1', 9], ['', '127.0.0.1', 3333],
  ])('is a TCP address: %s', (target, host, port) => {
    expect(readPlace(parseLinkUri(`slcan:${target}`), FALLBACK)).toEqual({ kind: 'tcp', endpoint: { host, port } })
  })

  it('has a rate that matters, unless the name says USB or its user does', () => {
    const rate = (target: string): number | undefined => {
      const uri = parseLinkUri(`slcan:${target}`)
      return uartBaud(uri, readPlace(uri, FALLBACK))
    }
    expect(rate('/dev/cu.usbmodem14201')).toBeUndefined()
    expect(rate('/dev/cu.usbserial-A50285BI')).toBe(2_000_000)
    expect(rate('COM3')).toBe(2_000_000)
    expect(rate('COM3?usb=1')).toBeUndefined()
  })
})
