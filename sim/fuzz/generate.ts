import { Prng } from '../kernel/index.ts'
import { FUZZ_KINDS, KIND_NAMES, type KindName } from './kinds.ts'
import { chosenCar } from './chosen-car.ts'
import { BOOT_ms, type FuzzOptions } from './options.ts'
import { drawNight, FUZZ_SCENES, SCENE_NAMES, type SceneName, type Step } from './scenes.ts'
import type { FuzzEvent, Script } from './script.ts'
import { canHave, type CarNames } from './stage.ts'

/** The script of run `run` of a campaign: the same one for the same options, whatever the other runs are. */
export function generateScript(options: FuzzOptions, run: number, names: CarNames): Script {
  const dice = new Prng(options.seed, `fuzz run ${run}`)
  const seed = dice.uint32()
  const end_ms = options.for_ms - options.quiet_ms
  const events: FuzzEvent[] = []
  const enter = (begin_ms: number, limit_ms: number, step: Step): void => {
    const at_ms = begin_ms + step.after_ms
    if (at_ms >= limit_ms) return
    events.push({ at_ms, kind: step.kind, for_ms: Math.min(step.for_ms, limit_ms - at_ms), with: step.with })
  }
  for (const kind of KIND_NAMES) {
    if (!canHave(FUZZ_KINDS[kind], names)) continue
    const { early, draw } = FUZZ_KINDS[kind]
    for (const { at_ms, own } of times(options, seed, kind, end_ms)) {
      enter(early === true ? 0 : at_ms, end_ms, { after_ms: 0, kind, ...draw(own, names) })
    }
  }
  for (const scene of SCENE_NAMES) {
    if (!canHave(FUZZ_SCENES[scene], names)) continue
    for (const { at_ms, own } of times(options, seed, scene, end_ms)) {
      const steps = FUZZ_SCENES[scene].draw(own, names)
      // It is played to its end, where there is time for it.
      const lasts_ms = Math.max(0, ...steps.map(step => step.after_ms + step.for_ms))
      const begin_ms = Math.max(BOOT_ms, Math.min(at_ms, end_ms - lasts_ms))
      for (const step of steps) enter(begin_ms, end_ms, step)
    }
  }
  const nightly = new Prng(seed, 'night')
  let for_ms = options.for_ms
  if (nightly.chance(options.nights)) {
    const { steps, lasts_ms } = drawNight(nightly, names)
    for (const step of steps) enter(end_ms, end_ms + lasts_ms, step)
    for_ms += lasts_ms
  }
  events.sort((a, b) => a.at_ms - b.at_ms)
  return { ...chosenCar(options), seed, for_ms, events }
}

/** When a kind or scene comes: never, in a run that does without; else between none and twice as often as expected. */
function* times(
  { off, perMinute }: FuzzOptions, seed: number, name: KindName | SceneName, end_ms: number,
): Generator<{ at_ms: number, own: Prng }> {
  // Dice of its own for each, so that another rate of one leaves the others as they are.
  const own = new Prng(seed, name)
  const rate = perMinute[name]!
  if (own.chance(off) || rate === 0) return
  const expected = rate * (end_ms - BOOT_ms) / 60_000
  const count = Math.floor(own.next() * 2 * expected + own.next())
  for (let i = 0; i < count; i++) yield { at_ms: BOOT_ms + Math.floor(own.next() * (end_ms - BOOT_ms)), own }
}
