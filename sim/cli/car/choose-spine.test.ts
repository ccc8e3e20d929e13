import { expect, it } from 'vitest'
import { chooseSpine } from './choose-spine.ts'

it.each([
  ['slcan-listen:127.0.0.1:3333?bus=B', 'slcan-listen:127.0.0.1:3333', 1],
  ['spine-listen:127.0.0.1:7030?bus=A&queue=9', 'spine-listen:127.0.0.1:7030?queue=9', 0],
  ['spine-listen:127.0.0.1:7030?queue=9&bus=B', 'spine-listen:127.0.0.1:7030?queue=9', 1],
  ['spine-listen:127.0.0.1:7030?a=1&bus=B&c=2', 'spine-listen:127.0.0.1:7030?a=1&c=2', 1],
  ['socketcand:host?bus=can0', 'socketcand:host?bus=can0', undefined],
  ['slcan-listen:127.0.0.1:3333', 'slcan-listen:127.0.0.1:3333', undefined],
])('%s is the link %s on spine %s', (uri, rest, bus) => {
  expect(chooseSpine(uri, 2)).toEqual({ uri: rest, bus })
})

it('refuses a spine that the car has not', () => {
  expect(() => chooseSpine('slcan-listen:127.0.0.1:3333?bus=B', 1)).toThrow('this car has no spine B')
})
