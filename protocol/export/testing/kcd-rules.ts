/** The rules of Kayak's `Definition.xsd` that concern what the export writes, as data: its licence (LGPL) keeps the file itself out. */

interface ElementRule {
  /** Attributes and the form of their values; those with a `!` have to be there. */
  readonly attributes: Readonly<Record<string, RegExp>>
  /** Children in their order, and how many of each. */
  readonly children: readonly (readonly [name: string, least: number, most: number])[]
}

const ANY = /^.*$/s
const WHOLE = /^\d+$/
const DOUBLE = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const MANY = Infinity

const SIGNAL = { 'name!': ANY, 'offset!': /^([0-9]|[1-5]\d|6[0-3])$/, length: /^([1-9]|[1-5]\d|6[0-4])$/, endianess: /^(little|big)$/ }
const SIGNAL_PARTS = [['Notes', 0, 1], ['Consumer', 0, 1], ['Value', 0, 1], ['LabelSet', 0, 1]] as const

const RULES: Readonly<Record<string, ElementRule>> = {
  NetworkDefinition: {
    attributes: { xmlns: ANY, 'xmlns:xsi': ANY, 'xsi:schemaLocation': ANY },
    children: [['Document', 1, 1], ['Node', 0, MANY], ['Bus', 1, MANY]],
  },
  Document: { attributes: { name: ANY, version: ANY, author: ANY, company: ANY, date: ANY }, children: [] },
  Node: { attributes: { 'id!': ANY, name: ANY }, children: [['Var', 0, MANY]] },
  NodeRef: { attributes: { 'id!': ANY }, children: [] },
  Bus: { attributes: { 'name!': ANY, baudrate: WHOLE }, children: [['Message', 0, MANY]] },
  Message: {
    attributes: {
      'id!': /^0x[A-F0-9]+$/, 'name!': ANY, length: /^(auto|[0-8])$/, interval: /^([1-5]?\d{1,4}|60000)$/, triggered: /^(true|false)$/,
      count: WHOLE, format: /^(standard|extended)$/, remote: /^(true|false)$/,
    },
    children: [['Notes', 0, 1], ['Producer', 0, 1], ['Multiplex', 0, MANY], ['Signal', 0, MANY]],
  },
  Multiplex: { attributes: SIGNAL, children: [['MuxGroup', 1, MANY], ...SIGNAL_PARTS] },
  MuxGroup: { attributes: { 'count!': WHOLE }, children: [['Signal', 1, MANY]] },
  Signal: { attributes: SIGNAL, children: SIGNAL_PARTS },
  Notes: { attributes: {}, children: [] },
  Producer: { attributes: {}, children: [['NodeRef', 1, MANY]] },
  Consumer: { attributes: {}, children: [['NodeRef', 1, MANY]] },
  Value: {
    attributes: { type: /^(unsigned|signed|single|double)$/, slope: DOUBLE, intercept: DOUBLE, unit: ANY, min: DOUBLE, max: DOUBLE },
    children: [],
  },
  LabelSet: { attributes: {}, children: [['Label', 0, MANY]] },
  Label: { attributes: { 'name!': ANY, value: WHOLE, type: /^(value|invalid|error)$/ }, children: [] },
}

interface Open { readonly name: string, readonly children: string[] }

/** What the schema would say against the text; empty: nothing. */
export function kcdFaults(text: string): string[] {
  const faults: string[] = []
  const open: Open[] = []
  for (const [, closing, name, attributes, empty] of text.matchAll(/<(\/?)([A-Za-z]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (closing === '/') {
      const ended = open.pop()
      if (ended === undefined || ended.name !== name) faults.push(`</${name}> ends ${ended?.name ?? 'nothing'}`)
      else faults.push(...childFaults(ended))
      continue
    }
    open.at(-1)?.children.push(name!)
    faults.push(...attributeFaults(name!, attributes!))
    if (empty === '/') faults.push(...childFaults({ name: name!, children: [] }))
    else open.push({ name: name!, children: [] })
  }
  return [...faults, ...open.map(({ name }) => `${name} is not closed`)]
}

function attributeFaults(name: string, text: string): string[] {
  const rule = RULES[name]
  if (rule === undefined) return [`${name} is no element of the schema`]
  const written = new Map([...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, attribute, value]) => [attribute!, value!]))
  const missing = Object.keys(rule.attributes).filter(each => each.endsWith('!') && !written.has(each.slice(0, -1)))
  const wrong = [...written].filter(([attribute, value]) => !(rule.attributes[attribute] ?? rule.attributes[`${attribute}!`])?.test(value))
  return [...missing.map(each => `${name} has no ${each.slice(0, -1)}`), ...wrong.map(([attribute, value]) => `${name} ${attribute}="${value}"`)]
}

/** The children are in the order of the rule, each as often as it may be. */
function childFaults({ name, children }: Open): string[] {
  let at = 0
  for (const [child, least, most] of RULES[name]?.children ?? []) {
    let found = 0
    while (children[at] === child && found < most) {
      at++
      found++
    }
    if (found < least) return [`${name} lacks ${child}`]
  }
  return at < children.length ? [`${name} has ${children[at]} where it may not be`] : []
}
