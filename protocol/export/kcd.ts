import type { MessageRow } from '../catalogue/index.ts'
import { networkOf, type NetworkMessage, type NetworkNode, type NetworkSignal, perSender } from './network.ts'

/**
 * The protocol as a KCD file, the XML of Kayak, as its schema `Definition.xsd` has it. Its readers match whole
 * identifiers, so a message with several senders stands here once for each.
 */
export function renderKcd(rows: readonly MessageRow[]): string {
  const { nodes, messages } = perSender(networkOf(rows))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    + ' xsi:schemaLocation="http://kayak.2codeornot2code.org/1.0 Definition.xsd">',
    '  <Document name="Spine">One cable with power and data through the car.</Document>',
    ...nodes.map(({ name }, index) => `  <Node id="${index + 1}" name="${name}"/>`),
    '  <Bus name="Spine" baudrate="500000">',
    ...messages.map(message => messageElement(nodes, message)),
    '  </Bus>',
    '</NetworkDefinition>',
    '',
  ].join('\n')
}

function messageElement(nodes: readonly NetworkNode[], message: NetworkMessage): string {
  const { name, row } = message
  const id = message.id.toString(16).toUpperCase().padStart(8, '0')
  // Both, always: canmatrix reads an interval only beside `triggered`, and never the one without the other.
  const interval = row?.idlePeriod_ms ?? 0
  const timing = `interval="${interval}" triggered="${interval === 0}"`
  const e2e = message.dataId < 0 ? '' : ` E2E profile 11, data id 0x${message.dataId.toString(16).toUpperCase().padStart(3, '0')}.`
  const attributes = `id="0x${id}" name="${name}" format="extended" length="${message.length}"`
  // What everyone may read names no consumer: the file would only grow.
  const consumers = message.receivers.length > 1 ? '' : message.receivers.map(name => `<NodeRef id="${numberOf(nodes, name)}"/>`).join('')
  return [
    `    <Message ${attributes} ${timing}>`,
    `      <Notes>${escaped(`${message.text}${e2e}`)}</Notes>`,
    `      <Producer><NodeRef id="${numberOf(nodes, message.senders[0]!)}"/></Producer>`,
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
    ...groups, ...signalContent(selector, consumers), '      </Multiplex>',
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

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
