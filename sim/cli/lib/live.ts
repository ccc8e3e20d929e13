import {
  asyncScheduler, concat, concatMap, defer, lastValueFrom, merge, NEVER, type Observable, race, repeat, Subject, take, takeUntil,
} from 'rxjs'
import { aborted, after } from './streams.ts'
import { fit } from './screen.ts'
import type { Key, Picture, Terminal } from './terminal.ts'

/** A picture on a screen, lines elsewhere, one JSON object a line for programs. */
type Form = 'picture' | 'line' | 'json'

/** What a key did: another picture, nothing, or the end. */
export type KeyOutcome = 'changed' | 'nothing' | 'end'

/** How something that changes is shown: functions of what `read` found. */
export interface View<State> {
  /** How things are now; called once for each picture, line or object. */
  readonly read: () => State
  readonly picture: (state: State) => readonly string[]
  /** Takes a key that was pressed before a picture. */
  readonly press?: (key: Key) => KeyOutcome
  /** Without a line end. */
  readonly line: (state: State) => string
  /** Left out: programs get the summary at the end only, people lines meanwhile. */
  readonly json?: (state: State) => object
  /** Time between two of them, unless `--interval` says otherwise. */
  readonly every_ms: Readonly<Record<Form, number>>
  /** Lines are progress for standard error; at the end there is none, because a summary follows. */
  readonly progress?: boolean
}

export interface LiveOptions {
  readonly json?: boolean
  /** `--for`, ms; left out, only Ctrl-C and `ends` end it. */
  readonly for?: number
  /** `--interval`, ms. */
  readonly interval?: number
}

/** Notes in a picture, and notes kept until it is closed. */
const SHOWN_NOTES = 3
const MOST_NOTES = 100

/**
 * What a command that runs until Ctrl-C shows. The one place that decides between picture, lines and JSON, waits for a
 * slow reader of standard output, and keeps lines for people out of a picture.
 */
export class Live {
  readonly form: Form
  private readonly terminal: Terminal
  private readonly options: LiveOptions
  private picture: Picture | undefined
  private readonly notes: string[] = []
  private lostNotes = 0

  constructor(terminal: Terminal, options: LiveOptions) {
    this.terminal = terminal
    this.options = options
    this.form = options.json === true ? 'json' : terminal.isTTY ? 'picture' : 'line'
  }

  /** A line for people: to standard error; while a picture stands it is part of it, and follows when it is closed. */
  readonly note = (line: string): void => {
    if (this.picture === undefined) return this.terminal.warn(line)
    this.notes.push(line)
    if (this.notes.length <= MOST_NOTES) return
    this.notes.shift()
    this.lostNotes++
  }

  /**
   * Shows `view` at its interval until Ctrl-C, the end of `--for` or the first value of one of `ends`, and once more then.
   * Rejects with the error of one of `ends`.
   */
  async show<State>(view: View<State>, ...ends: readonly Observable<unknown>[]): Promise<void> {
    const { terminal, options: { for: for_ms = Infinity, interval: interval_ms = view.every_ms[this.form] } } = this
    const clock = terminal.scheduler ?? asyncScheduler
    const end_ms = clock.now() + for_ms
    if (this.form === 'picture') this.picture = await terminal.openPicture()
    const changed$ = new Subject<void>()
    const ended$ = new Subject<void>()
    // The last one is drawn at the end, not just before it.
    const due = (): Observable<unknown> => clock.now() + interval_ms < end_ms ? after(Math.max(1, interval_ms), clock) : NEVER
    const tick$ = defer(() => race(due(), changed$).pipe(take(1)))
    const end$ = merge(aborted(terminal.stop), after(for_ms, clock), ended$, ...ends)
    const keys = this.picture === undefined || view.press === undefined ? undefined : terminal.keys$?.subscribe((key) => {
      const outcome = view.press!(key)
      if (outcome === 'changed') changed$.next()
      if (outcome === 'end') ended$.next()
    })
    try {
      await lastValueFrom(concat(
        tick$.pipe(concatMap(() => this.draw(view, false)), repeat(), takeUntil(end$)),
        defer(() => this.draw(view, true)),
      ))
    } finally {
      keys?.unsubscribe()
      this.closePicture()
    }
  }

  private draw<State>(view: View<State>, last: boolean): Promise<void> {
    const { terminal, picture } = this
    const state = view.read()
    if (picture !== undefined) picture.show(fit([...view.picture(state), ...last ? [] : this.notes.slice(-SHOWN_NOTES)], terminal))
    else if (this.form === 'json' && view.json !== undefined) terminal.write(`${JSON.stringify(view.json(state))}\n`)
    else if (view.progress !== true) terminal.write(`${view.line(state)}\n`)
    else if (!last) terminal.warn(view.line(state))
    return terminal.drained()
  }

  private closePicture(): void {
    this.picture?.close()
    this.picture = undefined
    if (this.lostNotes > 0) this.note(`… ${this.lostNotes} lines before these`)
    for (const line of this.notes.splice(0)) this.note(line)
  }
}
