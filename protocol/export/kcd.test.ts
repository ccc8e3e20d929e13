import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from '../catalogue/index.ts'
import { renderKcd } from './kcd.ts'
import { LATER_NAMES } from './network.ts'
import { kcdFaults, LATER_ROWS } from './testing/index.ts'

interface ParsedSignal {
  name: string
  bitOffset: number
  bitLength: number
  slope: number
  intercept: number
  unit: string
  labels: Record<string, string>
  maxValue: number
}
interface ParsedMessage { name: string, id: number, ext: boolean, length: number, interval: number, signals: ParsedSignal[] }
interface ParsedNetwork { nodes: Record<string, { name: string }>, buses: Record<string, { messages: ParsedMessage[] }> }

/** The parser of the `socketcan` package, which is optional: it installs on Linux only. */
function parser(): ((path: string) => ParsedNetwork) | undefined {
  try {
    return (createRequire(import.meta.url)('socketcan/dist/parse_kcd.js') as { parseKcdFile: (path: string) => ParsedNetwork }).parseKcdFile
  } catch {
    console.log('skipped: KCD in the parser of the socketcan package (npm install socketcan, on Linux)')
    return undefined
  }
}

const parse = parser()
const text = renderKcd(MESSAGES)

describe('KCD', () => {
  it('has every message, once for each sender, under identifiers of their own', () => {
    const names = [...text.matchAll(/<Message id="(0x[0-9A-F]{8})" name="(\w+)"/g)]
    expect(new Set(names.map(([, id]) => id)).size).toBe(names.length)
    expect(new Set(names.map(([, , name]) => name)).size).toBe(names.length)
    for (const row of MESSAGES) {
      const name = row.class === undefined ? row.name : LATER_NAMES[row.page]
      for (const location of row.locations) expect(text).toContain(`name="${name}_${location}"`)
    }
    expect(text).toContain('<Message id="0x09FF81F9" name="WindowCommand_FL_from_TOOL"')
  })

  it('keeps the rules of Kayak\'s schema, which notice what does not', () => {
    expect(kcdFaults(text)).toEqual([])
    expect(kcdFaults(renderKcd([...MESSAGES.filter(row => row.class === undefined), ...LATER_ROWS]))).toEqual([])
    expect(kcdFaults(text.replace('<Node id="1"', '<Node id="1" J1939AAC="0"'))).toEqual(['Node J1939AAC="0"'])
    expect(kcdFaults(text.replace('<MuxGroup', '<Notes>first</Notes><MuxGroup'))).toEqual(['Multiplex lacks MuxGroup'])
    console.log('not run here: xmllint --noout --schema Definition.xsd spine.kcd (Kayak\'s own file, run by hand: it validates)')
  })

  it('gives an interval to what is sent in cycles at rest only, and beside it whether it is triggered', () => {
    for (const row of MESSAGES.filter(each => each.class === undefined)) {
      const [, interval, triggered] = new RegExp(`name="${row.name}_${row.locations[0]}".* interval="(\\d+)" triggered="(\\w+)"`).exec(text)!
      expect([row.name, interval, triggered]).toEqual([row.name, `${row.idlePeriod_ms}`, `${row.idlePeriod_ms === 0}`])
    }
    console.log('not run here: canmatrix.formats.loadp("spine.kcd") (canmatrix 1.2, run by hand: 227 frames)')
  })

  it.skipIf(parse === undefined)('loads in the parser of the socketcan package', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spine-kcd-'))
    try {
      const path = join(folder, 'spine.kcd')
      writeFileSync(path, text)
      const network = parse!(path)
      expect(Object.values(network.nodes).map(node => node.name)).toContain('DASH')
      const { messages } = network.buses['Spine']!
      const status = messages.find(message => message.name === 'WindowStatus_FL')!
      expect(status).toMatchObject({ id: 0x10ff8181, ext: true, length: 8, interval: 1000 })
      expect(status.signals.find(signal => signal.name === 'supply_V')).toMatchObject({
        bitOffset: 16, bitLength: 8, slope: 0.1, intercept: 0, unit: 'V', maxValue: 25.3, labels: { 255: 'not available' },
      })
      expect(status.signals.find(signal => signal.name === 'state')!.labels).toMatchObject({ 3: 'closing' })
      const hub = messages.find(message => message.name === 'HubStatus_DASH')!
      expect(hub.signals.find(signal => signal.name === 'temperature_C')).toMatchObject({ intercept: -40, unit: '°C' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
