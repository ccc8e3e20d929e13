import type { JSX } from 'preact'
import { signal } from '@preact/signals'
import { events, faults, hasCar, model, selection, t, topology, view } from './store.ts'

const filter = signal('')

/** What is wrong, in plain words, with what to check; and what happened. */
export function FaultsView(): JSX.Element {
  const list = faults.value
  return (
    <section class="faults" aria-label={t('faults')}>
      <div class="list" aria-live="polite">
        {list.length === 0 && <p class="good">✓ {t('noFaults')}</p>}
        {list.map(({ place, what, check, severe, figure }) => (
          <article key={`${place} ${what}`} class={severe ? 'severe' : ''}>
            <h3><span aria-hidden="true">{severe ? '✖' : '⚠'}</span> <button type="button" class="plain" onClick={() => choose(place)}>{place}</button> {t(what)}{figure === '' ? '' : ` (${figure})`}</h3>
            <p><strong>{t('check')}:</strong> {t(check)}</p>
          </article>
        ))}
      </div>
      <div class="events">
        <h2>{t('events')}</h2>
        <input type="search" placeholder={t('filter')} aria-label={t('filter')} value={filter.value} onInput={(event) => { filter.value = event.currentTarget.value }} />
        <ol class="scroll" tabIndex={0}>
          {happened().map(({ key, time_s, text }) => <li key={key}><span class="mono time">{time_s.toFixed(3)}</span> {text}</li>)}
        </ol>
      </div>
    </section>
  )
}

/** What a car tells of itself and the contracts on its bus; of another bus all that its frames tell. The newest first. */
function happened(): { key: string, time_s: number, text: string }[] {
  const heard = model.value.events.filter(({ isContract }) => isContract || !hasCar.value)
  const words = filter.value.toLowerCase().split(/\s+/)
  return [
    ...events.value.map(({ n, time_s, text }) => ({ key: String(n), time_s, text })),
    ...heard.map(({ at_ns, text }) => ({ key: `${at_ns} ${text}`, time_s: at_ns / 1e9, text })),
  ].filter(({ text }) => words.every(word => text.toLowerCase().includes(word))).sort((a, b) => b.time_s - a.time_s)
}

/** Shows the place in the picture. */
function choose(place: string): void {
  const car = topology.value
  // Of cables that carry the same current, the first.
  const [first = place] = place.split(' / ')
  const cable = car.copper.cables.some(({ name }) => name === first)
  const hub = car.hubs.some(({ location }) => location === place)
  selection.value = { kind: cable ? 'cable' : hub ? 'hub' : 'part', name: first }
  view.value = 'car'
}
