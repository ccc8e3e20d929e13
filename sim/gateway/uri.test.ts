import { describe, expect, it } from 'vitest'
import { readEndpoint } from './endpoint.ts'
import { parseLinkUri, LinkUriError } from './uri.ts'

const fallback = { host: '127.0.0.1', port: 7030 }

describe('link URIs', () => {
  it('are taken apart', () => {
    const uri = parseLinkUri('slcan-listen:/dev/pts/5?bitrate=250000&mode=listen')
    expect(uri).toMatchObject({ scheme: 'slcan-listen', target: '/dev/pts/5' })
    expect([...uri.numbers, ...uri.words]).toEqual([['bitrate', 250_000], ['mode', 'listen']])
    expect(parseLinkUri('file:a:b.log?speed=max').target).toBe('a:b.log')
    expect(parseLinkUri('file:a.log?speed=0.5').numbers.get('speed')).toBe(0.5)
  })

  it.each([
    ['spine', 'is no link: it has the form scheme:target, with one of the schemes slcan-listen, '],
    ['usb:x', 'there is no link of the kind "usb"; there are slcan-listen, '],
    ['toString:x', 'there is no link of the kind "toString"'],
    ['spine:?baud=1', 'spine has no option "baud"; it has mode, queue, reconnect'],
    ['spine:?toString=1', 'spine has no option "toString"'],
    ['spine:?mode=loud', 'mode is "loud"; it can be normal or listen'],
    ['slcan-listen:?bitrate=5', 'bitrate is "5"; it can be 10000…1000000 bit/s'],
    ['slcan-listen:?bitrate=1e9', 'it can be 10000…1000000 bit/s'],
    ['slcan-listen:?bitrate=', 'bitrate is ""'],
    ['slcan-listen:?bitrate=fast', 'bitrate is "fast"'],
    ['spine:?queue=1.5', 'queue is "1.5"; it can be 1…1000000 frames'],
    ['file:x.log?speed=0', 'speed is "0"; it can be max or 0.001…1000000'],
    ['spine:?queue=1&queue=2', 'the option "queue" is there twice'],
  ])('that are wrong say so: %s', (text, message) => {
    expect(() => parseLinkUri(text)).toThrow(LinkUriError)
    expect(() => parseLinkUri(text)).toThrow(message)
  })

  it.each([
    ['', '127.0.0.1', 7030], ['192.0.2.1:80', '192.0.2.1', 80], ['localhost', 'localhost', 7030], [':81', '127.0.0.1', 81],
    ['82', '127.0.0.1', 82], ['[::1]:83', '::1', 83], ['[::1]', '::1', 7030],
  ])('name an endpoint: "%s"', (target, host, port) => {
    expect(readEndpoint(parseLinkUri(`spine:${target}`), fallback)).toEqual({ host, port })
  })

  it.each(['::1', 'host:port', 'a:1:2', 'host:', '[::1', 'host:65536', '70000'])('refuse an endpoint that is none: "%s"', (target) => {
    expect(() => readEndpoint(parseLinkUri(`spine:${target}`), fallback)).toThrow(LinkUriError)
  })
})
