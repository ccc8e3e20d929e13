/** A piece of markup; everything from outside passes through `text` or an attribute, and is text. */
export interface Markup {
  readonly markup: string
}

type Child = Markup | string | number | undefined
export type Attributes = Readonly<Record<string, string | number | undefined>>

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' }

/** Text as markup shows it; characters that XML does not allow are shown as a box. */
export function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/g, '□').replace(/[&<>"']/g, found => ESCAPES[found]!)
}

/** An element; children that are texts or numbers are escaped. */
export function element(name: string, attributes: Attributes, ...children: readonly (Child | readonly Child[])[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) => value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]).join('')
  const inner = children.flat().map(child => child === undefined ? '' : typeof child === 'object' ? child.markup : escaped(String(child))).join('')
  return { markup: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` }
}
