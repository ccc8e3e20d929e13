import type { Network } from '../network.ts'
import type { CopperTopology } from '../topology.ts'
import { wireResistance_Ohm } from '../wire.ts'

/** What a cable is at present, beyond its description. Ω; Infinity = open. */
export interface Condition {
  readonly supplyExtra_Ohm: number
  readonly returnExtra_Ohm: number
  /** Conductors that touch along it, and where. */
  readonly short?: { readonly at_m: number, readonly resistance_Ohm: number } | undefined
  /** Of its diode. */
  readonly diode?: 'open' | 'shorted' | undefined
}

/**
 * The slow and obvious way, to judge `Network` by: every node of both conductors is an unknown, Kirchhoff's current law is
 * one dense matrix, solved by Gaussian elimination with pivoting. Returns the hubs' voltages (supply minus return) and grounds.
 */
export function denseVoltages(
  topology: CopperTopology, conditions: readonly Condition[], emf_V: number, source_Ohm: number, drawn_A: readonly number[], copper_C = 20,
): Solution {
  const conducts = topology.cables.map(cable => cable.diode !== undefined)
  // The diode that is most wrong changes, one at a time.
  for (let tries = 0; tries < 1000; tries++) {
    const solution = solveDense(topology, conditions, conducts, emf_V, source_Ohm, drawn_A, copper_C)
    const wrong = solution.diodes.map(({ current_A, across_V }, i) => {
      if (topology.cables[i]!.diode === undefined || conditions[i]!.diode !== undefined) return 0
      return conducts[i] ? Math.max(0, -current_A - 1e-7) : Math.max(0, across_V - 1e-7)
    })
    const worst = wrong.indexOf(Math.max(...wrong))
    if (!(wrong[worst]! > 0)) return solution
    conducts[worst] = !conducts[worst]
  }
  throw new Error('no set of conducting diodes fits')
}

interface Solution {
  readonly voltage_V: number[]
  readonly ground_V: number[]
  readonly terminal_V: number
  /** By cable: through its diode, and over it. */
  readonly diodes: readonly { readonly current_A: number, readonly across_V: number }[]
}

function solveDense(
  topology: CopperTopology, conditions: readonly Condition[], conducts: readonly boolean[], emf_V: number, source_Ohm: number,
  drawn_A: readonly number[], copper_C: number,
): Solution {
  const spots = topology.cables.filter((_, i) => conditions[i]!.short !== undefined).map(cable => `spot of ${cable.name}`)
  const feeds = topology.cables.filter(cable => cable.diode !== undefined).map(cable => `feed of ${cable.name}`)
  const names = [topology.battery, ...topology.taps, ...topology.hubs, ...spots, ...feeds]
  const count = names.length
  // Unknowns: supply nodes 0…count−1, return nodes count…2·count−1.
  const matrix = Array.from({ length: 2 * count }, () => new Array<number>(2 * count + 1).fill(0))
  const connect = (a: number, z: number, ohm: number): void => {
    if (ohm === Infinity) return
    matrix[a]![a]! += 1 / ohm
    matrix[z]![z]! += 1 / ohm
    matrix[a]![z]! -= 1 / ohm
    matrix[z]![a]! -= 1 / ohm
  }
  topology.cables.forEach((cable, i) => {
    const a = names.indexOf(cable.from)
    const ground = count + names.indexOf(cable.to)
    const diode_Ohm = (cable.diode?.resistance_mOhm ?? 5) / 1000
    const z = names.indexOf(cable.diode === undefined ? cable.to : `feed of ${cable.name}`)
    if (cable.diode !== undefined) {
      const hub = names.indexOf(cable.to)
      const passes = conditions[i]!.diode === 'shorted' || (conditions[i]!.diode === undefined && conducts[i]!)
      connect(z, hub, passes ? diode_Ohm : Infinity)
    }
    const contacts_Ohm = (cable.connectors ?? 2) * (cable.contact_mOhm ?? 3) / 1000
    const fuse_Ohm = cable.fuse ? (cable.fuse.resistance_mOhm ?? 100 / cable.fuse.rating_A) / 1000 : 0
    const { supplyExtra_Ohm, returnExtra_Ohm, short } = conditions[i]!
    const wire_Ohm = (gauge_mm2: number, length_m: number): number => wireResistance_Ohm(gauge_mm2, length_m, copper_C)
    const returnGauge_mm2 = cable.returnGauge_mm2 ?? cable.gauge_mm2
    if (short === undefined) {
      connect(a, z, wire_Ohm(cable.gauge_mm2, cable.length_m) + contacts_Ohm + fuse_Ohm + supplyExtra_Ohm)
      connect(count + a, ground, wire_Ohm(returnGauge_mm2, cable.length_m) + contacts_Ohm + returnExtra_Ohm)
      return
    }
    // Half of the contacts at each end; the fuse, and what went bad, at the end of the battery.
    const spot = names.indexOf(`spot of ${cable.name}`)
    const rest_m = cable.length_m - short.at_m
    connect(a, spot, wire_Ohm(cable.gauge_mm2, short.at_m) + contacts_Ohm / 2 + fuse_Ohm + supplyExtra_Ohm)
    connect(spot, z, wire_Ohm(cable.gauge_mm2, rest_m) + contacts_Ohm / 2)
    connect(count + a, count + spot, wire_Ohm(returnGauge_mm2, short.at_m) + contacts_Ohm / 2 + returnExtra_Ohm)
    connect(count + spot, ground, wire_Ohm(returnGauge_mm2, rest_m) + contacts_Ohm / 2)
    connect(spot, count + spot, short.resistance_Ohm)
  })
  matrix[0]![0]! += 1 / source_Ohm
  matrix[0]![2 * count]! += emf_V / source_Ohm
  // The battery's negative pole is held at 0 V; a trace of conductance keeps what hangs in the air defined.
  matrix[count]![count]! += 1e9
  for (let i = 0; i < 2 * count; i++) matrix[i]![i]! += 1e-12
  topology.hubs.forEach((hub, h) => {
    const node = names.indexOf(hub)
    matrix[node]![2 * count]! -= drawn_A[h]!
    matrix[count + node]![2 * count]! += drawn_A[h]!
  })
  const solution = gauss(matrix)
  const hubNodes = topology.hubs.map(hub => names.indexOf(hub))
  return {
    voltage_V: hubNodes.map(node => solution[node]! - solution[count + node]!),
    ground_V: hubNodes.map(node => solution[count + node]!),
    terminal_V: solution[0]! - solution[count]!,
    diodes: topology.cables.map((cable) => {
      if (cable.diode === undefined) return { current_A: 0, across_V: 0 }
      const across_V = solution[names.indexOf(`feed of ${cable.name}`)]! - solution[names.indexOf(cable.to)]!
      return { current_A: across_V / ((cable.diode.resistance_mOhm ?? 5) / 1000), across_V }
    }),
  }
}

/** Solves an augmented matrix; destroys it. */
function gauss(matrix: number[][]): number[] {
  const n = matrix.length
  for (let p = 0; p < n; p++) {
    let best = p
    for (let r = p + 1; r < n; r++) if (Math.abs(matrix[r]![p]!) > Math.abs(matrix[best]![p]!)) best = r
    const pivot = matrix[best]!
    matrix[best] = matrix[p]!
    matrix[p] = pivot!
    for (let r = p + 1; r < n; r++) {
      const factor = matrix[r]![p]! / pivot[p]!
      for (let c = p; c <= n; c++) matrix[r]![c]! -= factor * pivot[c]!
    }
  }
  const x = new Array<number>(n).fill(0)
  for (let r = n - 1; r >= 0; r--) {
    let sum = matrix[r]![n]!
    for (let c = r + 1; c < n; c++) sum -= matrix[r]![c]! * x[c]!
    x[r] = sum / matrix[r]![r]!
  }
  return x
}

/** A load by its law, written apart from `Loads`. */
export interface Law {
  current_A(voltage_V: number): number
  put(network: Network, hub: number, slot: number): void
}

export function currentLaw(drawn_A: number): Law {
  return {
    current_A: v => v <= 0 ? 0 : drawn_A * Math.min(1, v),
    put: (network, hub, slot) => network.loads.setCurrent(hub, slot, drawn_A),
  }
}

export function resistorLaw(ohm: number, limit_A: number): Law {
  return {
    current_A: v => Math.min(limit_A, Math.max(0, v) / ohm),
    put: (network, hub, slot) => network.loads.setResistance(hub, slot, ohm, limit_A),
  }
}

export function powerLaw(power_W: number, lowest_V: number, limit_A: number): Law {
  return {
    current_A: v => v <= 0 ? 0 : Math.min(limit_A, v >= lowest_V ? power_W / v : v / (lowest_V * lowest_V / power_W)),
    put: (network, hub, slot) => network.loads.setPower(hub, slot, power_W, lowest_V, limit_A),
  }
}

export function motorLaw(emf_V: number, ohm: number, duty: number, limit_A: number): Law {
  return {
    current_A: v => v <= 0 ? 0 : Math.min(limit_A, Math.max(0, duty * Math.min(duty * v, duty * v - emf_V) / ohm)),
    put: (network, hub, slot) => network.loads.setMotor(hub, slot, emf_V, ohm, duty, limit_A),
  }
}
