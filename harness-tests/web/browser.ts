import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { TopologyData } from '#sim/car/index.ts'
import { bundlePage, pageHtml, type PageParts } from '#sim/web/index.ts'

/** Debian's; another one is named in the environment. */
const CHROMIUM = process.env['SPINE_CHROMIUM'] ?? '/usr/bin/chromium'
/** Where pictures are kept, below the working directory; git ignores it. */
const PICTURES = '.traces/web'
/** Those that the guide shows, and where it finds them; made anew when the environment asks for it, as every one is other bytes. */
const GUIDE = 'sim/web/pictures'
const IN_GUIDE = ['cut', 'contact', 'plots']
const RENEWS_GUIDE = process.env['SPINE_GUIDE'] !== undefined

export const hasChromium = existsSync(CHROMIUM)
export const HOW_TO_GET_IT = `no browser at ${CHROMIUM}: apt-get install chromium, or SPINE_CHROMIUM=…`

/** Nothing that talks to anybody. */
const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
]

/** A browser that keeps what it is given, in a folder of its own. */
export function keepingBrowser(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: QUIET })
}

/** One browser for all tests, and the page as a file. */
export class Pages {
  readonly file: string
  private readonly browser: Browser
  private readonly folder: string
  private readonly parts: PageParts
  private readonly contexts: BrowserContext[] = []

  private constructor(browser: Browser, parts: PageParts, folder: string) {
    this.browser = browser
    this.parts = parts
    this.folder = folder
    this.file = path.join(folder, 'index.html')
  }

  static async open(): Promise<Pages> {
    const [browser, parts] = await Promise.all([chromium.launch({ executablePath: CHROMIUM, args: QUIET }), bundlePage()])
    const pages = new Pages(browser, parts, mkdtempSync(path.join(tmpdir(), 'spine-web-')))
    writeFileSync(pages.file, pageHtml(parts, 'nothing'))
    return pages
  }

  get address(): string {
    return pathToFileURL(this.file).href
  }

  /** The address of a file with this car in it. */
  addressOf(car: TopologyData): string {
    const file = path.join(this.folder, 'car.html')
    writeFileSync(file, pageHtml(this.parts, 'nothing', car))
    return pathToFileURL(file).href
  }

  /** A page that throws, or breaks its policy, fails the test with `problems`. */
  async show(address: string, options: PageOptions = {}): Promise<Shown> {
    const { width = 1280, height = 720, theme = 'light', locale = 'en', before } = options
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: theme, locale, offline: false })
    this.contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(45_000)
    const problems: string[] = []
    page.on('pageerror', error => problems.push(error.message))
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('console', (message) => { if (/Content Security Policy|unsafe-eval/.test(message.text())) problems.push(message.text()) })
    if (before !== undefined) await page.addInitScript(before)
    await page.goto(address)
    return { page, problems }
  }

  /** Closes the pages of a test. */
  async tidy(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map(context => context.close()))
  }

  async close(): Promise<void> {
    await this.browser.close()
    rmSync(this.folder, { recursive: true })
  }
}

interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  readonly locale?: string
  /** Runs in the page before its own script. */
  readonly before?: () => void
}

export interface Shown { readonly page: Page, readonly problems: readonly string[] }

export async function keepPicture(page: Page, name: string): Promise<void> {
  keepBytes(await page.screenshot(), name)
}

export function keepBytes(bytes: Buffer, name: string): void {
  const folders = [PICTURES, ...RENEWS_GUIDE && IN_GUIDE.includes(name) ? [GUIDE] : []]
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, `${name}.png`), bytes)
  }
}

/** Holds a switch with the keyboard, as whoever has no mouse does. */
export async function hold(page: Page, name: string, duration_ms: number): Promise<void> {
  const key = page.getByRole('button', { name, exact: true })
  await key.focus()
  await page.keyboard.down(' ')
  await page.waitForTimeout(duration_ms)
  await page.keyboard.up(' ')
}

/** Chooses something in the picture: a hub, a cable, a component. */
export async function choose(page: Page, name: RegExp): Promise<void> {
  const thing = page.locator('svg.car').getByRole('button', { name }).first()
  await thing.focus()
  await page.keyboard.press('Enter')
}

/** The label of something in the picture tells what is to be seen. */
export async function label(page: Page, name: RegExp): Promise<string> {
  return await page.locator('svg.car').getByRole('button', { name }).first().getAttribute('aria-label') ?? ''
}

/** Waits until it is so; what was read last stands in the failure. */
export async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean, what: string, within_ms = 60_000): Promise<T> {
  const end_ms = performance.now() + within_ms
  for (;;) {
    const value = await read()
    if (isSo(value)) return value
    if (performance.now() > end_ms) throw new Error(`${what}: not within ${within_ms} ms, read last: ${JSON.stringify(value)}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
