import { readFileSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { OutsideProject } from './project.ts'

const JOURNEY = `
import { journey } from 'spine-car/kit'
import { createCar } from 'spine-car/sim'
import { openLink } from 'spine-car/gateway'
import { MESSAGES } from 'spine-car/protocol'
import { expect } from 'vitest'

journey('opens', async (car) => {
  expect([typeof createCar, typeof openLink, MESSAGES.length > 10]).toEqual(['function', 'function', true])
  await car.press('DASH.windowFL.down', 500)
  await car.until('the glass moves', () => car.status('WindowStatus@FL')['state'] === 'opening', { within_ms: 300 })
})
`

describe('a project elsewhere that installs the packed package', () => {
  const project = new OutsideProject()
  beforeAll(() => project.install(), 300_000)
  afterAll(() => project.remove())

  it('gets what it needs: no tests, no sources, no paths of the machine that built it', () => {
    expect(project.packed.filter(file => /test|\.tsx?$/.test(file.replace(/\.d\.ts$|^harness-tests|\/types\/harness-tests/g, '')))).toEqual([])
    const leaks = project.packed.filter(file => readFileSync(path.join(project.folder, 'node_modules/spine-car', file), 'utf8').includes(project.checkout))
    expect(leaks).toEqual([])
  })

  it('compiles under the strictest rules, and its journey passes', async () => {
    project.write('opens.test.ts', JOURNEY)
    expect(await project.run('npx', 'tsc')).toEqual({ code: 0, text: '' })
    const vitest = await project.run('npx', 'vitest', 'run')
    expect(vitest, vitest.text).toMatchObject({ code: 0 })
    expect(vitest.text).toMatch(/1 passed/)
  }, 300_000)

  it('has the command line', async () => {
    project.write('drive.log', '(0000000001.000000) spine0 09FF81F9#00112233\n')
    const [version, decode] = await Promise.all([project.run('npx', 'spine', '--version'), project.run('npx', 'spine', 'decode', 'drive.log')])
    expect(version).toEqual({ code: 0, text: '0.1.0\n' })
    expect(decode).toMatchObject({ code: 0, text: expect.stringContaining('09FF81F9') as unknown })
  }, 300_000)
})
