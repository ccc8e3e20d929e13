import type { HubTypeName } from '#protocol/index.ts'
import type { Engine } from './bundle.ts'

/** What is counted of an artefact by name: its bytes and what the meter read. */
export type Figures = Readonly<Record<string, number>>

/** One build of one hub, as it is kept beside the artefact for the next one to compare with. */
export interface BuildReport {
  readonly hub: HubTypeName
  readonly engine: Engine
  readonly sha256: string
  readonly figures: Figures
  readonly modules: Readonly<Record<string, number>>
}

export type Budgets = Readonly<Partial<Record<Engine, Readonly<Partial<Record<HubTypeName, Figures>>>>>>

/** One figure beside its budget and what it was. */
export interface FigureRow {
  readonly name: string
  readonly value: number
  readonly budget: number | undefined
  readonly before: number | undefined
  readonly over: boolean
}

/** What is not a number was not measured. */
export function figureRows(now: Figures, budget: Figures | undefined, before: Figures | undefined): FigureRow[] {
  return Object.entries(now).filter(([, value]) => Number.isFinite(value)).map(([name, value]) => ({
    name, value, budget: budget?.[name], before: before?.[name], over: budget?.[name] !== undefined && value > budget[name],
  }))
}

export interface Growth { readonly module: string, readonly before: number, readonly now: number }

/** Modules whose share of the artefact changed, the most changed first. */
export function growthOf(now: BuildReport['modules'], before: BuildReport['modules']): Growth[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  return names.map(module => ({ module, before: before[module] ?? 0, now: now[module] ?? 0 }))
    .filter(each => each.before !== each.now)
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before) || a.module.localeCompare(b.module))
}

/** What a kept report says, or undefined for a text that is none. */
export function readReport(text: string): Pick<BuildReport, 'figures' | 'modules'> | undefined {
  try {
    const { figures, modules } = JSON.parse(text) as Partial<BuildReport>
    return isCounts(figures) && isCounts(modules) ? { figures, modules } : undefined
  } catch {
    return undefined
  }
}

function isCounts(value: unknown): value is Figures {
  // A figure that was not measured is kept as null.
  return typeof value === 'object' && value !== null && Object.values(value).every(each => typeof each === 'number' || each === null)
}
