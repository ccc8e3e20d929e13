import { describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { brokerUrl, topicPrefix } from './mqtt.ts'

/** A port on which nothing listens. */
const NOBODY = 'spine:127.0.0.1:1'

describe('spine mqtt: what cannot be meant ends with 2, one line and where the help is', () => {
  it.each([
    ['mqtt://127.0.0.1:99999', 'no URL of a host, and a port from 1 to 65535'],
    ['mqtt://127.0.0.1:0', 'no URL of a host'],
    ['mqtt://', 'no URL of a host'],
    ['mqtt://:1883', 'no URL of a host'],
    ['', 'no URL of a host'],
    ['mqtt://a b', 'no URL of a host'],
    ['127.0.0.1:11883', 'Write mqtt://127.0.0.1:11883.'],
    ['localhost:11883', 'Write mqtt://localhost:11883.'],
    ['localhost', 'Write mqtt://localhost.'],
    ['[::1]:1883', 'Write mqtt://[::1]:1883.'],
    ['http://127.0.0.1:1883', 'A broker is not reached by http: but by mqtt:, mqtts:, ws:, wss:.'],
    ['tcp://127.0.0.1', 'A broker is not reached by tcp:'],
  ])('--broker %s: %s', async (broker, message) => {
    const terminal = fakeTerminal()
    expect(await run(['mqtt', NOBODY, '--broker', broker], terminal)).toBe(2)
    expect(terminal.err).toContain(message)
    expect(terminal.err).not.toContain('    at ')
    expect(terminal.err.trimEnd().split('\n').length).toBe(2)
  })

  it.each([
    ['spine/#', '+ and # stand'], ['+', '+ and # stand'], ['', 'It is empty'], ['   ', 'It is empty'], ['a//b', 'level'], ['/a', 'level'], ['a/', 'level'],
    ['a/ /b', 'level'], ['$SYS', 'begin with $'], ['a\u0000b', 'control character'],
  ])('--prefix %j: %s', async (prefix, message) => {
    const terminal = fakeTerminal()
    expect(await run(['mqtt', NOBODY, '--prefix', prefix], terminal)).toBe(2)
    expect(terminal.err).toContain(message)
    expect(terminal.err.trimEnd().split('\n').length).toBe(2)
  })

  it('takes what brokers and topics have', () => {
    for (const url of ['mqtt://127.0.0.1:1883', 'MQTT://host', 'mqtts://user:word@host:8883', 'ws://[::1]:9001/mqtt', 'wss://host/path']) expect(brokerUrl(url)).toBe(url)
    for (const topic of ['spine', 'home/garage/my car', 'a$b', 'Wagen/Käfer']) expect(topicPrefix(topic)).toBe(topic)
  })
})
