import { describeDtc, type DidField, DIDS, ROUTINE_TEXTS } from '../catalogue/index.ts'
import { DID, type DidName, dtcOf, HUB_FAULTS, NRC, PORT_FAULTS, ROUTINE, type RoutineName, SERVICE, SESSION } from '../index.ts'

/** The diagnostics of a hub as a page: services, data identifiers, trouble codes, routines. */
export function renderUdsMarkdown(): string {
  const hex = (value: number, digits: number): string => `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`
  const listed = (codes: Readonly<Record<string, number>>, digits: number): string =>
    Object.entries(codes).map(([name, code]) => `${hex(code, digits)} ${name}`).join(', ')
  const field = ({ name, bytes, unit, scale, offset, values, form }: DidField): string => {
    const size = `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
    const raw = scale === undefined && offset === undefined ? '' : `, raw × ${scale ?? 1}${offset === undefined ? '' : ` + ${offset}`}`
    const named = values === undefined ? '' : `: ${Object.entries(values).map(([word, code]) => `${code} ${word}`).join(', ')}`
    return `\`${name}\` (${size}${raw}${unit === undefined ? '' : ` ${unit}`}${form === undefined ? '' : `, ${form}`}${named})`
  }
  const faults = [...HUB_FAULTS, ...PORT_FAULTS].map(row => describeDtc(dtcOf(row))!)
  return [
    '# Diagnostics of a hub', '',
    'UDS (ISO 14229-1) over ISO-TP (ISO 15765-2), 29-bit normal fixed addresses: `0x18DAttss` to one hub, `0x18DBFFss` to all. Numbers are big endian.',
    '', '## Services', '', `Services: ${listed(SERVICE, 2)}.`, '', `Sessions: ${listed(SESSION, 2)}.`, '', `Negative responses: ${listed(NRC, 2)}.`,
    '', '## Data identifiers', '', '| identifier | what | fields | written |', '|---|---|---|---|',
    ...(Object.keys(DIDS) as DidName[]).map(name => `| ${hex(DID[name], 4)} \`${name}\` | ${DIDS[name].text}${DIDS[name].eachPort === true ? '; again for each port' : ''} `
      + `| ${DIDS[name].fields.map(field).join(', ')} | ${DIDS[name].writable === true ? 'yes' : ''} |`),
    '', '## Trouble codes', '', 'A code of a port is that of port 0; the second byte counts ports.', '',
    '| code | what | found by | after | what to do |', '|---|---|---|---|---|',
    ...faults.map(({ code, text, test, debounce_s, remedy, port }) => `| ${code}${port === undefined ? '' : ' (port)'} | ${text} | ${test} | ${debounce_s} s | ${remedy} |`),
    '', `A code is forgotten after ${faults[0]!.ageing_cycles} operation cycles without it.`, '',
    '## Routines', '', '| identifier | what |', '|---|---|',
    ...(Object.keys(ROUTINE) as RoutineName[]).map(name => `| ${hex(ROUTINE[name], 4)} \`${name}\` | ${ROUTINE_TEXTS[name]} |`), '',
  ].join('\n')
}
