import { namesOf } from '../schema/index.ts'

/** Points of an attack's potential (ISO/IEC 18045 B.4, ISO/SAE 21434 annex G): the more, the harder. */
const POTENTIAL = {
  time: { day: 0, week: 1, month: 4, halfYear: 17, longer: 19 },
  expertise: { layman: 0, proficient: 3, expert: 6, several: 8 },
  knowledge: { public: 0, restricted: 3, confidential: 7, strict: 11 },
  window: { unlimited: 0, easy: 1, moderate: 4, difficult: 10 },
  equipment: { standard: 0, specialised: 4, bespoke: 7, several: 9 },
} as const

type Potential = { readonly [Name in keyof typeof POTENTIAL]: keyof (typeof POTENTIAL)[Name] }

const FEASIBILITIES = ['very low', 'low', 'medium', 'high'] as const
export type Feasibility = typeof FEASIBILITIES[number]
/** From so many points on an attack is no more than this feasible. */
const FEASIBLE_BELOW: Readonly<Record<Exclude<Feasibility, 'very low'>, number>> = { high: 14, medium: 20, low: 25 }

const IMPACTS = ['negligible', 'moderate', 'major', 'severe'] as const
export type Impact = typeof IMPACTS[number]
type Aspect = 'safety' | 'financial' | 'operational' | 'privacy'

/** Risk value 1 (least) … 5, by impact and feasibility (very low … high), as in ISO/SAE 21434 annex H. */
const RISK: Readonly<Record<Impact, readonly [number, number, number, number]>> = {
  negligible: [1, 1, 1, 1], moderate: [1, 2, 2, 3], major: [1, 2, 3, 4], severe: [2, 3, 4, 5],
}

const ASSETS = {
  glass: 'commands to windows: their integrity and freshness',
  latches: 'commands to latches and locks: their integrity and freshness',
  addresses: 'the addresses of hubs: their authenticity and availability',
  state: 'speed and ignition as all hubs know them: their integrity',
  power: 'grants and sheds of the power manager: their integrity',
  sockets: 'the sockets of components: what may hang on them',
  bus: 'the bus: its availability',
  images: 'the firmware of hubs: its integrity',
} as const
type Asset = keyof typeof ASSETS

/** What is done about a risk. */
type Treatment = 'avoid' | 'reduce' | 'share' | 'retain'

/** A way to harm, and what stands against it today. */
export interface Threat {
  readonly asset: Asset
  readonly scenario: string
  readonly damage: string
  readonly impact: Readonly<Record<Aspect, Impact>>
  /** Step by step. */
  readonly path: readonly string[]
  readonly potential: Potential
  /** What holds today; "nothing" where nothing does. */
  readonly today: string
  /** What is planned, or why the risk stays. */
  readonly treatment: Treatment
  readonly measure: string
}

const WIRE: Potential = { time: 'day', expertise: 'proficient', knowledge: 'public', window: 'moderate', equipment: 'standard' }
const SOCKET: Potential = { time: 'day', expertise: 'layman', knowledge: 'public', window: 'moderate', equipment: 'standard' }
const NO_HARM = { safety: 'negligible', financial: 'negligible', operational: 'negligible', privacy: 'negligible' } as const

/** Attacks that were tried on the running car, and those that its shape suggests. */
export const THREATS = threats({
  openDoor: {
    asset: 'latches', scenario: 'an unlock and a release are forged from any address', damage: 'the car is opened and emptied',
    impact: { ...NO_HARM, financial: 'major', operational: 'moderate' },
    path: ['reach the pair: a mirror\'s cable, a lamp, the diagnostic socket', 'send LatchCommand unlock, then release, with checksum and counter'],
    potential: WIRE,
    today: 'an address that is no hub\'s and no tool\'s is not obeyed, and a forged one leaves a trouble code; who takes the right one is believed',
    treatment: 'reduce', measure: 'keys: commands then carry a truncated CMAC with freshness, and no other address counts (npx spine keys)',
  },
  openAtSpeed: {
    asset: 'state', scenario: 'a forged VehicleState says that the car stands, and a release follows', damage: 'a door opens at speed',
    impact: { ...NO_HARM, safety: 'severe' },
    path: ['reach the pair', 'speak as the manager: VehicleState with speed 0', 'forge or press a release'],
    potential: WIRE,
    today: 'a speed falls no faster than brakes can, and not while counters show two talkers; the last known one counts for 10 s. Patience wins',
    treatment: 'reduce', measure: 'keys: VehicleState then counts only as the manager proved it',
  },
  closeOnHand: {
    asset: 'glass', scenario: 'WindowCommand closes glass while somebody leans out', damage: 'a limb is pressed',
    impact: { ...NO_HARM, safety: 'major' },
    path: ['reach the pair', 'send WindowCommand autoUp'],
    potential: WIRE, today: 'detection and reversal are local to the hub and no command switches them off; the command itself is believed',
    treatment: 'reduce', measure: 'keys: commands then carry a truncated CMAC with freshness; the hub\'s own detection stays the last barrier',
  },
  replay: {
    asset: 'glass', scenario: 'a command that was recorded is sent again', damage: 'windows or latches open later, unattended',
    impact: { ...NO_HARM, financial: 'major', operational: 'moderate' },
    path: ['record the pair while the owner opens', 'play it back when they are gone'],
    potential: { ...WIRE, expertise: 'layman' }, today: 'a counter that does not follow is refused, and does not start afresh for commands; there are 15 of them, and the next one is believed',
    treatment: 'reduce',
    measure: 'keys: each tag is then over a challenge of its hub, and counts once; what a hub was kept from hearing can be said to it for 4 s',
  },
  silenceHub: {
    asset: 'addresses', scenario: 'an address is claimed with a lower NAME', damage: 'a hub that is booting gives up its address for ten seconds; all eight: the whole car',
    impact: { ...NO_HARM, operational: 'major', safety: 'moderate' },
    path: ['reach the pair before the car boots', 'claim each location with a NAME of 0 as its hub does'],
    potential: { ...WIRE, expertise: 'expert', window: 'difficult' },
    today: 'a settled hub defends its address against any NAME and stays; one that gave way claims again every ten seconds; both NAMEs are reported',
    treatment: 'retain', measure: 'who stays to claim can as well flood the bus; with keys nobody restarts a hub by UDS',
  },
  stopPower: {
    asset: 'power', scenario: 'a forged PowerShed takes the power of loads', damage: 'windows stop half way, heaters and sound go off',
    impact: { ...NO_HARM, operational: 'moderate' },
    path: ['reach the pair', 'speak as the manager: PowerShed'],
    potential: WIRE, today: 'a forged grant beyond a lease is refused; a forged shed is believed, and two talkers leave a trouble code',
    treatment: 'reduce', measure: 'keys: grants and sheds then count with their tags; a forged grant lends a port what it asked for, for 1.3 s in ten',
  },
  foreignPack: {
    asset: 'sockets', scenario: 'a switch pack is plugged into a mirror\'s socket of a locked, sleeping car', damage: 'it wakes the car and opens a window',
    impact: { ...NO_HARM, financial: 'major' },
    path: ['pull the mirror\'s plug from outside', 'plug a pack of the workshop\'s shelf', 'press'],
    potential: SOCKET,
    today: 'in a car that was paired (npx spine keys pair) it stays without current, wakes nobody and is told as a fault; one that never was takes anything',
    treatment: 'avoid', measure: 'cars are paired when they are made',
  },
  flood: {
    asset: 'bus', scenario: 'frames of the highest priority fill the bus, or it is held dominant', damage: 'no command reaches another hub',
    impact: { ...NO_HARM, operational: 'major', safety: 'moderate' },
    path: ['reach the pair', 'send identifier 0 without a pause, or short the pair'],
    potential: { ...WIRE, expertise: 'layman' }, today: 'each door goes on with its own switches; held glass stops after 250 ms; a flood leaves a trouble code',
    treatment: 'reduce', measure: 'a second spine; on one spine the rest is retained',
  },
  foreignImage: {
    asset: 'images', scenario: 'firmware of one\'s own is put on a hub by UDS', damage: 'anything that the hub can do',
    impact: { ...NO_HARM, safety: 'severe', operational: 'major' },
    path: ['reach the pair', 'unlock: without keys the answer follows from the seed; with keys, speak in the session of a workshop', 'download an image with a right checksum and hub type'],
    potential: { ...WIRE, time: 'week', expertise: 'expert' }, today: 'hash, version and hub type are checked, who made it is not; a hub with keys wants the workshop\'s before it is programmed',
    treatment: 'reduce', measure: 'keys; not planned yet: images that are signed',
  },
  foreignWindow: {
    asset: 'sockets', scenario: 'a component whose descriptor lies about its motor', damage: 'currents and forces that the hub does not expect',
    impact: { ...NO_HARM, safety: 'moderate', financial: 'moderate' },
    path: ['swap a component for one with a written memory'],
    potential: { ...SOCKET, expertise: 'proficient' }, today: 'what draws more than its descriptor promises is switched off and named; see the rows `saysLess` and `saysMore`',
    treatment: 'reduce', measure: 'the descriptor is paired with the socket',
  },
})

function threats<Name extends string>(table: Readonly<Record<Name, Threat>>): Readonly<Record<Name, Threat>> {
  return table
}

export function feasibilityOf(potential: Potential): Feasibility {
  const points = POTENTIAL.time[potential.time] + POTENTIAL.expertise[potential.expertise] + POTENTIAL.knowledge[potential.knowledge]
    + POTENTIAL.window[potential.window] + POTENTIAL.equipment[potential.equipment]
  return (['high', 'medium', 'low'] as const).find(name => points < FEASIBLE_BELOW[name]) ?? 'very low'
}

/** The worst of all aspects. */
export function impactOf({ impact }: Threat): Impact {
  return Object.values(impact).reduce((worst, one) => IMPACTS.indexOf(one) > IMPACTS.indexOf(worst) ? one : worst)
}

/** 1–5. */
export function riskOf(threat: Threat): number {
  return RISK[impactOf(threat)][FEASIBILITIES.indexOf(feasibilityOf(threat.potential))]!
}

/** The analysis as Markdown, the greatest risks first. */
export function threatText(table: Readonly<Record<string, Threat>> = THREATS): string {
  const sorted = Object.entries(table).sort(([, a], [, b]) => riskOf(b) - riskOf(a))
  return [
    '# Threats', '',
    'In the shape of ISO/SAE 21434, clause 15: assets, threat and damage scenarios, impact, attack paths, feasibility by attack potential',
    '(annex G), risk value 1–5 (annex H), treatment. It says what holds today, not what is planned.', '',
    '| asset | what of it |', '|---|---|', ...namesOf(ASSETS).map(name => `| ${name} | ${ASSETS[name]} |`), '',
    '| threat | asset | impact | feasibility | risk | treatment |', '|---|---|---|---|---|---|',
    ...sorted.map(([name, threat]) =>
      `| ${name}: ${threat.scenario} | ${threat.asset} | ${impactOf(threat)} | ${feasibilityOf(threat.potential)} | ${riskOf(threat)} | ${threat.treatment} |`), '',
    ...sorted.flatMap(([name, threat]) => [
      `## ${name}`, '', `- **Scenario**: ${threat.scenario}`, `- **Damage**: ${threat.damage}`,
      `- **Impact**: ${Object.entries(threat.impact).map(([aspect, impact]) => `${aspect} ${impact}`).join(', ')}`,
      '- **Attack path**:', ...threat.path.map((step, i) => `    ${i + 1}. ${step}`),
      `- **Feasibility**: ${feasibilityOf(threat.potential)} (${Object.entries(threat.potential).map(([what, how]) => `${what} ${how}`).join(', ')})`,
      `- **Risk**: ${riskOf(threat)} of 5`, `- **Holds today**: ${threat.today}`, `- **Treatment**: ${threat.treatment}: ${threat.measure}`, '',
    ]),
  ].join('\n')
}
