import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CARS, readTopology, type TopologyData } from '../car/index.ts'
import { changed } from '../schema/testing/index.ts'
import { compare, diagramOf, diagramSvg, kblXml, labelsSvg, partsCsv, planHtml, planOf, sizeCar, wiresCsv, wirevizYaml } from './index.ts'

const HOSTILE = '</svg><script>alert(1)</script>"\'&\u0001=HYPERLINK'

/** A car whose names want to be markup. */
function hostile(): TopologyData {
  const image = '<img src=x onerror=alert(2)>'
  const car = changed(CARS['sedan'], { name: HOSTILE, 'hubs.2.ports.0.name': image, 'copper.cables.3.name': '=1+1' })
  readTopology(car)
  return car as TopologyData
}

const written = (car: TopologyData): Record<string, string> => {
  const plan = planOf(car)
  const diagram = diagramOf(plan, car)
  return {
    svg: diagramSvg(diagram), html: planHtml(diagram, compare(car)), labels: labelsSvg(plan), kbl: kblXml(plan, car),
    yaml: wirevizYaml(plan),
    parts: partsCsv(plan), wires: wiresCsv(plan),
  }
}

describe('names from outside', () => {
  const outputs = written(hostile())

  it.each(['svg', 'html', 'labels', 'kbl'])('are text in %s, never markup', (name) => {
    const text = outputs[name]!
    expect(text).not.toMatch(/<script|<img|\u0001/)
    expect(text).toContain('&lt;/svg&gt;&lt;script&gt;')
    expect(text.match(/<svg/g) ?? []).toHaveLength(text.match(/<\/svg>/g)?.length ?? 0)
  })

  it('are no formulas in CSV, and texts in YAML', () => {
    expect(outputs['wires']).toContain('\'=1+1')
    expect((parse(outputs['yaml']!) as { metadata: { title: string } }).metadata.title).toBe(`Wiring of ${HOSTILE}`)
  })
})

describe('WireViz', () => {
  it('gets plugs and cables, and joins only pins that both have', () => {
    const { connectors, cables, connections } = parse(written(CARS['sedan']!)['yaml']!) as {
      connectors: Record<string, { pincount: number, pinlabels: string[] }>
      cables: Record<string, { wirecount: number, colors: string[], length: number }>
      connections: Record<string, number[]>[][]
    }
    expect(connections).toHaveLength(16 + 15)
    for (const set of connections) {
      const [[from], [cable], [to]] = set.map(one => Object.keys(one)) as [[string], [string], [string]]
      expect(cables[cable]!.colors).toHaveLength(cables[cable]!.wirecount)
      for (const [i, plug] of [[0, from], [2, to]] as const) {
        expect(connectors[plug]!.pinlabels).toHaveLength(connectors[plug]!.pincount)
        for (const pin of set[i]![plug]!) expect(pin).toBeLessThanOrEqual(connectors[plug]!.pincount)
      }
    }
    // A dot would be a template's name.
    for (const name of Object.keys(connectors)) expect(name).toMatch(/^[A-Za-z]\w*$/)
  })
})

describe('KBL', () => {
  it.each(['sedan', 'kit'])('of the %s refers to what it has, each by an id of its own', (name) => {
    const xml = written(CARS[name]!)['kbl']!
    const ids = [...xml.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    const fields = 'Part|Wire|Contact_point|Cartesian_point|End_node|Start_node|Routed_wire|Segments|Unit_component'
    const references = [...xml.matchAll(new RegExp(`<(?:${fields})>([^<]*)<`, 'g'))].map(([, id]) => id!)
    expect(references.length).toBeGreaterThan(100)
    expect(references.filter(id => !ids.includes(id))).toEqual([])
    const lengths = [...xml.matchAll(/<Physical_length.*?<Value_component>(\d+)</g)].map(([, length]) => Number(length))
    expect(lengths).toEqual(CARS[name]!.copper.cables.map(cable => Math.round(1000 * cable.length_m)))
  })
})

const CHROMIUM = process.env['SPINE_CHROMIUM'] ?? '/usr/bin/chromium'

/** Sixteen sockets at every hub, with names that are too long. */
function crowded(car: TopologyData): TopologyData {
  const more = (hub: number, count: number): TopologyData['hubs'][number]['ports'] => Array.from({ length: count }, (_, i) =>
    ({ class: 'switchPack', layout: 'door', name: `switches behind the cupboard on the left ${hub}-${i}` }))
  return {
    ...car, name: 'an expedition vehicle whose name is far too long for any title or label',
    hubs: car.hubs.map((hub, i) => ({ ...hub, ports: [...hub.ports, ...more(i, 16 - hub.ports.length)] })),
  }
}

/** Every hub on the right: their boxes are pushed together. */
function onOneSide(car: TopologyData): TopologyData {
  const places = Object.fromEntries(car.hubs.map((hub, i) => [hub.location, { x_mm: 700 + 480 * i, y_mm: 200, z_mm: 500 }]))
  return sizeCar({ ...car, body: { type: 'sedan', places } }).car
}

/** A spine that branches at the dashboard. */
function branched(car: TopologyData): TopologyData {
  const cables = car.copper.cables.map(cable => cable.name === 'spine.STEREO' ? { ...cable, from: 'tap.DASH' } : cable)
  return { ...car, copper: { ...car.copper, cables } }
}

const DRAWN: Readonly<Record<string, () => TopologyData>> = {
  'a line': () => CARS['sedan']!,
  'a ring': () => sizeCar(CARS['sedan']!, { together: 0.8, layout: 'ring' }).car,
  'two spines': () => CARS['sedan-dual']!,
  'two spines and all that is possible': () => crowded(sizeCar(CARS['van']!, { together: 0.8, layout: 'dual' }).car),
  'all on one side, two spines': () => onOneSide(CARS['sedan-dual']!),
  'a branch': () => branched({ name: 'branch', hubs: CARS['sedan']!.hubs, copper: CARS['sedan']!.copper }),
}

/** Finds in a page of drawings what cannot be read: texts that overlap, leave their sheet or are tiny (1.8 mm are 5 points). */
const LOOK = `
  const seen = [...document.querySelectorAll('svg')].map((svg) => {
    const sheet = svg.getBoundingClientRect()
    const mm = sheet.width / svg.viewBox.baseVal.width
    const texts = [...svg.querySelectorAll('text')].map(text => ({ text: text.textContent, size: Number(text.getAttribute('font-size')), box: text.getBoundingClientRect() }))
    const cut = 0.35 * mm
    const over = ({ box: a }, { box: b }) => a.left + cut < b.right && b.left + cut < a.right && a.top + 2 * cut < b.bottom && b.top + 2 * cut < a.bottom
    const frame = 3.5 * mm
    return {
      count: texts.length,
      clash: texts.flatMap((a, i) => texts.slice(i + 1).filter(b => over(a, b)).map(b => a.text + ' | ' + b.text)),
      outside: texts.filter(({ box }) => box.left < sheet.left + frame || box.right > sheet.right - frame || box.top < sheet.top + frame || box.bottom > sheet.bottom - frame).map(one => one.text),
      tiny: texts.filter(one => one.size < 1.8).map(one => one.text),
    }
  })
  document.body.textContent = JSON.stringify(seen)`

describe.skipIf(!existsSync(CHROMIUM))('drawings as a browser shows them', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-plan-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('keep every text on its sheet, legible and out of the others\' way', () => {
    const cars = Object.values(DRAWN).map(make => make())
    const drawings = cars.map(car => diagramSvg(diagramOf(planOf(car), car)))
    const labels = labelsSvg(planOf(cars[3]!))
    const page = join(folder, 'page.html')
    const figures = [...drawings, labels].map(svg => svg.slice(svg.indexOf('<svg')))
    writeFileSync(page, `<!DOCTYPE html><meta charset="utf-8"><body style="width:297mm">${figures.join('')}<script>${LOOK}</script></body>`)
    const words = ['--headless', '--no-sandbox', '--disable-gpu', '--window-size=1300,900', '--dump-dom', `file://${page}`]
    const html = execFileSync(CHROMIUM, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 110_000 })
    const text = html.slice(html.indexOf('[', html.indexOf('<body')), html.lastIndexOf(']') + 1).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    const seen = JSON.parse(text) as { count: number, clash: string[], outside: string[], tiny: string[] }[]
    const told = [...Object.keys(DRAWN), 'labels'].map((name, i) => ({ name, ...seen[i] }))
    expect(told.filter(({ clash, outside, tiny }) => [...clash!, ...outside!, ...tiny!].length > 0)).toEqual([])
    for (const { name, count } of told) expect(count, name).toBeGreaterThan(60)
  }, 120_000)
})
