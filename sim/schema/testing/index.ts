export { changed } from './changed.ts'
