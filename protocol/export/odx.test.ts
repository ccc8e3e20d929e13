import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { DIDS } from '../catalogue/index.ts'
import { dtcOf, HUB_FAULTS } from '../index.ts'
import { exportProtocol, renderPdx } from './index.ts'

const odx = exportProtocol('odx')
const all = (form: RegExp): string[] => [...odx.matchAll(form)].map(match => match[1]!)

/** Reads the archive with somebody else's program. */
const READ = `
import io, sys, zipfile, xml.etree.ElementTree as tree
pdx = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert pdx.testzip() is None
index = tree.fromstring(pdx.read('index.xml'))
for file in index.iter('FILE'):
    layer = tree.fromstring(pdx.read(file.text))
    print(layer.get('MODEL-VERSION'), len(list(layer.iter('DIAG-SERVICE'))))
`
const python = spawnSync('python3', ['-c', READ], { input: renderPdx() })

describe('diagnostics as ODX', () => {
  it('names each thing once, and refers to nothing that is not there', () => {
    const names = all(/ ID="([^"]+)"/g)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(all(/ ID-REF="([^"]+)"/g).filter(name => !names.includes(name))).toEqual([])
  })

  it('has all that the catalogue has', () => {
    const services = all(/<DIAG-SERVICE ID="spine_hub\.sv\.([^"]+)"/g)
    expect(services).toEqual(expect.arrayContaining(Object.keys(DIDS).map(name => `read_${name}`)))
    expect(all(/<TROUBLE-CODE>(\d+)</g)).toEqual(expect.arrayContaining(HUB_FAULTS.map(row => `${dtcOf(row)}`)))
    expect(all(/<SHORT-NAME>(.*?)</g).filter(name => !/^\w+$/.test(name))).toEqual([])
  })

  it.skipIf(python.error !== undefined)('is an archive that others open', () => {
    expect([python.stderr.toString(), python.stdout.toString()]).toEqual(['', expect.stringMatching(/^2\.2\.0 \d\d\n$/)])
  })
})
