import {
  CLASS_BITS, codesOf, type FieldRow, HEADER_BITS, isPhysical, lengthOf, limitsOf, LOCATION, type MessageRow,
} from '../catalogue/index.ts'
import { CLASS_BYTE, dataId, messageId } from '../id.ts'
import { addressOfNode, TOOL_NODE } from './network.ts'

/** The part of the protocol page that is computed from the rows: an overview, then a section a message. */
export function renderMessages(rows: readonly MessageRow[]): string {
  const overview = rows.map(row => [
    `[${row.name}](#${row.name.toLowerCase()})`, `${row.kind}`, row.page === 0 ? 'from a hub' : 'to a hub', `${row.priority}`,
    `${lengthOf(row)}`, period(row.idlePeriod_ms), period(row.activePeriod_ms), row.text.split('. ')[0]!.replace(/\.$/, ''),
  ])
  const table = markdownTable(['message', 'kind', 'direction', 'priority', 'bytes', 'at rest', 'in motion', 'content'], overview)
  return [table, ...rows.map(renderMessage)].join('\n')
}

function renderMessage(row: MessageRow): string {
  const { name, page, kind } = row
  const places = row.locations.map((location) => {
    const id = dataId(page, kind, LOCATION[location])
    const sender = page === 0 ? location : row.senders[0]!
    return [location, `\`${hex(messageId(row.priority, page, kind, LOCATION[location], addressOfNode(sender)), 8)}\``, `\`0x${hex(id, 3)}\``]
  })
  const senders = page === 0 ? 'the hub at the location' : `${row.senders.join(', ')}; tools (${TOOL_NODE})`
  const facts = [
    `Sent by: ${senders}. Priority ${row.priority}, ${lengthOf(row)} bytes.`,
    `Period: ${period(row.idlePeriod_ms)} at rest, ${period(row.activePeriod_ms)} in motion; never within ${row.minimumInterval_ms} ms of each other.`,
    `On the bus within ${row.deadline_ms} ms, discarded after ${row.lifetime_ms} ms.${row.actuates ? ' **It actuates**: something moves, or a load is switched.' : ''}`,
  ]
  if (row.class !== undefined) facts.unshift(`Kind ${kind} carries several classes: this is the message when byte ${CLASS_BYTE} is **${row.class}**, the class code.`)
  return [
    `\n### ${name}\n\n${row.text}\n\n${facts.join('\n')}\n`,
    markdownTable(['location', page === 0 ? 'identifier' : 'identifier, from the first sender', 'data id'], places),
    `\n${bitTable(row)}\n`,
    markdownTable(['field', 'bits', 'content', 'range', 'codes'], Object.entries(row.fields).map(([field, each]) => fieldLine(field, each))),
  ].join('\n')
}

function period(period_ms: number): string {
  return period_ms === 0 ? 'on need' : `${period_ms} ms`
}

/** A line a byte, bit 7 at the left; a cell names the field and which of its bits stands there. */
function bitTable(row: MessageRow): string {
  const cells = new Map<number, string>()
  for (let bit = 0; bit < 8; bit++) cells.set(bit, `CRC ${bit}`)
  for (let bit = 8; bit < 12; bit++) cells.set(bit, `counter ${bit - 8}`)
  if (row.class !== undefined) for (let bit = 0; bit < CLASS_BITS; bit++) cells.set(HEADER_BITS + bit, `${row.class >> bit & 1}`)
  for (const [name, field] of Object.entries(row.fields)) {
    for (let i = 0; i < field.width; i++) cells.set(field.start + i, field.width === 1 ? name : `${name} ${i}`)
  }
  const lines: string[][] = []
  for (let byte = 0; byte < lengthOf(row); byte++) {
    const line = [`${byte}`]
    for (let bit = 7; bit >= 0; bit--) line.push(cells.get(8 * byte + bit) ?? '0')
    lines.push(line)
  }
  return markdownTable(['byte', '7', '6', '5', '4', '3', '2', '1', '0'], lines)
}

function fieldLine(name: string, field: FieldRow): string[] {
  const bits = field.width === 1 ? `${field.start}` : `${field.start}…${field.start + field.width - 1}`
  const { min, max } = limitsOf(field)
  if (!isPhysical(field)) {
    const codes = Object.entries(field.values ?? {}).map(([label, code]) => `${code} ${label}`).join(', ')
    const range = field.kind === 'enum' ? '' : field.kind === 'flag' ? '0, 1' : `${min}…${max}`
    return [`\`${name}\``, bits, field.text, range, field.kind === 'flag' ? '0 no, 1 yes' : codes]
  }
  const { outOfRange, notAvailable } = codesOf(field)
  const offset = field.offset === undefined ? '' : ` ${field.offset < 0 ? '−' : '+'} ${Math.abs(field.offset)}`
  const unit = field.unit === undefined ? '' : ` ${field.unit}`
  const formula = `code × ${field.scale ?? 1}${offset}${unit}`
  return [`\`${name}\``, bits, field.text, `${min}…${max}${unit}`, `${formula}; ${outOfRange} out of range, ${notAvailable} not available`]
}

/** A Markdown table; bars in cells are escaped. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [row(head), `|${head.map(() => '---|').join('')}`, ...lines.map(row)].join('\n')
}

export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
