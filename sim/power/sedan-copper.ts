import { drop, mainSegment, segment } from './cables.ts'
import type { CopperTopology } from './topology.ts'

const SPINE_mm2 = 16

/**
 * The sedan's copper. The battery is in front; the spine runs along the sill and the tunnel to the trunk in one gauge behind
 * one bolted fuse, its taps welded, with a bulkhead plug and one at the rear seat. Each hub has its drop, fused at the tap.
 *
 * Sized so: all windows running (4 × 9 A), both mirror heaters (8 A), amplifier (9 A), a latch (8 A), tail lamps (8 A) and boards are what
 * the fuse of 100 A carries for ever (75 A). Peaks (a stall takes 20 A) take turns below its rating; 16 mm² in cross-linked
 * insulation carry 105.8 A in a cabin of 70 °C. A front door's drop (25 A) carries a stall and its heater for a moment but not the
 * latch as well; a rear door's (20 A) one stall alone. The hood's (25 A) opens its latch with all its lamps lit.
 */
export const SEDAN_COPPER: CopperTopology = {
  layout: 'line',
  battery: 'battery',
  taps: ['tap.HOOD', 'tap.DASH', 'tap.FL', 'tap.FR', 'tap.STEREO', 'tap.RL', 'tap.RR', 'tap.TRUNK'],
  hubs: ['HOOD', 'DASH', 'FL', 'FR', 'STEREO', 'RL', 'RR', 'TRUNK'],
  cables: [
    mainSegment('tap.HOOD', 0.4, 25, 100),
    segment('tap.HOOD', 'tap.DASH', 1.2, SPINE_mm2, 1),
    segment('tap.DASH', 'tap.FL', 0.5, SPINE_mm2, 0),
    segment('tap.FL', 'tap.FR', 0.3, SPINE_mm2, 0),
    segment('tap.FR', 'tap.STEREO', 0.4, SPINE_mm2, 0),
    segment('tap.STEREO', 'tap.RL', 0.6, SPINE_mm2, 0),
    segment('tap.RL', 'tap.RR', 0.3, SPINE_mm2, 0),
    segment('tap.RR', 'tap.TRUNK', 1.4, SPINE_mm2, 1),
    drop('HOOD', 0.8, 4, 25),
    drop('DASH', 0.6, 1.5, 15),
    drop('FL', 1.4, 4, 25),
    drop('FR', 2.2, 4, 25),
    drop('STEREO', 0.6, 2.5, 20),
    drop('RL', 1.2, 2.5, 20),
    drop('RR', 2.0, 2.5, 20),
    drop('TRUNK', 0.8, 2.5, 20),
  ],
}
