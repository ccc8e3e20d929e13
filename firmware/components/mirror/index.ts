export { mirrorEntry } from './mirror.ts'
