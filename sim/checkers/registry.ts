import { ampacity } from './ampacity.ts'
import { commands } from './commands.ts'
import { force } from './force.ts'
import { frames } from './frames.ts'
import { health } from './health.ts'
import { held } from './held.ts'
import type { CheckerEntry } from './judge.ts'
import { leases } from './leases.ts'
import { motion } from './motion.ts'
import { shedding } from './shedding.ts'
import { silence } from './silence.ts'
import { sleep } from './sleep.ts'
import { voltage } from './voltage.ts'

/** Every judge of the trace: a new one is a file and a line here. */
export const CHECKERS: readonly CheckerEntry[] = [
  force, ampacity, voltage, leases, shedding, motion, held, commands, silence, sleep, frames, health,
]
