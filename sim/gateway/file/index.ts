/** Logs as links: replayed with their timing, or recorded. */
export { FileReplay } from './file-replay.ts'
export { Flow } from './flow.ts'
