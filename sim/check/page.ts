import { escaped } from '../markup/index.ts'
import type { CopperTopology } from '../power/index.ts'
import type { Check, Diagnosis } from './diagnose.ts'
import { breakText, findingText, isUnknown, mOhm, severityOf, stateText } from './words.ts'

const WIDTH = 960
const PLOT_HEIGHT = 260
const LEFT = 130
const COLOURS = ['#1b6ca8', '#c8553d', '#2a9d8f', '#8d5a97', '#b8860b', '#4a5859', '#d1495b', '#3d5a80']
const MOST_POINTS = 600
const STATE_COLOUR = { good: '#2a9d8f', bad: '#b00020', notExcited: '#b0b0b0', hidden: '#b0b0b0' } as const
const VERDICT = { good: 'No bad contact was found.', watch: 'A contact begins to go bad.', repair: 'Something has to be repaired.' } as const

/** A diagnosis as one HTML page with plots, without scripts. */
export function checkPage(title: string, topology: CopperTopology, check: Check, diagnosis: Diagnosis): string {
  const rows = diagnosis.places.map(place => `<tr><td>${escaped(place.cables.join(' or '))}</td><td>${mOhm(place.nominal_Ohm)}</td>`
    + `<td>${isUnknown(place) ? '' : `${mOhm(place.added_Ohm)} ± ${mOhm(2 * place.resolution_Ohm)}`}</td><td class="${place.state}">${escaped(stateText(place))}</td></tr>`)
  const found = [...diagnosis.findings.map(one => findingText(topology, one)), ...diagnosis.breaks.map(breakText)]
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #ddd;text-align:left}.bad{color:#b00020;font-weight:600}.notExcited,.hidden{color:#666}
svg{width:100%;height:auto}</style>
<h1>${escaped(title)}</h1>
<p><strong>${VERDICT[severityOf(diagnosis)]}</strong> ${diagnosis.readings} readings of ${diagnosis.duration_s.toFixed(0)} s.</p>
${found.length === 0 ? '' : `<ul>${found.map(text => `<li>${escaped(text)}</li>`).join('')}</ul>`}
<h2>Added resistance</h2>
${bars(diagnosis)}
<table><tr><th>cable</th><th>described, mΩ</th><th>added, mΩ (2σ)</th><th></th></tr>${rows.join('')}</table>
<h2>Volts at the hubs</h2>
${lines(check.model.hubs, check.model.hubs.map((_, hub) => check.readings.volts.filter(one => one.hub === hub).map(one => [one.t_s, one.supply_V] as const)), 'V')}
<h2>Amperes at the ports</h2>
${lines(...portsOf(check), 'A')}
</html>
`
}

/** Ports that drew something worth a line. */
function portsOf(check: Check): [string[], (readonly (readonly [number, number])[])[]] {
  const ports = [...check.readings.ports].filter(([, port]) => port.current_A.some(current_A => current_A > 1))
    .slice(0, COLOURS.length)
  return [
    ports.map(([key, port]) => `${check.model.hubs[port.hub]!}.${key % 16}`),
    ports.map(([, port]) => port.t_s.map((t_s, i) => [t_s, port.current_A[i]!] as const)),
  ]
}

/** By place: what is added, with two standard deviations. */
function bars({ places }: Diagnosis): string {
  const shown = places.filter(place => !isUnknown(place))
  if (shown.length === 0) return '<p>No cable carried enough to be judged.</p>'
  const most = Math.max(0.02, ...shown.map(place => place.added_Ohm + 2 * place.resolution_Ohm))
  const x = (ohm: number): number => LEFT + (WIDTH - LEFT - 20) * (Math.max(ohm, -most / 8) + most / 8) / (most * 1.125)
  const height = 24 * shown.length + 30
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" font-size="13" role="img" aria-label="added resistance by cable">`,
    ...shown.flatMap((place, i) => {
      const y = 24 * i + 16
      const colour = STATE_COLOUR[place.state]
      return [
        `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${escaped(place.cables[0]!)}${place.cables.length > 1 ? ' …' : ''}</text>`,
        `<line x1="${fixed(x(place.added_Ohm - 2 * place.resolution_Ohm))}" x2="${fixed(x(place.added_Ohm + 2 * place.resolution_Ohm))}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="3"/>`,
        `<circle cx="${fixed(x(place.added_Ohm))}" cy="${y}" r="5" fill="${colour}"/>`,
      ]
    }),
    `<line x1="${fixed(x(0))}" x2="${fixed(x(0))}" y1="4" y2="${height - 24}" stroke="#888"/>`,
    `<text x="${fixed(x(0))}" y="${height - 6}" text-anchor="middle">0</text>`,
    `<text x="${WIDTH - 20}" y="${height - 6}" text-anchor="end">${mOhm(most)} mΩ</text>`, '</svg>',
  ].join('\n')
}

function lines(names: readonly string[], series: readonly (readonly (readonly [number, number])[])[], unit: string): string {
  const all = series.flat()
  if (all.length === 0) return '<p>Nothing was told.</p>'
  let [begin, end, low, high] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [t_s, value] of all) {
    begin = Math.min(begin, t_s)
    end = Math.max(end, t_s)
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const x = (t_s: number): number => 50 + (WIDTH - 70) * (t_s - begin) / Math.max(1e-9, end - begin)
  const y = (value: number): number => PLOT_HEIGHT - 30 - (PLOT_HEIGHT - 60) * (value - low) / Math.max(0.1, high - low)
  return [
    `<svg viewBox="0 0 ${WIDTH} ${PLOT_HEIGHT}" font-size="13" role="img" aria-label="${unit} over time">`,
    ...series.map((points, i) => {
      const every = Math.max(1, Math.ceil(points.length / MOST_POINTS))
      const kept = points.filter((_, at) => at % every === 0).map(([t_s, value]) => `${fixed(x(t_s))},${fixed(y(value))}`)
      return `<polyline fill="none" stroke="${COLOURS[i % COLOURS.length]}" points="${kept.join(' ')}"/>`
        + `<text x="${60 + 105 * i}" y="16" fill="${COLOURS[i % COLOURS.length]}">${escaped(names[i]!)}</text>`
    }),
    `<text x="44" y="${fixed(y(low))}" text-anchor="end">${low.toFixed(1)}</text><text x="44" y="${fixed(y(high))}" text-anchor="end">${high.toFixed(1)}</text>`,
    `<text x="50" y="${PLOT_HEIGHT - 8}">0 s</text><text x="${WIDTH - 20}" y="${PLOT_HEIGHT - 8}" text-anchor="end">${(end - begin).toFixed(0)} s, ${unit}</text>`, '</svg>',
  ].join('\n')
}

function fixed(value: number): string {
  return value.toFixed(1)
}
