import type { Command } from 'commander'
import { usage } from '#sim/cli/lib/failure.ts'

/** `spine bench` in the package, which the build puts in place of `bench.ts`: its peers are programs of the checkout. */
export function define(command: Command): void {
  command
    .argument('[names...]', 'what to measure')
    .addHelpText('after', '\nExamples:\n  npx spine bench                                (in a checkout of the sources)')
    .action(() => { throw usage('benchmarks run beside their peers, which are in the checkout of the sources: run it there') })
}
