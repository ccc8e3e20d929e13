import { monitorJson } from '#sim/diag/index.ts'
import type { Link } from '#sim/gateway/index.ts'
import type { View } from '../lib/live.ts'
import type { Terminal } from '../lib/terminal.ts'
import { Desk } from './desk.ts'
import { History } from './history.ts'
import { monitorSummary, type Scene, sceneOf, tableLines, type Watched } from './scene.ts'

export type { Watched } from './scene.ts'

/** What `spine monitor` shows of a link. */
export function monitorView(link: Link, read: () => Watched, terminal: Terminal): View<Watched> {
  const desk = new Desk()
  const history = new History()
  const heading = (): string => `${link.uri} ${link.state}${link.problem === '' ? '' : ` (${link.problem})`}`
  return {
    read,
    picture: (watched) => {
      const scene = (): Scene => sceneOf(watched, heading(), terminal)
      history.sample(watched)
      return terminal.keys$ === undefined ? wholeOf(scene(), terminal) : desk.lines(scene, watched.model.now_ns / 1e9, history, terminal)
    },
    press: key => desk.press(key),
    line: watched => monitorSummary(watched, heading()),
    json: ({ model, foreign, likely }) => ({
      link: link.uri, state: link.state, ...link.problem !== '' && { problem: link.problem }, lost: link.counters.unknownLost, ...monitorJson(model), likely,
      ...foreign && { foreign: { unknown: foreign.unknown, messages: foreign.json(model.now_ns) } },
    }),
    every_ms: { picture: 200, line: 1000, json: 1000 },
  }
}

/** Where nobody can press a key. */
function wholeOf({ head, tables, foot }: Scene, terminal: Terminal): string[] {
  return [...head, ...tables.flatMap(each => tableLines(each, each.rows, terminal)), ...foot]
}
