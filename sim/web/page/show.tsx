import { render } from 'preact'
import { eventText } from '#sim/trace/index.ts'
import type { Drive } from '#sim/live/index.ts'
import { App, openLog } from './app.tsx'
import { followWidth } from './car-view.tsx'
import { driveOf } from './share.ts'
import { notice, open, run, speakEvents, t } from './store.ts'
import { servedSource, workerSource } from './stream-source.ts'
import { takeDbc } from './words.ts'

/** Shows the page; `script` is the text that its worker runs. */
export async function showPage(script: string): Promise<void> {
  speakEvents(eventText)
  followWidth()
  const startCar = (drive: Drive = { seed: 1 }): void => open(workerSource(script, drive), t('sourceWorker'))
  const begin = async (): Promise<void> => {
    const token = /^#t=([\w-]+)$/.exec(location.hash)?.[1]
    if (token !== undefined) return served(token)
    try {
      const drive = await driveOf(location.hash)
      startCar(drive === undefined ? undefined : { car: drive.topology, seed: drive.seed, faults: drive.faults, events: drive.events, for_ms: drive.for_ms })
    } catch (error) {
      notice.value = `${t('badLink')}: ${error instanceof Error ? error.message : String(error)}`
      startCar()
    }
  }
  await begin()
  addEventListener('hashchange', () => void begin())
  render(<App startCar={() => startCar()} />, document.body)
  run()
}

/** What the server has: a DBC beside it, a log, or something that talks. */
async function served(token: string): Promise<void> {
  const { protocol, host } = location
  const ask = (what: string): Promise<Response | undefined> => fetch(what, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined)
  const dbc = await ask('dbc')
  if (dbc?.status === 200) takeDbc(new Uint8Array(await dbc.arrayBuffer()))
  const answer = await ask('log')
  if (answer?.ok === true) openLog(decodeURIComponent(answer.headers.get('x-name') ?? 'log'), new Uint8Array(await answer.arrayBuffer()))
  else open(servedSource(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/stream`, token), host)
}
