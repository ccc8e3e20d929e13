import { type CheckerEntry } from './judge.ts'

const EXCEPTION = 'firmware exception: '

export const health: CheckerEntry = {
  name: 'health',
  contract: 'no firmware callback throws',
  create: accuse => ({
    event({ kind, source, text, t_ns }) {
      if (kind !== 'fault' || !text.startsWith(EXCEPTION)) return
      accuse(t_ns, `${source} crashed: ${text.slice(EXCEPTION.length).split('\n').slice(0, 3).map(line => line.trim()).join(' ')}`)
    },
  }),
}
