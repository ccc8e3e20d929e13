import { CAR_CASES } from './car-cases.ts'
import { CARD_CASES } from './card-cases.ts'
import { ISOTP_CASES } from './isotp-cases.ts'
import { PEER_CASES } from './peer-cases.ts'
import type { Case } from './report.ts'
import { TROUBLE_CASES } from './trouble-cases.ts'
import { VOLUME_CASES } from './volume-cases.ts'

/** In the order in which they run. */
export const ALL_CASES: readonly Case[] = [...PEER_CASES, ...ISOTP_CASES, ...CAR_CASES, ...TROUBLE_CASES, ...CARD_CASES, ...VOLUME_CASES]
