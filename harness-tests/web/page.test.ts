import { readFileSync } from 'node:fs'
import { gzipSync, inflateRawSync } from 'node:zlib'
import axe from 'axe-core'
import WebSocket from 'ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CARS } from '#sim/car/index.ts'
import { LiveCar } from '#sim/cli/car/live-car.ts'
import type { Drive } from '#sim/live/index.ts'
import { createPageLink, type PageLink } from '#sim/web/index.ts'
import { choose, hasChromium, hold, HOW_TO_GET_IT, keepPicture, label, Pages, type Shown, until } from './browser.ts'
import { DRIVE, fragment, logInNode } from './drive.ts'
import { emulatedPort, judge } from './in-page.ts'

/** A page that is open is closed after its test, whatever came of it. */
const links: PageLink[] = []
const cars: LiveCar[] = []

async function servedCar(port = 0): Promise<{ live: LiveCar, address: string, stop: () => Promise<void> }> {
  const live = new LiveCar({ speed: 1, seed: 3, report: () => undefined })
  cars.push(live)
  await live.servePage(port)
  const stop = new AbortController()
  const run = live.run(Infinity, stop.signal)
  const end = async (): Promise<void> => {
    stop.abort()
    await run
    await live.close()
  }
  return { live, address: live.links[0]!.addresses[0]!, stop: end }
}

if (!hasChromium) console.warn(`not run: the page in a browser. ${HOW_TO_GET_IT}`)

describe.skipIf(!hasChromium)('the page', () => {
  let pages: Pages
  beforeAll(async () => { pages = await Pages.open() })
  afterEach(async () => {
    await pages.tidy()
    for (const live of cars.splice(0)) await live.close()
    for (const link of links.splice(0)) await link.close()
  })
  afterAll(() => pages.close())

  /** The car runs: every hub has told its volts. */
  async function running(shown: Shown): Promise<Shown> {
    await until(() => label(shown.page, /^Hub TRUNK/), text => text.includes('operating'), 'TRUNK operates')
    return shown
  }

  describe('as one file, without a server', () => {
    it('is small, reaches nothing, and runs the car', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      const html = readFileSync(pages.file, 'utf8')
      const packed = html.match(/<script type="text\/plain"[^]*?<\/script>/g)!
      expect(gzipSync(html, { level: 9 }).length).toBeLessThan(292_000)
      // What is read, and run, before the first picture; 8 kB of it are the words of diagnosis.
      expect(gzipSync(packed.reduce((rest, one) => rest.replace(one, ''), html), { level: 9 }).length).toBeLessThan(86_000)
      expect(html).toContain('connect-src \'none\'')
      expect(problems).toEqual([])
      await keepPicture(page, 'car')
    })

    it('has the same bytes on its bus as Node, of a drive that a link carries', async () => {
      const { page, problems } = await pages.show(`${pages.address}${fragment(DRIVE)}`)
      await page.getByLabel('Speed of time').selectOption('60')
      await until(() => page.locator('.clock').first().innerText(), text => text === '12.0 s', 'the drive is over', 180_000)
      await page.getByRole('button', { name: 'Frames' }).click()
      await until(() => page.locator('.frames tbody tr').count(), rows => rows > 20, 'frames are listed')
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the log' }).click()])
      const inChromium = readFileSync(await download.path(), 'latin1')
      const inNode = logInNode(DRIVE)
      expect(inChromium.split('\n').length).toBe(inNode.split('\n').length)
      expect(inChromium === inNode).toBe(true)
      expect(problems).toEqual([])
      await keepPicture(page, 'frames')
    })

    it('moves glass with the keyboard, holds a hand in its way, and says so in plain words', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      // In a busy browser the car is slower than the clock: held again, until it is down.
      await until(async () => {
        await hold(page, 'DASH.windowFL.down', 2500)
        return label(page, /^FL\.window/)
      }, text => Number(/(\d+) %/.exec(text)?.[1]) > 90, 'the glass is down')
      await choose(page, /^FL\.window/)
      await page.getByLabel('Hand in the gap, mm').fill('380')
      await page.getByRole('button', { name: 'Hand in the gap' }).click()
      await page.getByRole('button', { name: 'Take the hand out' }).waitFor()
      await page.getByRole('button', { name: 'Plot: position' }).click()
      await hold(page, 'FL.window.up', 3500)
      await page.getByRole('button', { name: 'Faults' }).click()
      await page.getByText('met an obstacle while closing').waitFor()
      await keepPicture(page, 'faults')
      await page.getByRole('button', { name: 'Plots' }).click()
      await until(() => page.locator('.legend tbody tr').first().innerText(), text => /FL\.window position_pct/.test(text), 'the position is plotted')
      await keepPicture(page, 'plots')
      expect(problems).toEqual([])
    }, 300_000)

    it('unplugs, cuts, corrodes, shorts, cranks, turns the key; each is shown and taken back', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      await choose(page, /^FR\.mirror/)
      await page.getByRole('button', { name: 'Unplug' }).click()
      await until(() => label(page, /^FR\.mirror/), text => text.includes('unplugged'), 'the mirror is out')
      await page.getByRole('button', { name: 'Plug in' }).click()
      await until(() => label(page, /^FR\.mirror/), text => !text.includes('unplugged'), 'the mirror is in')
      await choose(page, /^Cable drop\.RL/)
      await page.getByRole('button', { name: 'Cut the data pair' }).click()
      await until(() => label(page, /^Cable drop\.RL/), text => text.includes('Cut the data pair'), 'the pair is cut')
      await page.getByRole('button', { name: 'Corrode a connector' }).click()
      await until(() => label(page, /^Cable drop\.RL/), text => text.includes('mΩ'), 'the connector is corroded')
      await until(() => page.locator('nav .badge.severe').count(), count => count > 0, 'the silent hub is told')
      await keepPicture(page, 'cut')
      await page.getByRole('button', { name: 'Mend the data pair' }).click()
      await page.getByRole('button', { name: 'Clean the connector' }).click()
      await until(() => page.locator('nav .badge.severe').count(), count => count === 0, 'nothing is severe any more', 90_000)
      await page.getByRole('button', { name: 'Start the engine' }).click()
      await until(() => label(page, /ignition|DASH\.vehicle/i), text => /start/.test(text), 'the key is at start')
      await page.getByRole('button', { name: 'off', exact: true }).click()
      await until(() => label(page, /DASH\.vehicle/), text => text.includes('off'), 'the key is off')
      await page.getByRole('button', { name: 'Pause' }).click()
      // A picture that the worker drew before it heard of the pause is still on its way.
      await page.waitForTimeout(500)
      const stopped = await page.locator('.clock').first().innerText()
      await page.waitForTimeout(500)
      expect(await page.locator('.clock').first().innerText()).toBe(stopped)
      expect(problems).toEqual([])
    })

    it('tells how warm a cable is, and where its conductors are cut that its hub is without power', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      await choose(page, /^Cable drop\.RL/)
      await page.getByRole('button', { name: 'Plot: Temperature' }).click()
      await until(() => page.locator('.fact', { hasText: 'Temperature' }).innerText(), text => /\d+ °C/.test(text), 'the cable has a temperature')
      await page.getByRole('button', { name: 'Cut the power conductors' }).click()
      await page.getByRole('navigation').getByRole('button', { name: 'Faults' }).click()
      const fault = page.locator('.faults article', { hasText: 'has no power (0.0 V)' })
      expect(await fault.innerText()).toMatch(/RL has no power \(0\.0 V\)\s+Check: Fuse at the tap/)
      await page.getByRole('navigation').getByRole('button', { name: 'Plots' }).click()
      await until(() => page.locator('.legend tbody tr').first().innerText(), text => /cables drop\.RL temperature_C.*\d/s.test(text), 'it is plotted')
      expect(problems).toEqual([])
    })

    it('puts all that was done into a link that does it again', async () => {
      const { page } = await running(await pages.show(pages.address))
      await hold(page, 'DASH.windowRR.down', 800)
      await page.getByRole('button', { name: 'Copy link' }).click()
      await page.getByText('Link copied').waitFor()
      const { page: again } = await pages.show(page.url())
      await until(() => label(again, /^RR\.window/), text => Number(/(\d+) %/.exec(text)?.[1]) > 10, 'the same window goes down')
    })

    it.each([
      ['one of the project', () => CARS['van']!, 'RL.roofFan', 'van'],
      // The name of a car of the project does not make it one.
      ['one of a user, whatever it is called', () => ({ ...CARS['van']!, name: 'sedan' }), 'RL.roofFan', { name: 'sedan', hubs: CARS['van']!.hubs }],
      ['one with a hostile name', () => ({ ...CARS['kit']!, name: '</script><img src=x>' }), '', { name: '</script><img src=x>' }],
    ] as const)('runs another car, %s, and its link carries it', async (_, carOf, part, told) => {
      const car = carOf()
      const { page, problems } = await pages.show(pages.addressOf(car))
      await page.getByText(`${car.name} · car in this page`).waitFor()
      await until(() => label(page, /^Hub FL/), text => text.includes('operating'), 'FL operates')
      if (part !== '') expect(await label(page, new RegExp(`^${part}`))).toContain(part)
      await page.getByRole('button', { name: 'Copy link' }).click()
      await page.getByText('Link copied').waitFor()
      const drive: unknown = JSON.parse(inflateRawSync(Buffer.from(page.url().split('#drive=')[1]!, 'base64url')).toString())
      expect(drive).toMatchObject({ car: told, seed: 1 })
      expect(await page.locator('img').count()).toBe(0)
      expect(problems).toEqual([])
    })

    it('keeps the faults of a link in its own link', async () => {
      const faults = { copper: [{ kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.2, at_ms: 3000 }] }
      const { page } = await running(await pages.show(`${pages.address}${fragment({ seed: 9, faults })}`))
      await page.getByRole('button', { name: 'Copy link' }).click()
      await page.getByText('Link copied').waitFor()
      expect(JSON.parse(inflateRawSync(Buffer.from(page.url().split('#drive=')[1]!, 'base64url')).toString())).toEqual({ seed: 9, faults, events: [] })
    })

    it('says what is wrong with a link that is no base64, damaged, of a foreign car, of hostile names; and shows the sedan', async () => {
      const shown = await pages.show(pages.address)
      const { page, problems } = shown
      const hostile = { at_ms: 0, kind: '<img src=x onerror=alert(1)>', with: {} }
      for (const [hash, why] of [
        ['#x=garbage', /#x=garbage does not begin with #drive=/], ['#drive=%%%', /correctly encoded/], ['#drive=AAAA', /read: ./], [fragment({ seed: 1, car: 'hearse' }), /"hearse" is not one of/],
        [fragment({ seed: 1, events: [hostile] }), /events/],
      ] as const) {
        await page.evaluate((to) => { location.hash = to }, hash)
        await page.getByText('The link cannot be read').filter({ hasText: why }).waitFor()
        await page.locator('.notice button').click()
      }
      await running(shown)
      expect(await page.locator('img').count()).toBe(0)
      expect(problems).toEqual([])
    })

    it('tells contracts made and ended, of a car and of a log, and finds them by words', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      await hold(page, 'DASH.windowRR.down', 1500)
      await page.getByRole('navigation').getByRole('button', { name: 'Faults' }).click()
      const events = page.locator('.events li')
      await events.filter({ hasText: 'RR.window may take 9.0 A from the spine for 2 s' }).first().waitFor()
      await events.filter({ hasText: 'RR.window: its contract over 9.0 A ended: released' }).waitFor()
      await keepPicture(page, 'contracts')
      await page.getByLabel('Filter by name').fill('rr ended')
      expect(await events.allInnerTexts()).toEqual([expect.stringMatching(/^\d+\.\d{3} RR\.window: .* ended: released$/)])
      await page.getByLabel('Filter by name').fill('')
      const press = { at_ms: 2000, kind: 'press', for_ms: 500, with: { switch: 'DASH.windowRL.down' } } as const
      const log = logInNode({ seed: 2, for_ms: 6000, events: [press] })
      await page.getByRole('button', { name: 'Open a log' }).click()
      await page.locator('input[type=file]').setInputFiles({ name: 'drive.log', mimeType: 'text/plain', buffer: Buffer.from(log) })
      await events.filter({ hasText: 'RL.window may take 9.0 A' }).waitFor()
      await events.filter({ hasText: 'DASH.windowRL.down pressed' }).waitFor()
      expect(problems).toEqual([])
    })

    it('speaks German to who wants it, from the first picture on', async () => {
      const { page, problems } = await pages.show(pages.address, { locale: 'de' })
      await page.getByRole('navigation').getByRole('button', { name: 'Kurven' }).waitFor()
      await page.getByRole('button', { name: 'English' }).click()
      await page.getByRole('navigation').getByRole('button', { name: 'Plots' }).waitFor()
      await page.getByRole('button', { name: 'Deutsch' }).click()
      await page.getByRole('navigation').getByRole('button', { name: 'Kurven' }).waitFor()
      expect(problems).toEqual([])
    })

    it('opens a log that was cut in the middle, and scrubs it', async () => {
      const { page, problems } = await pages.show(pages.address)
      const log = logInNode({ seed: 2, for_ms: 8000, events: [{ at_ms: 1500, kind: 'press', for_ms: 3000, with: { switch: 'DASH.windowRL.down' } }] })
      await page.getByRole('button', { name: 'Open a log' }).click()
      await page.locator('input[type=file]').setInputFiles({ name: 'drive.log', mimeType: 'text/plain', buffer: Buffer.from(log.slice(0, log.length - 17)) })
      await page.getByText('lines or blocks that are no frames').waitFor()
      await page.getByLabel('Position in the log').fill('7.5')
      await until(() => label(page, /^RL\.window/), text => Number(/(\d+) %/.exec(text)?.[1]) > 30, 'the window is open late in the log')
      await page.getByLabel('Position in the log').fill('1.2')
      await until(() => label(page, /^RL\.window/), text => / 0 %/.test(text), 'and closed early in it')
      expect(await label(page, /^Cable drop\.FL/)).toContain('a bus does not tell')
      expect(problems).toEqual([])
      await keepPicture(page, 'log')
    })

    it('names the bad contact that the volts and amperes tell, of a car and of a log', async () => {
      const drive: Drive = {
        seed: 5, for_ms: 60_000, faults: { copper: [{ kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.08, at_ms: 0 }] },
        events: [0, 1, 2, 3, 4].flatMap(n => (['down', 'up'] as const).map((way, i) => (
          { at_ms: 5000 + n * 10_000 + i * 5000, kind: 'press', for_ms: 3000, with: { switch: `DASH.windowFL.${way}` } }))),
      }
      const { page, problems } = await pages.show(`${pages.address}${fragment(drive)}`)
      const named = page.locator('.faults article', { hasText: 'likely a bad contact' })
      await page.getByRole('navigation').getByRole('button', { name: 'Faults' }).click()
      await page.waitForTimeout(3500)
      await page.getByLabel('Speed of time').selectOption('10')
      // Of plus and return the sum.
      const text = await named.innerText()
      expect(text).toMatch(/drop\.FL likely a bad contact \(\+1[567]\d ± [\d.]+ mΩ, 100 %\)/)
      expect(text).toMatch(/Check: Plugs of this cable .* in the hinge/)
      await keepPicture(page, 'contact')
      await page.getByRole('button', { name: 'Open a log' }).click()
      await page.locator('input[type=file]').setInputFiles({ name: 'drive.log', mimeType: 'text/plain', buffer: Buffer.from(logInNode(drive)) })
      await named.waitFor({ state: 'detached' })
      expect(await named.innerText()).toMatch(/drop\.FL likely a bad contact/)
      expect(problems).toEqual([])
    })

    it('shows what a log of another network says, by a DBC file', async () => {
      const { page, problems } = await pages.show(pages.address)
      const choose = async (name: string, text: string): Promise<void> => {
        await page.getByRole('button', { name: 'Open a log' }).first().click()
        await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text, 'latin1') })
      }
      await choose('other.log', '(1.000000) can0 123#E80301\n(1.100000) can0 123#E90302\n')
      await choose('no.dbc', 'nothing')
      await page.getByText('no.dbc: 0 messages described').waitFor()
      // In a code page of Windows, as such files are.
      await choose('other.DBC', 'BO_ 291 Engine: 3 ECM\n SG_ Temp : 0|16@1+ (0.1,0) [0|0] "\xb0C" X\n SG_ Gear : 16|8@1+ (1,0) [0|0] "" X\nVAL_ 291 Gear 2 "drive" ;\n')
      await page.getByText('other.DBC: 1 messages described').waitFor()
      await page.getByText('Temp=100.1 \xb0C Gear=drive').waitFor()
      await page.getByText('Engine').first().click()
      await page.getByText('Temp=100.1 \xb0C Gear=drive').waitFor()
      await page.getByRole('button', { name: 'Plot: Temp' }).click()
      await page.getByRole('button', { name: 'Plots' }).click()
      await until(() => page.locator('.legend tbody tr').first().innerText(), text => /Engine Temp.*100/s.test(text), 'the signal is plotted')
      expect(problems).toEqual([])
    })

    it('says what testers and hubs say in UDS, of several frames too', async () => {
      const { page, problems } = await pages.show(pages.address)
      const log = ['18DA81F9#0322010100', '18DAF981#056201010548', '18DAF981#100B59027FF00316', '18DAF981#21299A02112F0000']
      await page.getByRole('button', { name: 'Open a log' }).first().click()
      await page.locator('input[type=file]').setInputFiles({
        name: 'uds.log', mimeType: 'text/plain', buffer: Buffer.from(log.map((frame, n) => `(${n}.0) can0 ${frame}\n`).join('')),
      })
      await page.getByLabel('Position in the log').fill('3')
      await page.getByRole('navigation').getByRole('button', { name: 'Frames' }).click()
      await page.getByText('UDS read', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'As they come' }).click()
      await page.getByText('supply supply_V=13.52').waitFor()
      await page.getByText('U3003-16 supplyLow').waitFor()
      // The parts of an answer by its service, and it by its words.
      await page.getByLabel('Filter by name').fill('readfaults answer')
      await until(() => page.locator('.list .line').allInnerTexts(), lines => lines.length === 2 && /of 11 bytes: UDS readFaults answer/.test(lines[0]!), 'both parts')
      await page.getByLabel('Filter by name').fill('supplylow')
      await until(() => page.locator('.list .line').allInnerTexts(), lines => lines.length === 1 && /U3003-16 supplyLow/.test(lines[0]!), 'the answer')
      await page.getByRole('navigation').getByRole('button', { name: 'Plots' }).click()
      await page.getByLabel('Add a value').fill('FL suply_V')
      await page.getByLabel('Add a value').press('Enter')
      await page.getByText('FL suply_V: there is no such value').waitFor()
      expect(problems).toEqual([])
    })

    it('listens to an SLCAN adapter at a serial port, and sends only when it is unlocked', async () => {
      const log = logInNode({ seed: 4, for_ms: 3000 })
      const lines = log.split('\n').filter(line => line !== '').map((line) => {
        const [, id, data] = / ([0-9A-F]+)#([0-9A-F]*)/.exec(line)!
        return `T${id}${data!.length / 2}${data}\r`
      })
      const shown = await pages.show(pages.address, { before: emulatedPort })
      await shown.page.evaluate((feed) => { (globalThis as { feed?: string[] }).feed = feed }, lines)
      await shown.page.getByRole('button', { name: 'Open a log' }).click()
      await shown.page.getByRole('button', { name: 'Open an adapter: SLCAN' }).click()
      await until(() => label(shown.page, /^Hub FL/), text => text.includes('operating'), 'hubs are heard')
      const written = (): Promise<string> => shown.page.evaluate(() => (globalThis as { written?: string }).written ?? '')
      expect(await written()).toBe('\rC\rS6\rL\r')
      expect(await shown.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
      await shown.page.getByRole('button', { name: 'Unlock: real glass moves' }).click()
      await shown.page.getByLabel('action').selectOption('down')
      const send = shown.page.getByRole('button', { name: 'Send' })
      await send.focus()
      await shown.page.keyboard.down(' ')
      await until(written, text => text.includes('T'), 'a command is sent')
      await shown.page.keyboard.up(' ')
      expect(await written()).toMatch(/C\rS6\rO\rT0?C?[0-9A-F]{7,8}/)
      expect(shown.problems).toEqual([])
      await keepPicture(shown.page, 'adapter')
    })

    it('is accessible: wide and narrow, light and dark', async () => {
      const { page, problems } = await running(await pages.show(pages.address))
      await choose(page, /^FL\.window/)
      await page.getByRole('button', { name: 'Plot: position' }).click()
      await page.evaluate(axe.source)
      await page.getByRole('button', { name: 'Pause' }).click()
      for (const [theme, width, height] of [['light', 1280, 720], ['dark', 1280, 720], ['light', 390, 844]] as const) {
        await page.setViewportSize({ width, height })
        if (await page.locator('html').getAttribute('data-theme') !== theme) await page.getByRole('button', { name: 'Dark or light' }).click()
        for (const view of ['Car', 'Plots', 'Frames', 'Faults']) {
          await page.getByRole('navigation').getByRole('button', { name: view }).click()
          await page.evaluate('new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
          expect(await page.evaluate(judge, theme === 'light' ? undefined : ['color-contrast']), `${view}, ${theme}, ${width}`).toEqual([])
          await keepPicture(page, `${view.toLowerCase()}-${theme}-${width}`)
        }
      }
      expect(problems.filter(problem => !problem.includes('Content Security'))).toEqual([])
    }, 240_000)
  })

  describe('of a car that is served', () => {
    it('shows two pages the same car', async () => {
      const { address } = await servedCar()
      const one = await running(await pages.show(address))
      const other = await running(await pages.show(address))
      await hold(one.page, 'DASH.windowFR.down', 1200)
      await until(() => label(other.page, /^FR\.window/), text => Number(/(\d+) %/.exec(text)?.[1]) > 10, 'the other page sees it')
      expect([...one.problems, ...other.problems]).toEqual([])
    })

    it('copies a link to what was done, and stays at its own address', async () => {
      const { address } = await servedCar()
      const { page } = await running(await pages.show(address))
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('button', { name: 'Copy link' }).click()
      await page.getByText('Link copied').waitFor()
      expect(page.url()).toBe(address)
      expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#drive=[\w-]+$/)
    })

    it('says that the car is gone, and comes back with the next one', async () => {
      const first = await servedCar()
      const { page } = await running(await pages.show(first.address))
      await first.stop()
      await page.getByText('not connected').waitFor()
      expect(await page.locator('.status.bad').count()).toBe(1)
    })

    it('lets nobody in but its own page', async () => {
      const { address } = await servedCar()
      const { host, hash } = new URL(address)
      const token = hash.slice('#t='.length)
      type Headers = Record<string, string>
      const dial = (protocols: string[], origin: string, headers: Headers = {}): Promise<number> => new Promise((resolve) => {
        const socket = new WebSocket(`ws://${host}/stream`, protocols, { origin, headers })
        socket.on('open', () => {
          socket.close()
          resolve(101)
        })
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        socket.on('error', () => undefined)
      })
      expect(await dial(['spine', token], `http://${host}`)).toBe(101)
      expect(await dial(['spine', token], 'http://evil.example')).toBe(403)
      expect(await dial(['spine', token], `http://${host}`, { host: 'rebound.example' })).toBe(403)
      expect(await dial(['spine', 'guess'], `http://${host}`)).toBe(403)
      expect((await fetch(`http://${host}/log`)).status).toBe(404)
    })
  })

  describe('of a bus that is served', () => {
    it('shows names of the bus as text', async () => {
      const hostile = '<img src=x onerror=alert(1)>'
      const link = createPageLink({ port: 0, name: hostile })
      links.push(link)
      await link.open()
      const { page, problems } = await pages.show(link.addresses[0]!)
      await page.getByText('Reading only').waitFor()
      await page.waitForTimeout(300)
      expect(await page.locator('img').count()).toBe(0)
      expect(problems).toEqual([])
    })
  })
})

/** Of the page's world. */
declare const location: { hash: string }
