import type { CheckerEntry } from './judge.ts'

export const health: CheckerEntry<'exception'> = {
  name: 'health',
  contract: 'no firmware callback throws',
  needs: ['exception'],
  asks: [],
  create: accuse => ({
    event({ source, text, t_ns }) {
      accuse(t_ns, `${source} crashed: ${text.split('\n').slice(0, 3).map(line => line.trim()).join(' ')}`)
    },
  }),
}
