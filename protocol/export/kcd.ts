import type { MessageRow } from '../catalogue/index.ts'
import { addressOfNode, networkOf, type NetworkMessage, type NetworkNode, type NetworkSignal } from './network.ts'

/**
 * The protocol as a KCD file (the XML of Kayak), as the `socketcan` package reads it. Its readers match whole
 * identifiers, so a message with several senders stands here once for each: `WindowCommand_FL` from the first,
 * `WindowCommand_FL_from_TOOL` and so on from the others.
 */
export function renderKcd(rows: readonly MessageRow[]): string {
  const { nodes, messages } = networkOf(rows)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    + ' xsi:schemaLocation="http://kayak.2codeornot2code.org/1.0 Definition.xsd">',
    '  <Document name="Spine">One cable with power and data through the car.</Document>',
    ...nodes.map(nodeElement),
    '  <Bus name="Spine" baudrate="500000">',
    ...messages.flatMap(message => message.senders.map(sender => messageElement(nodes, message, sender))),
    '  </Bus>',
    '</NetworkDefinition>',
    '',
  ].join('\n')
}

function nodeElement(node: NetworkNode, index: number): string {
  const j1939 = node.hub === undefined
    ? ''
    : ' J1939AAC="0" J1939IndustryGroup="1" J1939Vehicle="0" J1939System="0" J1939ManufacturerCode="2047" J1939IdentityNumber="0"'
      + ` J1939Function="${node.hub.function}"`
  return `  <Node id="${index + 1}" name="${node.name}"${j1939}/>`
}

function messageElement(nodes: readonly NetworkNode[], message: NetworkMessage, sender: string): string {
  const id = ((message.id & 0x1fffff00) | addressOfNode(sender)) >>> 0
  const name = sender === message.senders[0] ? message.name : `${message.name}_from_${sender}`
  const interval = message.row === undefined ? 0 : message.row.idlePeriod_ms || message.row.activePeriod_ms
  const timing = interval > 0 ? ` interval="${interval}"` : ''
  const triggered = message.row === undefined || message.row.idlePeriod_ms === 0 ? ' triggered="true"' : ''
  const e2e = message.dataId < 0 ? '' : ` E2E profile 11, data id 0x${message.dataId.toString(16).toUpperCase().padStart(3, '0')}.`
  const attributes = `id="0x${id.toString(16).toUpperCase().padStart(8, '0')}" name="${name}" format="extended" length="${message.length}"`
  // What everyone may read names no consumer: the file would only grow.
  const consumers = message.receivers.length > 1 ? '' : message.receivers.map(name => `<NodeRef id="${numberOf(nodes, name)}"/>`).join('')
  return [
    `    <Message ${attributes}${timing}${triggered}>`,
    `      <Notes>${escaped(`${message.text}${e2e}`)}</Notes>`,
    `      <Producer><NodeRef id="${numberOf(nodes, sender)}"/></Producer>`,
    ...message.signals.filter(signal => signal.selects).map(signal => multiplexElement(signal, message.signals, consumers)),
    ...message.signals.filter(signal => !signal.selects && signal.when === undefined).map(signal => signalElement(signal, consumers)),
    '    </Message>',
  ].join('\n')
}

/** The class code, and what is there for each of its values. */
function multiplexElement(selector: NetworkSignal, signals: readonly NetworkSignal[], consumers: string): string {
  const groups = selector.labels.map(([code]) => [
    `        <MuxGroup count="${code}">`,
    ...signals.filter(signal => signal.when === code).map(signal => signalElement(signal, consumers)),
    '        </MuxGroup>',
  ].join('\n'))
  return [
    `      <Multiplex name="${selector.name}" offset="${selector.start}" length="${selector.width}" endianess="little">`,
    ...signalContent(selector, consumers), ...groups, '      </Multiplex>',
  ].join('\n')
}

function signalElement(signal: NetworkSignal, consumers: string): string {
  return [
    `      <Signal name="${signal.name}" offset="${signal.start}" length="${signal.width}" endianess="little">`,
    ...signalContent(signal, consumers), '      </Signal>',
  ].join('\n')
}

function signalContent(signal: NetworkSignal, consumers: string): string[] {
  const { scale, offset, unit, min, max } = signal
  const slope = scale === 1 ? '' : ` slope="${scale}"`
  const intercept = offset === 0 ? '' : ` intercept="${offset}"`
  const labels = signal.labels.map(([code, name]) => `<Label name="${escaped(name)}" value="${code}"/>`).join('')
  return [
    `        <Notes>${escaped(signal.text)}</Notes>`,
    ...(consumers === '' ? [] : [`        <Consumer>${consumers}</Consumer>`]),
    `        <Value type="unsigned"${slope}${intercept}${unit === '' ? '' : ` unit="${escaped(unit)}"`} min="${min}" max="${max}"/>`,
    ...(labels === '' ? [] : [`        <LabelSet>${labels}</LabelSet>`]),
  ]
}

function numberOf(nodes: readonly NetworkNode[], name: string): number {
  return nodes.findIndex(node => node.name === name) + 1
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
