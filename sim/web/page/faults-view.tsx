import type { JSX } from 'preact'
import { events, faults, selection, t, topology, view } from './store.ts'

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
        <ol class="scroll" tabIndex={0}>
          {[...events.value].reverse().map(({ n, time_s, text }) => <li key={n}><span class="mono time">{time_s.toFixed(3)}</span> {text}</li>)}
        </ol>
      </div>
    </section>
  )
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
