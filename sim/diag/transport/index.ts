/** Messages that are longer than a frame: ISO 15765-2 and SAE J1939-21, their parts named and put together. */
export { isDiagnosticId, IsoTpReader } from './iso-tp.ts'
export { J1939Reader, pgnText } from './j1939.ts'
