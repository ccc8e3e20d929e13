import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'

/** Debian's; another one is named in the environment. */
const FIREFOX = process.env['SPINE_FIREFOX'] ?? '/usr/bin/firefox-esr'
export const hasFirefox = existsSync(FIREFOX)
export const HOW_TO_GET_FIREFOX = `no Firefox at ${FIREFOX}: apt-get install firefox-esr, or SPINE_FIREFOX=…`

/** Nothing that talks to anybody, and files without a question. */
const PREFERENCES: Readonly<Record<string, string | boolean | number>> = {
  'app.normandy.enabled': false, 'app.update.enabled': false, 'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false, 'extensions.update.enabled': false, 'intl.accept_languages': 'en',
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,', 'toolkit.telemetry.enabled': false,
}

interface Answer { readonly id?: number, readonly type: string, readonly result?: unknown, readonly message?: string }
interface Evaluated { readonly result?: { readonly value?: unknown }, readonly exceptionDetails?: { readonly text: string } }

/** A Firefox with one page, driven by WebDriver BiDi: playwright-core asks Debian's for commands that it has not. */
export class Firefox {
  private readonly process: ChildProcess
  private readonly folder: string
  private readonly socket: WebSocket
  private readonly waiting = new Map<number, (answer: Answer) => void>()
  private context = ''

  private constructor(running: ChildProcess, folder: string, socket: WebSocket) {
    this.process = running
    this.folder = folder
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answer
      if (answer.id !== undefined) this.waiting.get(answer.id)?.(answer)
    })
  }

  static async open(): Promise<Firefox> {
    const folder = mkdtempSync(path.join(tmpdir(), 'spine-firefox-'))
    writeFileSync(path.join(folder, 'user.js'), Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
    const running = spawn(FIREFOX, ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port=0', 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
    let address: string | undefined
    for await (const line of createInterface(running.stderr)) {
      address = /WebDriver BiDi listening on (\S+)/.exec(line)?.[1]
      if (address !== undefined) break
    }
    if (address === undefined) throw new Error('Firefox ended before it listened')
    running.stderr.resume()
    const socket = new WebSocket(`${address}/session`)
    await once(socket, 'open')
    const firefox = new Firefox(running, folder, socket)
    await firefox.send('session.new', { capabilities: {} })
    const { contexts } = await firefox.send('browsingContext.getTree', {}) as { contexts: { context: string }[] }
    firefox.context = contexts[0]!.context
    await firefox.send('browsingContext.setViewport', { context: firefox.context, viewport: { width: 1280, height: 720 } })
    return firefox
  }

  async show(address: string): Promise<void> {
    await this.send('browsingContext.navigate', { context: this.context, url: address, wait: 'complete' })
  }

  /** What an expression is in the page; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('script.evaluate', { expression, target: { context: this.context }, awaitPromise: true }) as Evaluated
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text)
    return result?.value
  }

  async picture(): Promise<Buffer> {
    const { data } = await this.send('browsingContext.captureScreenshot', { context: this.context }) as { data: string }
    return Buffer.from(data, 'base64')
  }

  async close(): Promise<void> {
    const ended = once(this.process, 'exit')
    await this.send('browser.close', {}).catch(() => this.process.kill())
    await ended
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async send(method: string, params: object): Promise<unknown> {
    const id = this.waiting.size + 1
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting.set(id, resolve)
      this.socket.send(JSON.stringify({ id, method, params }))
    })
    if (answer.type !== 'success') throw new Error(`${method}: ${answer.message ?? answer.type}`)
    return answer.result
  }
}
