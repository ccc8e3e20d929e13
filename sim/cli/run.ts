import { Command, CommanderError } from 'commander'
import { EXIT, Failure, describe } from './lib/failure.ts'
import { nearest } from '#protocol/messages/index.ts'
import type { Terminal } from './lib/terminal.ts'
import { VERSION } from './lib/version.ts'
import { COMMANDS } from './registry.ts'

const EXAMPLES = `
With no link named, a command talks to the car that runs on this machine.

Examples:
  npx spine car                                  start the virtual car
  npx spine press DASH.windowFL.down 2s          hold a switch of it
  npx spine monitor                              watch its bus
  npx spine <command> --help                     options and examples of a command`

/**
 * Runs one command line (without node and the script) and returns its exit code: 0 done, 1 it failed, 2 what was typed
 * cannot be meant. Never throws for what a user can cause.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('spine')
    .description('One cable that carries power and data through the car: the virtual car, its bus and its tools.')
    .addHelpText('after', EXAMPLES)
    .version(VERSION, '--version', 'print the version')
    .helpCommand('help [command]', 'the help of a command')
    .showSuggestionAfterError(false)
  adopt(program, terminal)
  const typed = argv[0] === 'help' ? argv[1] : argv[0]
  try {
    for (const entry of COMMANDS) {
      const command = program.command(entry.name).summary(entry.summary).description(`${entry.summary[0]!.toUpperCase()}${entry.summary.slice(1)}.`)
      adopt(command, terminal)
      command.showSuggestionAfterError(true)
      if (entry.name === typed) (await entry.load()).define(command, terminal)
    }
    if (argv.length === 0) {
      program.outputHelp()
      return EXIT.usage
    }
    await program.parseAsync([...argv], { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return failed(error, typed, terminal)
  }
}

function adopt(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: text => terminal.write(text),
    writeErr: text => terminal.warn(text.trimEnd()),
    getOutHelpWidth: () => terminal.columns,
    outputError: () => undefined,
  })
}

function failed(error: unknown, typed: string | undefined, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok
    if (error.code === 'commander.help') return EXIT.usage
    const known = COMMANDS.some(entry => entry.name === typed)
    terminal.warn(`spine${known ? ` ${typed}` : ''}: ${reworded(describe(error))}`)
    if (!known && typed !== undefined && error.code === 'commander.unknownCommand') {
      const near = nearest(typed, COMMANDS.map(entry => entry.name))
      terminal.warn(near !== undefined ? `Did you mean "npx spine ${near}"?` : 'See "npx spine --help" for the commands.')
    } else {
      terminal.warn(`See "npx spine ${known ? `${typed} ` : ''}--help".`)
    }
    return EXIT.usage
  }
  if (error instanceof Failure) {
    terminal.warn(`spine${typed === undefined ? '' : ` ${typed}`}: ${error.message}`)
    return error.exitCode
  }
  // A mistake of ours: the stack helps whoever reports it.
  terminal.warn(`spine: unexpected: ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
  return EXIT.failure
}

/** Commander's words in ours. */
function reworded(text: string): string {
  return text
    .replace(/[;,]? \(Did you mean (.*)\?\)$/, ': did you mean $1?')
    .replace(/^command-argument value '(.*?)' is invalid for argument '(.*?)'\. Allowed choices are (.*)\.$/, 'unknown $2 "$1": it is one of $3')
}
