/** What stands before a line of the report on the guest's console. */
export const REPORT_MARK = '@@spine '

/** One line of the report. `facts` are numbers for people and for the benchmark. */
export type Report =
  | { readonly kind: 'begin', readonly name: string }
  | { readonly kind: 'end', readonly name: string, readonly error?: string, readonly facts: Facts, readonly took_ms: number }

export type Facts = Record<string, number | string>

/** A test case that runs in the guest. It throws when something is wrong. */
export interface Case {
  readonly name: string
  readonly run: () => Promise<Facts | void>
}
