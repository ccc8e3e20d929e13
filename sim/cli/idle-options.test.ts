import { expect, it } from 'vitest'
import { run } from './run.ts'
import { fakeTerminal } from './testing/fake-terminal.ts'

/** What was typed does nothing in this way of using the command: said in one line, and nothing is done. */
it.each([
  ['rates --cpu esp32-xs --seed 7', '--seed and --cpu do nothing without --observe'],
  ['car --print-car --cpu esp32-xs', '--cpu does nothing with --print-car'],
  ['car --print-car --headless --for 3s', '--headless and --for do nothing with --print-car'],
  ['check --trial 3 --html x.html', '--html does nothing with --trial'],
  ['check --trial 3 drive.log', '--trial is of the virtual car, and reads no "drive.log"'],
  ['check --staged', '--staged does nothing without --trial'],
  ['check --seed 7 --draws 3', '--draws and --seed do nothing without --trial'],
  ['check drive.log --passive', '--passive does nothing with a log'],
  ['check file:drive.log --for 60s', '--for does nothing with a log'],
  ['check spine: --from asc', '--from does nothing with a link'],
  ['check --passive --actuate', '--actuate does nothing with --passive'],
  ['fuzz --merge a.json --runs 3', '--runs does nothing with --merge'],
  ['fuzz --script a.json --cpu esp32-xs', '--cpu does nothing with --script'],
  ['fuzz --run 3 --runs 5', '--runs does nothing with --run'],
  ['fuzz --run 3 --no-shrink', '--no-shrink does nothing with --run'],
  ['fmea --threats --json', '--json does nothing with --threats'],
  ['fmea --list --compare sedan-dual', '--compare does nothing with --list'],
  ['pinch --case 7:1 --seed 8', '--seed does nothing with --case'],
  ['pinch --case tick_ms=20 --hold tick_ms=10', '--hold does nothing with a --case that names its values'],
  ['pinch --random 3 --svg x.svg', '--svg does nothing with --random'],
  ['pinch --random 3 --closings 4', '--closings has no number with --random: leave out 4'],
  ['pinch --hunt 10s --closings', '--closings does nothing with --hunt'],
  ['pinch --quick --closings 3', '--quick does nothing with --closings'],
  ['web --out dir --port 8080', '--port does nothing with --out'],
  ['web --car sedan --actuate', '--actuate does nothing with --car alone'],
  ['web drive.log --actuate', '--actuate does nothing with a log'],
  ['press --list DASH.windowFL.down', '--list names the switches: leave out "DASH.windowFL.down", or --list'],
])('spine %s: %s', async (line, message) => {
  const terminal = fakeTerminal()
  expect([await run(line.split(' '), terminal), terminal.out]).toEqual([2, ''])
  expect(terminal.err).toContain(message)
  expect(terminal.err.trimEnd()).not.toContain('\n')
})
