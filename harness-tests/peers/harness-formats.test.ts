import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CARS } from '#sim/car/index.ts'
import { kblXml, planOf, sizeCar, wirevizYaml } from '#sim/plan/index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PYTHON = '/usr/bin/python3'
const READER = fileURLToPath(new URL('./kbl_structure.py', import.meta.url))
/** The published schema (VDA 4964, KBL24_SR1.xsd), and the command of WireViz: neither may lie here, whoever has them names them. */
const SCHEMA = process.env['SPINE_KBL_XSD']
const WIREVIZ = process.env['SPINE_WIREVIZ']

const LAYOUTS = {
  'a line': CARS['van']!, 'a ring': sizeCar(CARS['kit']!, { together: 0.8, layout: 'ring' }).car, 'two spines': CARS['sedan-dual']!,
} as const
const names = Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]

interface Read {
  readonly wrong: readonly string[]
  readonly reach: Readonly<Record<string, readonly string[]>>
  readonly wires: number
  readonly wires_m: number
}

describe.skipIf(!existsSync(PYTHON) && process.env['CI'] !== 'true')('KBL, read by a parser that nobody here wrote', () => {
  it.each(names)('%s has the structure of the schema, and leads from the battery to every plug', (name) => {
    const car = LAYOUTS[name]
    const plan = planOf(car)
    const read = JSON.parse(execFileSync(PYTHON, [READER], { input: kblXml(plan, car), encoding: 'utf8' })) as Read
    expect(read.wrong).toEqual([])
    const plugs = plan.hubs.flatMap(hub => hub.plugs.map(plug => plug.name))
    expect(plugs).toHaveLength(plan.cables.filter(cable => cable.kind === 'drop').length)
    for (const plug of plugs) {
      expect(read.reach[`${plug}:1`], plug).toContain('battery:1')
      expect(read.reach[`${plug}:2`], plug).toContain('battery:2')
      // Pairs end at hubs; those of two spines do not meet.
      const bus = plugs.filter(other => other.split('.')[1] === plug.split('.')[1])
      expect(plugs.filter(other => read.reach[`${plug}:3`]!.includes(`${other}:3`)), plug).toEqual(bus)
      for (const pin of [1, 2, 3, 4]) expect(read.reach[`${plug}:${pin}`]!.every(other => other.endsWith(`:${pin}`)), `${plug}:${pin}`).toBe(true)
    }
    expect(read.wires).toBe(plan.cables.reduce((sum, cable) => sum + cable.wires.length, 0))
    expect(read.wires_m).toBeCloseTo(plan.cables.reduce((sum_m, cable) => sum_m + cable.wires.length * cable.length_m, 0), 6)
  })

  it('is refused where an element is out of its order, or a reference leads nowhere', () => {
    const xml = kblXml(planOf(CARS['kit']!), CARS['kit']!)
    const broken = xml.replace(/<End_node>[^<]*<\/End_node>(<Start_node>[^<]*<\/Start_node>)/, '$1<End_node>nowhere</End_node>')
    const { wrong } = JSON.parse(execFileSync(PYTHON, [READER], { input: broken, encoding: 'utf8' })) as Read
    expect(wrong).toEqual([
      'KBL_container/Segment: 0 of End_node', 'KBL_container/Segment: End_node out of its order', 'KBL_container/Segment/End_node: nowhere is no Node',
    ])
  })
})

describe.skipIf(SCHEMA === undefined && WIREVIZ === undefined)('by the tools of others', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'spine-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.skipIf(SCHEMA === undefined).each(names)('KBL of %s validates against the schema', (name) => {
    const file = path.join(folder, 'car.kbl')
    writeFileSync(file, kblXml(planOf(LAYOUTS[name]), LAYOUTS[name]))
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA!, file], { encoding: 'utf8' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  it.skipIf(WIREVIZ === undefined).each(names)('WireViz draws %s with every plug and cable', (name) => {
    const plan = planOf(LAYOUTS[name])
    const file = path.join(folder, 'car.yml')
    writeFileSync(file, wirevizYaml(plan))
    const [command, ...words] = WIREVIZ!.split(' ')
    const { status, stdout, stderr } = spawnSync(command!, [...words, file, '-f', 'st'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 })
    const drawn = readFileSync(path.join(folder, 'car.svg'), 'utf8')
    for (const cable of plan.cables) expect(drawn).toContain(`>W${cable.number}<`)
    for (const hub of plan.hubs) expect(drawn).toContain(`>hub, image ${hub.image}<`)
  })
})
