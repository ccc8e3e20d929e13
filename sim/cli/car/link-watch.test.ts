import { BehaviorSubject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Link, LinkState } from '#sim/gateway/index.ts'
import { LinkWatch } from './link-watch.ts'

function watched(): { watch: LinkWatch, said: string[], becomes: (state: LinkState, after_ms: number, problem?: string) => void } {
  const state$ = new BehaviorSubject<LinkState>('up')
  const link = { uri: 'gvret:/dev/ttyUSB0', state$, problem: '' }
  const said: string[] = []
  let now_ms = 0
  const watch = new LinkWatch(() => now_ms, () => now_ms / 1000, line => said.push(line))
  watch.follow(link as unknown as Link)
  return {
    watch, said,
    becomes(state, after_ms, problem = '') {
      now_ms += after_ms
      link.problem = problem
      state$.next(state)
    },
  }
}

describe('links of a running car', () => {
  it('says once that one is lost, and for how long it was gone', () => {
    const { watch, said, becomes } = watched()
    becomes('reconnecting', 4000, 'it was unplugged')
    becomes('opening', 500)
    becomes('reconnecting', 500, 'no such device')
    becomes('up', 2500)
    expect(said).toEqual(['4.0 s  gvret:/dev/ttyUSB0 is lost: it was unplugged', '7.5 s  gvret:/dev/ttyUSB0 is back; it was gone for 3.5 s'])
    expect(watch.take()).toEqual([
      { time_s: 4, link: 'gvret:/dev/ttyUSB0', what: 'lost', problem: 'it was unplugged', gone_ms: 0 },
      { time_s: 7.5, link: 'gvret:/dev/ttyUSB0', what: 'back', problem: '', gone_ms: 3500 },
    ])
    expect(watch.take(), 'told once').toEqual([])
  })

  it('keeps silent of programs that come and go, and of a link that is closed at the end', () => {
    const { watch, said, becomes } = watched()
    for (const state of ['listening', 'up', 'error-passive', 'up'] as const) becomes(state, 100)
    watch.end()
    becomes('closed', 100)
    expect(said).toEqual([])
  })

  it('tells a bus-off and an end that nobody wanted, and keeps no more than a hundred changes', () => {
    const { watch, said, becomes } = watched()
    becomes('bus-off', 1000)
    becomes('up', 1000)
    becomes('closed', 1000)
    expect(said.map(line => line.slice(26))).toEqual(['is lost: it is bus-off', 'is back; it was gone for 1 s', 'is lost'])
    for (let i = 0; i < 100; i++) becomes(i % 2 === 0 ? 'up' : 'reconnecting', 10)
    expect(watch.take()).toHaveLength(100)
  })
})
