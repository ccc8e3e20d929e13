import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlePage, pageHtml } from '#sim/web/index.ts'
import { keepBytes, until } from './browser.ts'
import { DRIVE, fragment, logInNode } from './drive.ts'
import { Firefox, hasFirefox, HOW_TO_GET_FIREFOX } from './firefox.ts'

if (!hasFirefox) console.warn(`not run: the page in Firefox. ${HOW_TO_GET_FIREFOX}`)

describe.skipIf(!hasFirefox)('the page in Firefox', () => {
  let firefox: Firefox
  let folder: string
  const click = (selector: string, text: string): Promise<unknown> => firefox.evaluate(
    `void [...document.querySelectorAll(${JSON.stringify(selector)})].find(each => each.innerText.includes(${JSON.stringify(text)})).click()`)

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'spine-web-'))
    writeFileSync(path.join(folder, 'index.html'), pageHtml(await bundlePage(), 'nothing'))
    firefox = await Firefox.open()
  }, 240_000)
  afterAll(async () => {
    await firefox.close()
    rmSync(folder, { recursive: true })
  })

  it('has the same bytes on its bus as Node, of a drive that a link carries', async () => {
    await firefox.show(`${pathToFileURL(path.join(folder, 'index.html')).href}${fragment(DRIVE)}`)
    await until(() => firefox.evaluate('document.querySelector(".time select") !== null'), isThere => isThere === true, 'the car runs')
    keepBytes(await firefox.picture(), 'firefox')
    await firefox.evaluate(`void Object.assign(document.querySelector('.time select'), { value: '60' }).dispatchEvent(new Event('change', { bubbles: true }))`)
    await until(() => firefox.evaluate('document.querySelector(".clock").innerText'), text => text === '12.0 s', 'the drive is over', 180_000)
    await click('nav button', 'Frames')
    await until(() => firefox.evaluate('document.querySelectorAll(".frames tbody tr").length'), rows => Number(rows) > 20, 'frames are listed')
    // Instead of a question where to put it.
    await firefox.evaluate('HTMLAnchorElement.prototype.click = () => undefined; void (URL.createObjectURL = (blob) => { self.saved = blob; return "" })')
    await click('.frames button', 'Save the log')
    const inFirefox = await until(() => firefox.evaluate('self.saved?.text()'), text => text !== undefined, 'the log is saved')
    expect(inFirefox === logInNode(DRIVE)).toBe(true)
  }, 360_000)

  it('opens adapters, or says what to do where there is no Web Serial', async () => {
    await click('.tools button', '⏏')
    const menu = await until(() => firefox.evaluate('document.querySelector(".menu")?.innerText'), text => /\.dbc/.test(String(text)), 'the menu is open')
    // Since Firefox 151.
    const hasSerial = await firefox.evaluate('"serial" in navigator')
    expect(menu).toMatch(hasSerial === true ? /Open an adapter: SLCAN/ : /no Web Serial: use .* or "npx spine web slcan:/)
  })
})
