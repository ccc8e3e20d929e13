/** The program of the machine that measures, and holds motors, beside the firmware's own. */
import Analog from 'embedded:io/analog'
import Digital from 'embedded:io/digital'
import Time from 'time'
import Timer from 'timer'

import type { SamplerSetup } from './io.ts'
import { sampleForEver } from './means.ts'

self.onmessage = (setup: SamplerSetup) => sampleForEver({
  Analog, Digital, microseconds: () => Time.microseconds!, every: (fire, period_ms) => Timer.repeat(() => fire(), period_ms),
}, setup)
