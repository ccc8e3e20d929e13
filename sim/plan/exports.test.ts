import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

describe.skipIf(!existsSync(CHROMIUM))('the diagram as a picture', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-plan-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is drawn by a browser, a line and a ring, and not empty', () => {
    const cars = { line: CARS['sedan']!, ring: sizeCar(CARS['sedan']!, { together: 0.8, layout: 'ring' }).car }
    for (const [name, car] of Object.entries(cars)) {
      const [svg, png] = [join(folder, `${name}.svg`), join(folder, `${name}.png`)]
      writeFileSync(svg, written(car)['svg']!)
      const words = ['--headless', '--no-sandbox', '--disable-gpu', '--window-size=1130,800', `--screenshot=${png}`, `file://${svg}`]
      execFileSync(CHROMIUM, words, { stdio: 'ignore', timeout: 60_000 })
      expect(statSync(png).size).toBeGreaterThan(20_000)
    }
  }, 120_000)

  it('keeps every text on its sheet and out of the others\' way', () => {
    const svg = written(CARS['van']!)['svg']!
    const found = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)"([^>]*)>([^<]*)</g)]
    const texts = found.map(([, x, y, size, more, content]) => {
      const width = 0.46 * Number(size) * content!.length
      const left = Number(x) - (more!.includes('"end"') ? width : more!.includes('"middle"') ? width / 2 : 0)
      return { content: content!, left, right: left + width, top: Number(y) - Number(size), bottom: Number(y) }
    })
    expect(texts.length).toBeGreaterThan(60)
    type Text = (typeof texts)[number]
    const onSheet = (text: Text): boolean => text.left >= 3 && text.right <= 294 && text.top >= 3 && text.bottom <= 207
    expect(texts.filter(text => !onSheet(text))).toEqual([])
    const over = (a: Text, b: Text): boolean => a.left < b.right && b.left < a.right && a.top + 0.4 < b.bottom && b.top + 0.4 < a.bottom
    const clash = texts.flatMap((a, i) => texts.slice(i + 1).filter(b => over(a, b)).map(b => `${a.content} | ${b.content}`))
    expect(clash).toEqual([])
  })
})
