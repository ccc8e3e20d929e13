import type { Command } from 'commander'
import { usage } from '#sim/cli/lib/failure.ts'

/** `spine build` in the package, which the build puts in place of `build.ts`: the firmware's sources are in the checkout. */
export function define(command: Command): void {
  command
    .argument('[hub]', 'hub type')
    .addHelpText('after', '\nExamples:\n  npx spine build door                           (in a checkout of the sources)')
    .action(() => { throw usage('firmware is built from its sources: run it in a checkout of them') })
}
