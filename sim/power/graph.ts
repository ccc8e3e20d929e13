import type { Cable, CopperTopology } from './topology.ts'

/**
 * Nodes that the battery reaches through the cables that `conducts` lets pass, itself included; a diode passes one way, unless it `leaks`.
 */
export function reach(
  topology: CopperTopology, conducts: (cable: Cable) => boolean, leaks: (cable: Cable) => boolean = () => false,
): Set<string> {
  const reached = new Set([topology.battery])
  for (let grown = true; grown;) {
    grown = false
    for (const cable of topology.cables) {
      if (reached.has(cable.from) === reached.has(cable.to) || !conducts(cable)) continue
      if (cable.diode !== undefined && !reached.has(cable.from) && !leaks(cable)) continue
      reached.add(cable.from).add(cable.to)
      grown = true
    }
  }
  return reached
}

/**
 * Every way from the battery to `node` without a detour, each as its cables from the battery on: one in a line, up to two in a ring,
 * two in a dual car.
 */
export function pathsTo(topology: CopperTopology, node: string): Cable[][] {
  const found: Cable[][] = []
  const visited = new Set<string>()
  const way: Cable[] = []
  const visit = (at: string): void => {
    if (at === node) {
      found.push([...way])
      return
    }
    visited.add(at)
    for (const cable of topology.cables) {
      const next = cable.from === at ? cable.to : cable.to === at && cable.diode === undefined ? cable.from : undefined
      if (next === undefined || visited.has(next)) continue
      way.push(cable)
      visit(next)
      way.pop()
    }
    visited.delete(at)
  }
  visit(topology.battery)
  return found
}
