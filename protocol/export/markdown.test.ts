import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { MESSAGES, type GivenOf, type Target } from '../catalogue/index.ts'
import { encodeMessage } from '../messages/index.ts'
import { EXPORT_FORMATS, exportProtocol } from './index.ts'
import { PYTHON } from './markdown.ts'

const page = exportProtocol('markdown')
const python = spawnSync('python3', ['-c', PYTHON], { encoding: 'utf8' })
if (python.error !== undefined) console.log('skipped: the protocol page\'s Python example (apt-get install python3)')

/** `id#data` as candump writes it. */
function line<To extends Target>(target: To, values: GivenOf<To>): string {
  const frame = encodeMessage(target, values, { source: 0xf9, counter: 0 })
  const data = Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase()
  return `${frame.id.toString(16).toUpperCase().padStart(8, '0')}#${data}`
}

describe('the protocol page', () => {
  it('has a section for every message, with every field', () => {
    for (const row of MESSAGES) {
      const section = page.split(`\n### ${row.name}\n`)[1]?.split('\n### ')[0]
      expect(section, row.name).toBeDefined()
      for (const name of Object.keys(row.fields)) expect(section).toContain(`| \`${name}\` |`)
    }
  })

  it('has tables whose lines have as many cells as their heads', () => {
    let cells = 0
    for (const text of page.split('\n')) {
      if (!text.startsWith('|')) {
        cells = 0
        continue
      }
      const found = text.replaceAll('\\|', '').split('|').length
      if (cells === 0) cells = found
      expect(found, text).toBe(cells)
    }
  })

  it('has the known answers of the specification and the worked example of the codec', () => {
    expect(page).toContain('| 0x123 | 0 | `CC 00 00 00 00 00 00 00` |')
    expect(page).toContain('| 0x123 | 1 | `91 01 00 00 00 00 00 00` |')
    expect(page).toContain(`On the bus: \`${line('WindowCommand@FL', { action: 'up', sequence: 1 })}\``)
  })

  it.skipIf(python.error !== undefined)('has a Python example that computes the same frame', () => {
    expect(python.stderr).toBe('')
    expect(python.stdout.trim()).toBe(line('WindowCommand@FL', { action: 'up', sequence: 1 }))
  })

  it('is one of the exports, all of which have content and the same result each time', () => {
    for (const format of EXPORT_FORMATS) {
      expect(exportProtocol(format).length).toBeGreaterThan(5000)
      expect(exportProtocol(format)).toBe(exportProtocol(format))
    }
  })
})
