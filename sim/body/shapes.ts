/** Of a body: x as a share of its length, y of half its width (the left is negative), z of its height. */
export type Share = readonly [x: number, y: number, z: number]

interface LineShape {
  readonly points: readonly Share[]
  readonly hinge_mm?: number
}

export interface BodyShape {
  readonly about: string
  readonly length_mm: number
  readonly width_mm: number
  readonly height_mm: number
  readonly hubs: Readonly<Record<string, Share>>
  /** `spine` from the battery to the rear; the others begin at it or at each other. */
  readonly lines: Readonly<Record<string, LineShape>>
}

/** How a cable passes a door's hinge: in a bellows, with a loop. */
const DOOR_LOOP_mm = 120
/** Of a lid, along its arm. */
const LID_LOOP_mm = 150

type Side = 'FL' | 'FR' | 'RL' | 'RR'

/** The way into a door: from the spine across the floor, along the sill to the foot of its pillar, up, through the bellows, to the hub. */
function doorLines(side: Side, begin: Share, pillar: number, hub: Share, rise = 0.38): Record<string, LineShape> {
  const y = side.endsWith('L') ? -0.8 : 0.8
  const foot: Share = [pillar, y, begin[2]]
  const top: Share = [pillar, y, rise]
  const edge: Share = [pillar + 0.02, Math.sign(y) * 0.86, rise]
  return {
    [`cross ${side}`]: { points: [begin, [begin[0], y, begin[2]], foot] },
    [`pillar ${side}`]: { points: [foot, top] },
    [`hinge ${side}`]: { points: [top, edge], hinge_mm: DOOR_LOOP_mm },
    [`door ${side}`]: { points: [edge, hub] },
  }
}

const SEDAN_HUBS = {
  HOOD: [0.1, 0.48, 0.55], DASH: [0.28, -0.42, 0.55], FL: [0.42, -0.76, 0.45], FR: [0.42, 0.76, 0.45], STEREO: [0.54, 0.39, 0.25],
  RL: [0.68, -0.76, 0.4], RR: [0.68, 0.76, 0.4], TRUNK: [0.9, 0.48, 0.4],
} as const satisfies Record<string, Share>

/** A passenger car: the spine leaves the engine bay through the bulkhead, lies left of the tunnel, and ends in the trunk. */
const SEDAN_SHAPE: BodyShape = {
  about: 'four doors and a trunk',
  length_mm: 4700, width_mm: 1800, height_mm: 1450,
  hubs: SEDAN_HUBS,
  lines: {
    spine: { points: [
      [0.07, -0.1, 0.52], [0.14, -0.1, 0.52], [0.18, -0.5, 0.52], [0.28, -0.28, 0.46], [0.335, -0.28, 0.2],
      [0.48, -0.12, 0.2], [0.6, -0.28, 0.2], [0.7, -0.28, 0.2], [0.9, -0.06, 0.3],
    ] },
    hood: { points: [[0.14, -0.1, 0.52], SEDAN_HUBS.HOOD] },
    dash: { points: [[0.28, -0.28, 0.46], SEDAN_HUBS.DASH] },
    console: { points: [[0.48, -0.12, 0.2], SEDAN_HUBS.STEREO] },
    trunk: { points: [[0.9, -0.06, 0.3], SEDAN_HUBS.TRUNK] },
    ...doorLines('FL', [0.345, -0.28, 0.2], 0.335, SEDAN_HUBS.FL),
    ...doorLines('FR', [0.4, -0.21, 0.2], 0.335, SEDAN_HUBS.FR),
    ...doorLines('RL', [0.602, -0.28, 0.2], 0.608, SEDAN_HUBS.RL, 0.33),
    ...doorLines('RR', [0.66, -0.28, 0.2], 0.608, SEDAN_HUBS.RR, 0.33),
  },
}

/** Fewer hubs, longer doors. */
const COUPE_SHAPE: BodyShape = {
  about: 'two long doors and a trunk',
  length_mm: 4400, width_mm: 1800, height_mm: 1350,
  hubs: { ...SEDAN_HUBS, FL: [0.47, -0.76, 0.45], FR: [0.47, 0.76, 0.45] },
  lines: {
    ...SEDAN_SHAPE.lines,
    ...doorLines('FL', [0.345, -0.28, 0.2], 0.335, [0.47, -0.76, 0.45]),
    ...doorLines('FR', [0.4, -0.21, 0.2], 0.335, [0.47, 0.76, 0.45]),
  },
}

const PICKUP_HUBS = {
  HOOD: [0.09, 0.48, 0.55], DASH: [0.23, -0.4, 0.58], FL: [0.34, -0.77, 0.5], FR: [0.34, 0.77, 0.5], STEREO: [0.44, 0.39, 0.35],
  RL: [0.53, -0.77, 0.5], RR: [0.53, 0.77, 0.5], TRUNK: [0.96, 0.48, 0.4],
} as const satisfies Record<string, Share>

/** Behind the cab the spine lies along the frame, below the bed. */
const PICKUP_SHAPE: BodyShape = {
  about: 'a cab with four doors and a bed, its tailgate the trunk',
  length_mm: 5900, width_mm: 2000, height_mm: 1950,
  hubs: PICKUP_HUBS,
  lines: {
    spine: { points: [
      [0.06, -0.1, 0.52], [0.12, -0.1, 0.52], [0.23, -0.25, 0.46], [0.26, -0.25, 0.3],
      [0.42, -0.1, 0.3], [0.45, -0.25, 0.3], [0.56, -0.25, 0.3],
      [0.6, -0.35, 0.25], [0.94, -0.35, 0.25], [0.96, 0, 0.32],
    ] },
    hood: { points: [[0.12, -0.1, 0.52], PICKUP_HUBS.HOOD] },
    dash: { points: [[0.23, -0.25, 0.46], PICKUP_HUBS.DASH] },
    console: { points: [[0.42, -0.1, 0.3], PICKUP_HUBS.STEREO] },
    tailgate: { points: [[0.96, 0, 0.32], PICKUP_HUBS.TRUNK], hinge_mm: LID_LOOP_mm },
    ...doorLines('FL', [0.265, -0.25, 0.3], 0.26, PICKUP_HUBS.FL, 0.45),
    ...doorLines('FR', [0.3, -0.22, 0.3], 0.26, PICKUP_HUBS.FR, 0.45),
    ...doorLines('RL', [0.47, -0.25, 0.3], 0.47, PICKUP_HUBS.RL, 0.45),
    ...doorLines('RR', [0.5, -0.25, 0.3], 0.47, PICKUP_HUBS.RR, 0.45),
  },
}

const VAN_HUBS = {
  HOOD: [0.05, 0.48, 0.35], DASH: [0.14, -0.4, 0.42], FL: [0.22, -0.78, 0.35], FR: [0.22, 0.78, 0.35], STEREO: [0.3, 0.42, 0.2],
  RL: [0.58, -0.72, 0.45], RR: [0.48, 0.78, 0.4], TRUNK: [0.94, 0.4, 0.45],
} as const satisfies Record<string, Share>

/** The hub at the sliding door is RR; RL sits in the furniture on the left. */
const VAN_SHAPE: BodyShape = {
  about: 'a high van: two doors, a sliding door on the right, furniture on the left, rear doors',
  length_mm: 5990, width_mm: 2050, height_mm: 2700,
  hubs: VAN_HUBS,
  lines: {
    spine: { points: [
      [0.03, -0.1, 0.33], [0.06, -0.1, 0.33], [0.14, -0.3, 0.33], [0.165, -0.3, 0.18],
      [0.28, -0.1, 0.18], [0.34, -0.6, 0.18], [0.9, -0.6, 0.18], [0.94, -0.1, 0.18],
    ] },
    hood: { points: [[0.06, -0.1, 0.33], VAN_HUBS.HOOD] },
    dash: { points: [[0.14, -0.3, 0.33], VAN_HUBS.DASH] },
    console: { points: [[0.28, -0.1, 0.18], VAN_HUBS.STEREO] },
    furniture: { points: [[0.58, -0.6, 0.18], [0.58, -0.72, 0.18], VAN_HUBS.RL] },
    ...doorLines('FL', [0.17, -0.3, 0.18], 0.165, VAN_HUBS.FL, 0.3),
    ...doorLines('FR', [0.2, -0.26, 0.18], 0.165, VAN_HUBS.FR, 0.3),
    'cross RR': { points: [[0.4, -0.6, 0.18], [0.4, 0.8, 0.18]] },
    'slider RR': { points: [[0.4, 0.8, 0.18], VAN_HUBS.RR], hinge_mm: 400 },
    'rear doors': { points: [[0.94, -0.1, 0.18], [0.94, 0.4, 0.18]] },
    'hinge TRUNK': { points: [[0.94, 0.4, 0.18], VAN_HUBS.TRUNK], hinge_mm: LID_LOOP_mm },
  },
}

const KIT_HUBS = {
  HOOD: [0.14, 0.45, 0.5], DASH: [0.4, -0.36, 0.55], FL: [0.53, -0.72, 0.45], FR: [0.53, 0.72, 0.45], STEREO: [0.62, 0.4, 0.3],
  TRUNK: [0.9, 0.4, 0.5],
} as const satisfies Record<string, Share>

const KIT_SHAPE: BodyShape = {
  about: 'a small open car with two seats',
  length_mm: 3400, width_mm: 1600, height_mm: 1100,
  hubs: KIT_HUBS,
  lines: {
    spine: { points: [[0.12, -0.1, 0.5], [0.18, -0.1, 0.5], [0.4, -0.1, 0.45], [0.43, -0.1, 0.22], [0.88, -0.1, 0.22], [0.9, -0.1, 0.4]] },
    hood: { points: [[0.18, -0.1, 0.5], KIT_HUBS.HOOD] },
    dash: { points: [[0.4, -0.1, 0.45], KIT_HUBS.DASH] },
    console: { points: [[0.6, -0.1, 0.22], KIT_HUBS.STEREO] },
    trunk: { points: [[0.9, -0.1, 0.4], KIT_HUBS.TRUNK] },
    ...doorLines('FL', [0.435, -0.1, 0.22], 0.43, KIT_HUBS.FL),
    ...doorLines('FR', [0.48, -0.1, 0.22], 0.43, KIT_HUBS.FR),
  },
}

/** Bodies by type: sizes of common cars of their class, lines where such cars have their harness channels; estimates to begin with. */
export const SHAPES = {
  sedan: SEDAN_SHAPE, coupe: COUPE_SHAPE, pickup: PICKUP_SHAPE, van: VAN_SHAPE, kit: KIT_SHAPE,
} as const satisfies Readonly<Record<string, BodyShape>>

export type BodyType = keyof typeof SHAPES
