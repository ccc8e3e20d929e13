import { render } from 'preact'
import { eventText } from '#sim/trace/index.ts'
import { App, openLog } from './app.tsx'
import { followWidth } from './car-view.tsx'
import { offerInstall } from './install.ts'
import { scriptOf } from './parts.ts'
import { driveOf } from './share.ts'
import { expectsCar, learnLanguage, notice, open, run, source, speakEvents, t, untouched } from './store.ts'
import { servedSource, workerSource } from './stream-source.ts'
import { takeDbc } from './words.ts'

/** Shows the page: first the picture, then what moves it. */
export async function showPage(): Promise<void> {
  await learnLanguage()
  speakEvents(eventText)
  followWidth()
  expectsCar.value = tokenOf(location.hash) === undefined
  render(<App startCar={() => void startCar(untouched)} />, document.body)
  run()
  offerInstall()
  requestAnimationFrame(() => setTimeout(() => void begin()))
  addEventListener('hashchange', () => void begin())
}

const tokenOf = (hash: string): string | undefined => /^#t=([\w-]+)$/.exec(hash)?.[1]

async function begin(): Promise<void> {
  const token = tokenOf(location.hash)
  if (token !== undefined) return served(token)
  try {
    await startCar(await driveOf(location.hash) ?? untouched)
  } catch (error) {
    await refuse(error instanceof Error ? error.message : String(error))
  }
}

/** Opens the car of a drive, unless something else was opened meanwhile. */
async function startCar(drive: unknown): Promise<void> {
  const before = source.value
  const script = await scriptOf('car')
  if (source.value === before) open(workerSource(script, drive, problem => void refuse(problem)), t('sourceWorker'))
}

async function refuse(problem: string): Promise<void> {
  notice.value = `${t('badLink')}: ${problem}`
  await startCar(untouched)
}

/** What the server has: a DBC beside it, a log, or something that talks. */
async function served(token: string): Promise<void> {
  const { protocol, host } = location
  const ask = (what: string): Promise<Response | undefined> => fetch(what, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined)
  const [dbc, log] = await Promise.all([ask('dbc'), ask('log')])
  if (dbc?.status === 200) await takeDbc(new Uint8Array(await dbc.arrayBuffer()))
  if (log?.ok === true) await openLog(decodeURIComponent(log.headers.get('x-name') ?? 'log'), new Uint8Array(await log.arrayBuffer()))
  else open(servedSource(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/stream`, token), host)
}
