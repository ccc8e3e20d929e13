export { type Attributes, element, escaped, type Markup } from './markup.ts'
