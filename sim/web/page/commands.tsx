import type { JSX } from 'preact'
import { signal } from '@preact/signals'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { ENTRIES, entryNamed, locationNamed, MessageSender } from '#protocol/messages/index.ts'
import { createLinkFrame } from '#sim/gateway/browser.ts'
import { notice, source, t, unlocked } from './store.ts'

const COMMANDS = ENTRIES.filter(({ row }) => row.page === 1 && row.actuates && 'action' in row.fields)
const REPEAT_ms = 100

const message = signal('WindowCommand')
const location = signal('FL')
const values = signal<Readonly<Record<string, string>>>({})

const sender = new MessageSender({ counter: 3, sequence: 5 })
const held = signal(false)

/** Commands of our own onto a bus that is no car of this page, once it is unlocked. */
export function CommandPanel(): JSX.Element | null {
  const from = source.value
  if (from === undefined || from.kind === 'log') return null
  const { row } = entryNamed(message.value)
  return (
    <section aria-label={t('send')} class="commands">
      <p class="hint">{t('sendHint')}</p>
      <div class="row">
        <button type="button" class={unlocked.value ? 'danger pressed' : 'danger'} aria-pressed={unlocked.value} onClick={() => { unlocked.value = !unlocked.value }}>{t(unlocked.value ? 'lock' : 'unlock')}</button>
      </div>
      <div class="facts">
        <label class="fact"><span class="label">{t('message')}</span>
          <select value={message.value} onChange={(event) => { message.value = event.currentTarget.value; values.value = {}; location.value = entryNamed(message.value).row.locations[0]! }}>
            {COMMANDS.map(entry => <option key={entry.row.name}>{entry.row.name}</option>)}
          </select>
        </label>
        <label class="fact"><span class="label">{t('location')}</span>
          <select value={location.value} onChange={(event) => { location.value = event.currentTarget.value }}>
            {row.locations.map(name => <option key={name}>{name}</option>)}
          </select>
        </label>
        {Object.entries(row.fields).filter(([name]) => name !== 'sequence').map(([name, field]) => (
          <label class="fact" key={name}><span class="label">{name}</span>
            {field.values === undefined
              ? <input inputMode="decimal" value={values.value[name] ?? ''} onInput={(event) => { values.value = { ...values.value, [name]: event.currentTarget.value } }} />
              : (
                  <select value={values.value[name] ?? ''} onChange={(event) => { values.value = { ...values.value, [name]: event.currentTarget.value } }}>
                    <option value="">—</option>
                    {Object.keys(field.values).map(code => <option key={code}>{code}</option>)}
                  </select>
                )}
          </label>
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          class={held.value ? 'hold pressed' : 'hold'}
          disabled={!unlocked.value}
          onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); hold() }}
          onPointerUp={release}
          onLostPointerCapture={release}
          onKeyDown={(event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); hold() } }}
          onKeyUp={release}
        >
          {t('send')}
        </button>
      </div>
    </section>
  )
}

let timer: ReturnType<typeof setInterval> | undefined

/** Sends it, and repeats it as long as it is held, as a held switch does. */
function hold(): void {
  if (held.value || !unlocked.value) return
  held.value = true
  const entry = entryNamed(message.value)
  const given = Object.fromEntries(Object.entries(values.value).filter(([, value]) => value !== ''))
  const source_address = TOOL_ADDRESSES[0]!
  try {
    const place = locationNamed(location.value)
    const sequence = sender.sequence(entry, place, source_address)
    const send = (): void => {
      const frame = Object.assign(createLinkFrame(), sender.encode(entry, place, { ...given, sequence }, source_address))
      if (source.value?.send(frame) !== true) {
        notice.value = t('notAllowed')
        release()
      }
    }
    timer = setInterval(send, REPEAT_ms)
    send()
  } catch (error) {
    notice.value = error instanceof Error ? error.message : String(error)
    release()
  }
}

function release(): void {
  clearInterval(timer)
  held.value = false
}
