import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '#sim/cli/run.ts'
import { fakeTerminal } from '#sim/cli/testing/fake-terminal.ts'
import { hasChromium, HOW_TO_GET_IT, keepingBrowser, label, until } from './browser.ts'

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', svg: 'image/svg+xml', webmanifest: 'application/manifest+json' }

/** Browsers are in no hurry with service workers, on a busy machine least of all. */
const PATIENCE_ms = 90_000

/** The browser looks by itself once a page has stood for a while: here at once, and until the version it finds has taken over. */
const LOOK_FOR_ANOTHER_VERSION = `navigator.serviceWorker.ready.then(async (ready) => {
  await ready.update()
  const found = ready.installing ?? ready.waiting
  if (found !== null) await new Promise(taken => found.addEventListener('statechange', () => ['activated', 'redundant'].includes(found.state) && taken()))
})`

/** Any server of files. */
async function serve(folder: string, port = 0): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1)
    try {
      response.writeHead(200, { 'content-type': TYPES[name.split('.').at(-1)!]! }).end(readFileSync(path.join(folder, name)))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen({ host: '127.0.0.1', port }, resolve))
  return server
}

if (!hasChromium) console.warn(`not run: installing the page. ${HOW_TO_GET_IT}`)

describe.skipIf(!hasChromium)('what spine web --out writes, on a server', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(path.join(tmpdir(), 'spine-install-')) })
  afterEach(() => rmSync(folder, { recursive: true }))

  const written = async (car: string): Promise<string> => {
    const out = path.join(folder, 'out')
    expect(await run(['web', '--out', out, '--car', car], fakeTerminal())).toBe(0)
    return out
  }

  it('can be installed, opens when the server is gone, and takes a new version when it is back', async () => {
    const server = await serve(await written('sedan'))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    // What a private window keeps nobody may install.
    const context = await keepingBrowser(path.join(folder, 'profile'))
    try {
      const page = await context.newPage()
      page.setDefaultNavigationTimeout(PATIENCE_ms)
      const problems: string[] = []
      page.on('pageerror', error => problems.push(error.message))
      page.on('console', message => problems.push(message.text()))
      await page.goto(address)
      await page.evaluate('navigator.serviceWorker.ready')
      const devtools = await context.newCDPSession(page)
      await devtools.send('Page.enable')
      const manifest = await devtools.send('Page.getAppManifest')
      expect(manifest.errors).toEqual([])
      expect(JSON.parse(manifest.data!)).toMatchObject({ name: 'Spine: sedan', display: 'standalone' })
      expect((await devtools.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([])
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
      await page.goto(`${address}index.html`)
      await until(() => label(page, /^Hub FL/), text => text.includes('operating'), 'the car runs without a server')
      await page.goto('about:blank')
      await written('van')
      const again = await serve(path.join(folder, 'out'), Number(new URL(address).port))
      try {
        await until(async () => {
          await page.goto(address)
          await page.evaluate(LOOK_FOR_ANOTHER_VERSION)
          return page.locator('svg.car').getAttribute('aria-label')
        }, car => car === 'van', 'the new version is shown', PATIENCE_ms)
      } finally {
        again.closeAllConnections()
        again.close()
      }
      expect(problems).toEqual([])
    } finally {
      await context.close()
      server.close()
    }
  }, 4 * PATIENCE_ms)
})
