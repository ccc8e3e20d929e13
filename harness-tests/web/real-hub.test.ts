import { encodeMessage } from '#protocol/messages/index.ts'
import { attachNode } from '#sim/car/index.ts'
import { LiveCar } from '#sim/cli/car/live-car.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choose, hasChromium, HOW_TO_GET_IT, label, Pages, until } from './browser.ts'

if (!hasChromium) console.warn(`not run: the page of a car with a real hub, in a browser. ${HOW_TO_GET_IT}`)

describe.skipIf(!hasChromium)('the page of a car that left a hub out', () => {
  let pages: Pages
  beforeAll(async () => { pages = await Pages.open() })
  afterAll(() => pages.close())

  it('shows the real one in its place, and what that only plays, however late the page comes', async () => {
    const live = new LiveCar({ speed: 1, seed: 3, report: () => undefined, without: ['FL'] })
    await live.servePage(0)
    const stop = new AbortController()
    const run = live.run(Infinity, stop.signal)
    const hub = attachNode(live.car, { name: 'a real hub' })
    hub.setOnline(true)
    let counter = 0
    const talk = setInterval(() => live.pacer.wake(() => {
      counter = (counter + 1) % 15
      hub.send(encodeMessage('HubStatus@FL', { state: 'operating', supply_V: 12 }, { source: 0x81, counter }))
      hub.send(encodeMessage('PortStatus@FL', { port: 0, state: 'on', class: 'window', stub: true }, { source: 0x81, counter }))
    }), 200)
    try {
      const { page, problems } = await pages.show(live.links[0]!.addresses[0]!)
      await until(() => label(page, /^Hub FL/), text => text === 'Hub FL, operating, 12.0 V', 'FL is as its bus says')
      expect(await label(page, /^FL\.window/)).toBe('FL.window, — (stub, played by a board)')
      await choose(page, /^FL\.window/)
      expect(await page.getByRole('button', { name: 'Unplug' }).count(), 'nothing can be done to it from here').toBe(0)
      await choose(page, /^FR\.window/)
      expect(await page.getByRole('button', { name: 'Unplug' }).count()).toBe(1)
      expect(problems).toEqual([])
    } finally {
      clearInterval(talk)
      hub.detach()
      stop.abort()
      await run
      await live.close()
      await pages.tidy()
    }
  })
})
