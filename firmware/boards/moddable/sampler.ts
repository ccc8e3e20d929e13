/** The program of the machine that measures, beside the firmware's own. */
import Analog from 'embedded:io/analog'
import Timer from 'timer'

import type { SamplerSetup } from './io.ts'
import { sampleForEver } from './means.ts'

self.onmessage = (setup: SamplerSetup) => sampleForEver(Analog, setup, (fire, period_ms) => Timer.repeat(() => fire(), period_ms))
