import { describeDtc, type DidField, type DidRow, DIDS, dtcText, ROUTINE_TEXTS } from '../catalogue/index.ts'
import {
  ALL_DTCS, DID, type DidName, DTC_STATUS, dtcOf, FAULT_REPORT, HUB_FAULTS, NEGATIVE_RESPONSE, NRC, PORT_FAULTS, POSITIVE, ROUTINE,
  type RoutineName, SERVICE, SESSION,
} from '../index.ts'
import { escaped } from './kcd.ts'

/** Ports of a hub that a PDX has trouble codes for: more than any board has. */
const PORTS = 8
const LAYER = 'spine_hub'

/** All trouble codes of a hub. */
function allDtcs(): number[] {
  return [
    ...HUB_FAULTS.map(dtcOf),
    ...PORT_FAULTS.flatMap(row => Array.from({ length: PORTS }, (_, port) => dtcOf(row) + port * 0x100)),
  ]
}

/**
 * UDS of a hub as ODX 2.2 (ISO 22901-1): one base variant with its data identifiers, trouble codes, sessions and routines. Only what
 * a tester needs to ask and to read: communication parameters are those of ISO 15765-3 with 29-bit normal fixed addresses.
 */
export function renderOdx(): string {
  const services = servicesOf()
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ODX MODEL-VERSION="2.2.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="odx.xsd">',
    '<DIAG-LAYER-CONTAINER ID="spine">', named('spine'), '<BASE-VARIANTS>', `<BASE-VARIANT ID="${LAYER}">`, named(LAYER, 'a hub of Spine'),
    '<DIAG-DATA-DICTIONARY-SPEC>', dtcDop(), '<DATA-OBJECT-PROPS>', ...dops(), '</DATA-OBJECT-PROPS>',
    '<STRUCTURES>', ...eachPort().map(structureOf), listed('dtc', 'a trouble code and its status', [
      value('code', 0, 'dtcs'), value('status', 3, 'status'),
    ]), '</STRUCTURES>', '<END-OF-PDU-FIELDS>', ...eachPort().map(([name, row]) => fieldOf(name, row.text)), fieldOf('dtc', 'trouble codes'), '</END-OF-PDU-FIELDS>',
    unitSpec(), '</DIAG-DATA-DICTIONARY-SPEC>',
    '<DIAG-COMMS>', ...services.map(serviceXml), '</DIAG-COMMS>',
    '<REQUESTS>', ...services.map(({ name, request }) => message('REQUEST', 'rq', name, request)), '</REQUESTS>',
    '<POS-RESPONSES>', ...services.map(({ name, response }) => message('POS-RESPONSE', 'pr', name, response)), '</POS-RESPONSES>',
    '<NEG-RESPONSES>', message('NEG-RESPONSE', 'nr', 'any', [
      constant('sid', 0, 1, NEGATIVE_RESPONSE, 'SERVICE-ID'), '<PARAM xsi:type="MATCHING-REQUEST-PARAM" SEMANTIC="SERVICEIDRQ">'
      + `${named('requested')}<BYTE-POSITION>1</BYTE-POSITION><REQUEST-BYTE-POS>0</REQUEST-BYTE-POS><BYTE-LENGTH>1</BYTE-LENGTH></PARAM>`,
      value('reason', 2, 'nrc'),
    ]), '</NEG-RESPONSES>',
    '</BASE-VARIANT>', '</BASE-VARIANTS>', '</DIAG-LAYER-CONTAINER>', '</ODX>', '',
  ].join('\n')
}

interface Service {
  readonly name: string
  readonly text: string
  readonly semantic: string
  readonly request: string[]
  readonly response: string[]
}

function servicesOf(): Service[] {
  const dids = Object.keys(DIDS) as DidName[]
  return [
    ...Object.entries(SESSION).map(([name, code]): Service => ({
      name: `session_${name}`, text: `enter the ${name} session`, semantic: 'SESSION', request: [sid('session'), constant('sub', 1, 1, code)],
      response: [answered('session'), constant('sub', 1, 1, code), value('p2_ms', 2, 'u16'), value('p2Star_10ms', 4, 'u16')],
    })),
    {
      name: 'reset', text: 'restart the hub', semantic: 'FUNCTION', request: [sid('reset'), constant('sub', 1, 1, 1)],
      response: [answered('reset'), constant('sub', 1, 1, 1)],
    },
    {
      name: 'testerPresent', text: 'keep the session', semantic: 'TESTERPRESENT', request: [sid('testerPresent'), constant('sub', 1, 1, 0)],
      response: [answered('testerPresent'), constant('sub', 1, 1, 0)],
    },
    {
      name: 'clear_all', text: 'forget all trouble codes', semantic: 'FAULTCLEAR', request: [sid('clearFaults'), constant('group', 1, 3, ALL_DTCS)],
      response: [answered('clearFaults')],
    },
    {
      name: 'read_dtcs', text: 'trouble codes whose status has one of the bits of a mask', semantic: 'FAULTREAD',
      request: [sid('readFaults'), constant('report', 1, 1, FAULT_REPORT.byStatus), value('mask', 2, 'status')],
      response: [answered('readFaults'), constant('report', 1, 1, FAULT_REPORT.byStatus), value('available', 2, 'status'), value('dtcs', 3, 'list_dtc')],
    },
    ...dids.map((name): Service => ({
      name: `read_${name}`, text: DIDS[name].text, semantic: 'CURRENTDATA', request: [sid('read'), constant('did', 1, 2, DID[name])],
      response: [answered('read'), constant('did', 1, 2, DID[name]), ...DIDS[name].eachPort === true ? [value('ports', 3, `list_${name}`)] : fieldsOf(name, 3)],
    })),
    ...dids.filter(name => DIDS[name].writable === true).map((name): Service => ({
      name: `write_${name}`, text: `write: ${DIDS[name].text}`, semantic: 'STOREDDATA',
      request: [sid('write'), constant('did', 1, 2, DID[name]), ...fieldsOf(name, 3)], response: [answered('write'), constant('did', 1, 2, DID[name])],
    })),
    routine('selfTest', [value('failing', 4, 'u8')]),
  ]
}

function routine(name: RoutineName, results: string[]): Service {
  const head = [constant('sub', 1, 1, 1), constant('routine', 2, 2, ROUTINE[name])]
  return {
    name: `routine_${name}`, text: ROUTINE_TEXTS[name], semantic: 'ROUTINE', request: [sid('routine'), ...head], response: [answered('routine'), ...head, ...results],
  }
}

function serviceXml({ name, text, semantic }: Service): string {
  return `<DIAG-SERVICE ID="${LAYER}.sv.${name}" SEMANTIC="${semantic}" ADDRESSING="PHYSICAL">${named(name, text)}`
    + `<REQUEST-REF ID-REF="${LAYER}.rq.${name}"/><POS-RESPONSE-REFS><POS-RESPONSE-REF ID-REF="${LAYER}.pr.${name}"/></POS-RESPONSE-REFS>`
    + `<NEG-RESPONSE-REFS><NEG-RESPONSE-REF ID-REF="${LAYER}.nr.any"/></NEG-RESPONSE-REFS></DIAG-SERVICE>`
}

function message(tag: string, kind: string, name: string, params: readonly string[]): string {
  return `<${tag} ID="${LAYER}.${kind}.${name}">${named(`${kind}_${name}`)}<PARAMS>${params.join('')}</PARAMS></${tag}>`
}

const sid = (service: keyof typeof SERVICE): string => constant('sid', 0, 1, SERVICE[service], 'SERVICE-ID')
const answered = (service: keyof typeof SERVICE): string => constant('sid', 0, 1, SERVICE[service] + POSITIVE, 'SERVICE-ID')

function constant(name: string, at: number, bytes: number, code: number, semantic = 'SUBFUNCTION'): string {
  return `<PARAM xsi:type="CODED-CONST" SEMANTIC="${semantic}">${named(name)}<BYTE-POSITION>${at}</BYTE-POSITION>`
    + `<CODED-VALUE>${code}</CODED-VALUE>${coded('A_UINT32', bytes)}</PARAM>`
}

function value(name: string, at: number, dop: string): string {
  return `<PARAM xsi:type="VALUE" SEMANTIC="DATA">${named(name)}<BYTE-POSITION>${at}</BYTE-POSITION><DOP-REF ID-REF="${LAYER}.${dop}"/></PARAM>`
}

function fieldsOf(name: DidName, from: number): string[] {
  let at = from
  return DIDS[name].fields.map((field) => {
    const param = value(field.name, at, `did_${name}_${field.name}`)
    at += field.bytes
    return param
  })
}

function eachPort(): [DidName, DidRow][] {
  return (Object.entries(DIDS) as [DidName, DidRow][]).filter(([, row]) => row.eachPort === true)
}

function structureOf([name, row]: [DidName, DidRow]): string {
  return listed(name, row.text, fieldsOf(name, 0))
}

function listed(name: string, text: string, params: readonly string[]): string {
  return `<STRUCTURE ID="${LAYER}.one_${name}">${named(`one_${name}`, text)}<PARAMS>${params.join('')}</PARAMS></STRUCTURE>`
}

function fieldOf(name: string, text: string): string {
  return `<END-OF-PDU-FIELD ID="${LAYER}.list_${name}">${named(`list_${name}`, text)}<BASIC-STRUCTURE-REF ID-REF="${LAYER}.one_${name}"/>`
    + '<MIN-NUMBER-OF-ITEMS>0</MIN-NUMBER-OF-ITEMS></END-OF-PDU-FIELD>'
}

function dops(): string[] {
  const plain = (name: string, bytes: number): string => dop(name, { name, bytes })
  const status = Object.entries(DTC_STATUS).map(([name, bit]) => `0x${bit.toString(16).padStart(2, '0')} ${name}`).join(', ')
  return [
    plain('u8', 1), plain('u16', 2), dop('status', { name: 'status', bytes: 1 }, status), dop('nrc', { name: 'nrc', bytes: 1, values: NRC }),
    ...(Object.entries(DIDS) as [DidName, DidRow][]).flatMap(([name, { fields }]) => fields.map(field => dop(`did_${name}_${field.name}`, field))),
  ]
}

/** What an unsigned number in this standard's tools can hold: longer ones are bytes. */
const LONGEST_NUMBER = 4

function dop(id: string, { bytes, unit, scale, offset, values, form }: DidField, text?: string): string {
  const raw = bytes > LONGEST_NUMBER || form === 'text' || form === 'date'
  const type = form === 'text' ? 'A_ASCIISTRING' : raw ? 'A_BYTEFIELD' : 'A_UINT32'
  const linear = scale !== undefined || offset !== undefined
  const compu = values !== undefined ? textTable(values) : linear ? line(scale ?? 1, offset ?? 0) : '<CATEGORY>IDENTICAL</CATEGORY>'
  const physical = values !== undefined ? '"A_UNICODE2STRING"' : linear ? '"A_FLOAT64"' : type === 'A_ASCIISTRING' ? '"A_UNICODE2STRING"' : `"${type}"`
  return `<DATA-OBJECT-PROP ID="${LAYER}.${id}">${named(id, text)}<COMPU-METHOD>${compu}</COMPU-METHOD>${coded(type, bytes)}`
    + `<PHYSICAL-TYPE BASE-DATA-TYPE=${physical}${form === 'hex' && !raw ? ' DISPLAY-RADIX="HEX"' : ''}/>`
    + `${unit === undefined ? '' : `<UNIT-REF ID-REF="${LAYER}.unit_${unitName(unit)}"/>`}</DATA-OBJECT-PROP>`
}

function line(scale: number, offset: number): string {
  return '<CATEGORY>LINEAR</CATEGORY><COMPU-INTERNAL-TO-PHYS><COMPU-SCALES><COMPU-SCALE><COMPU-RATIONAL-COEFFS>'
    + `<COMPU-NUMERATOR><V>${offset}</V><V>${scale}</V></COMPU-NUMERATOR><COMPU-DENOMINATOR><V>1</V></COMPU-DENOMINATOR>`
    + '</COMPU-RATIONAL-COEFFS></COMPU-SCALE></COMPU-SCALES></COMPU-INTERNAL-TO-PHYS>'
}

function textTable(values: Readonly<Record<string, number>>): string {
  const scales = Object.entries(values).map(([name, code]) =>
    `<COMPU-SCALE><LOWER-LIMIT>${code}</LOWER-LIMIT><UPPER-LIMIT>${code}</UPPER-LIMIT><COMPU-CONST><VT>${escaped(name)}</VT></COMPU-CONST></COMPU-SCALE>`)
  return `<CATEGORY>TEXTTABLE</CATEGORY><COMPU-INTERNAL-TO-PHYS><COMPU-SCALES>${scales.join('')}</COMPU-SCALES><COMPU-DEFAULT-VALUE><VT>unknown</VT></COMPU-DEFAULT-VALUE>`
    + '</COMPU-INTERNAL-TO-PHYS>'
}

function dtcDop(): string {
  const dtcs = allDtcs().map((dtc) => {
    const { text, port } = describeDtc(dtc)!
    return `<DTC ID="${LAYER}.dtc_${dtc.toString(16)}"><SHORT-NAME>dtc_${dtc.toString(16)}</SHORT-NAME><TROUBLE-CODE>${dtc}</TROUBLE-CODE>`
      + `<DISPLAY-TROUBLE-CODE>${dtcText(dtc)}</DISPLAY-TROUBLE-CODE><TEXT>${escaped(port === undefined ? text : `port ${port}: ${text}`)}</TEXT></DTC>`
  })
  return `<DTC-DOPS><DTC-DOP ID="${LAYER}.dtcs">${named('dtcs')}${coded('A_UINT32', 3)}<PHYSICAL-TYPE BASE-DATA-TYPE="A_UINT32" DISPLAY-RADIX="HEX"/>`
    + `<COMPU-METHOD><CATEGORY>IDENTICAL</CATEGORY></COMPU-METHOD><DTCS>${dtcs.join('\n')}</DTCS></DTC-DOP></DTC-DOPS>`
}

function coded(type: string, bytes: number): string {
  const encoding = type === 'A_ASCIISTRING' ? ' BASE-TYPE-ENCODING="ISO-8859-1"' : ''
  return `<DIAG-CODED-TYPE BASE-DATA-TYPE="${type}"${encoding} xsi:type="STANDARD-LENGTH-TYPE"><BIT-LENGTH>${8 * bytes}</BIT-LENGTH></DIAG-CODED-TYPE>`
}

function unitSpec(): string {
  const units = new Set(Object.values(DIDS).flatMap(({ fields }) => fields.flatMap(({ unit }) => unit ?? [])))
  return `<UNIT-SPEC><UNITS>${[...units].map(unit =>
    `<UNIT ID="${LAYER}.unit_${unitName(unit)}"><SHORT-NAME>${unitName(unit)}</SHORT-NAME><DISPLAY-NAME>${escaped(unit)}</DISPLAY-NAME></UNIT>`).join('')}</UNITS></UNIT-SPEC>`
}

function unitName(unit: string): string {
  return unit.replace('°', 'deg').replace('%', 'percent')
}

function named(name: string, text?: string): string {
  return `<SHORT-NAME>${name}</SHORT-NAME>${text === undefined ? '' : `<LONG-NAME>${escaped(text)}</LONG-NAME>`}`
}
