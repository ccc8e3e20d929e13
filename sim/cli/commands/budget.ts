import type { Command } from 'commander'
import { type Budget, budgetOf, readTopology, type RunningSet } from '#sim/car/index.ts'
import { CONTINUOUS } from '#sim/power/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { shared } from '../lib/options.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
What the copper of a car carries, by the book-keeping of the power manager: no cable above its ampacity in the hottest ambient
of its place, no fuse for ever above 75 % of its rating ("for ever") nor in a peak of less than a second above all of it
("in a peak"), no hub below 9 V with a weak battery (12.0 V behind 15 mΩ, no alternator, copper as hot as its place). Currents
are those that the drivers ask for (the descriptor's, in steps of 0.2 A, lamps 12 % more), on top of what boards and
components at rest may draw.
"running" and "peaks" add up all components behind a cable, "share" is what a hub may draw when no manager knows of the
others; a set is as many components as can run at once, and who waits names the cable that binds.

Examples:
  npx spine budget
  npx spine budget --car coupe
  npx spine budget --car mine.json --json | jq '.sets[0].waiting'`

interface Options { car?: string, json?: boolean }

/** `spine budget`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP)
    .addOption(shared('json', 'all of it for programs'))
    .addHelpText('after', HELP)
    .action((options: Options) => {
      const budget = budgetOf(readTopology(readCar(options.car), 'car'))
      // A cable without a fuse of its own has a rating of Infinity, which JSON writes as null.
      tell(terminal, options.json, () => budget, () => text(budget, terminal), 2)
    })
}

const FEEDERS = [{ title: 'cable' }, right('ampacity'), right('fuse'), right('for ever'), right('in a peak'), right('idle'), right('running'), right('peaks'), { title: '' }]
const HUBS = [{ title: 'hub' }, right('idle'), right('running'), right('peaks'), right('share'), right('all running'), right('largest set')]

function text(budget: Budget, terminal: Terminal): string {
  const { colors } = terminal
  const { source } = budget
  return [
    `${colors.bold('spine budget')} ${budget.car}: ${source.emf_V.toFixed(1)} V behind ${(source.resistance_Ohm * 1000).toFixed(0)} mΩ, no hub below ${budget.least_V} V\n\n`,
    table(terminal, FEEDERS, budget.feeders.map(feeder => [
      feeder.name, amperes(feeder.ampacity_A), feeder.fuse_A === Infinity ? '' : amperes(feeder.fuse_A), amperes(feeder.limit_A),
      amperes(feeder.peakLimit_A), amperes(feeder.idle_A), limited(feeder.run_A, feeder.limit_A, terminal),
      limited(feeder.peak_A, feeder.peakLimit_A, terminal),
      feeder.run_A > feeder.limit_A ? colors.red('not all at once') : feeder.peak_A > feeder.peakLimit_A ? colors.yellow('peaks take turns') : '',
    ])),
    '\n',
    table(terminal, HUBS, budget.hubs.map(hub => [
      hub.name, amperes(hub.idle_A), amperes(hub.run_A), amperes(hub.peak_A), amperes(hub.share_A),
      volts(hub.allRunning_V, budget.least_V, terminal), volts(hub.set_V, budget.least_V, terminal),
    ])),
    `\n${sentence(budget)}\n`,
    ...budget.sets.map((set, i) => `${i + 1}. ${setText(set, budget)}\n`),
    `\nA fuse carries ${CONTINUOUS * 100} % of its rating for ever, as its makers advise, and all of it in a peak.\n`,
  ].join('')
}

function sentence(budget: Budget): string {
  const { consumers, sets: [first], exact } = budget
  if (first!.waiting.length === 0) return `All ${consumers.length} components that ask for 0.5 A or more can run at once.`
  const best = exact ? 'At most' : 'At least'
  return `${best} ${first!.running.length} of the ${consumers.length} components that ask for 0.5 A or more can run at once; the sets of most amperes:`
}

function setText(set: RunningSet, budget: Budget): string {
  const waiting = set.waiting.map(one => `${one.name} (${one.binds})`).join(', ')
  const peaks = set.peaks.length === set.running.length ? 'all peaks at once' : `${set.peaks.length} of ${set.running.length} peaks at once`
  return `${amperes(set.current_A)}, ${set.minimum_V.toFixed(2)} V at ${set.lowestHub}, ${peaks}: `
    + (waiting === '' ? `all ${budget.consumers.length}` : `all but ${waiting}`)
}

function amperes(current_A: number): string {
  return `${current_A.toFixed(1)} A`
}

function limited(current_A: number, limit_A: number, terminal: Terminal): string {
  return current_A > limit_A ? terminal.colors.red(amperes(current_A)) : amperes(current_A)
}

function volts(voltage_V: number, least_V: number, terminal: Terminal): string {
  const shown = `${voltage_V.toFixed(2)} V`
  return voltage_V < least_V ? terminal.colors.red(shown) : shown
}
