/** What happens in the virtual car, as typed events: who tells them declares them, who listens reads their fields, and people get text. */
export * from './events.ts'
export * from './text.ts'
export * from './trace.ts'
