import { namesOf } from '../schema/index.ts'
import type { Report } from './campaign.ts'
import type { Row } from './rows.ts'
import { MOST_N } from './scenes.ts'

/** Something that stands between a fault and a top event, and the rows in which it is seen to hold, or not. */
interface Barrier {
  readonly name: string
  readonly tells: (row: Row) => 'held' | 'failed' | undefined
}

/** An event that must not happen, and what has to come together for it. */
interface TopEvent {
  readonly title: string
  /** All of these at once. */
  readonly needs: readonly string[]
  readonly happened: (row: Row) => boolean
  /** How near a row came, for people, and by a number that sorts; undefined: not near. */
  readonly near: (row: Row) => { readonly measure: number, readonly text: string } | undefined
  readonly barriers: readonly Barrier[]
}

/** Above the healthy car's 43 N by a good margin, N. */
const NEAR_N = 60

const TABLE = events({
  hand: {
    title: 'A window closes on a hand',
    needs: [
      'a closing is commanded: by a person, or by a switch that is stuck',
      'a hand is in the gap',
      'the hub does not feel it, or does not turn round in time',
      'the port\'s current limit does not hold the force below 100 N',
    ],
    happened: ({ hazards, objections }) => hazards.some(({ kind }) => kind === 'hand') || objections.some(({ checker }) => checker === 'force'),
    near: ({ force_N }) => force_N > NEAR_N ? { measure: force_N, text: `${force_N.toFixed(0)} N on the hand` } : undefined,
    barriers: [
      { name: 'no closing: without power, hub, command or sensor the glass stands', tells: ({ force_N }) => force_N === 0 ? 'held' : undefined },
      {
        name: `turning round: what was pressed on stayed below ${MOST_N} N`,
        tells: ({ force_N }) => force_N === 0 ? undefined : force_N <= MOST_N ? 'held' : 'failed',
      },
    ],
  },
  door: {
    title: 'A door opens while driving',
    needs: [
      'a release is pressed, or its switch is stuck, or a latch moves by itself',
      'the hub holds the car to be slow, or knows no speed',
      'the latch has power, and its pawl moves',
    ],
    happened: ({ hazards }) => hazards.some(({ kind }) => kind === 'door'),
    near: ({ hazards }) => {
      const lids = hazards.filter(({ kind }) => kind === 'lid')
      return lids.length === 0 ? undefined : { measure: lids.length, text: `${lids.map(({ where }) => where).join(', ')} opened at rest though nobody asked` }
    },
    barriers: [
      {
        name: 'a release is refused above walking pace: all releases were pressed at 120 km/h',
        tells: ({ hazards }) => hazards.some(({ kind }) => kind === 'door') ? 'failed' : 'held',
      },
      { name: 'no latch opens by itself', tells: ({ hazards }) => hazards.some(({ kind }) => kind === 'lid') ? 'failed' : 'held' },
    ],
  },
})

function events<Name extends string>(table: Readonly<Record<Name, TopEvent>>): Readonly<Record<Name, TopEvent>> {
  return table
}

type TopEventName = keyof typeof TABLE

/** A top event with what the rows of a table say of it: plain data. */
export interface FaultTree {
  readonly event: TopEventName
  readonly title: string
  readonly needs: readonly string[]
  /** Rows of single faults, and of several at once. */
  readonly asked: Readonly<Record<'single' | 'several', number>>
  /** Rows that end in it. */
  readonly leads: Readonly<Record<'single' | 'several', readonly Row[]>>
  /** Rows that come near it, nearest first. */
  readonly near: readonly { readonly row: Row, readonly text: string }[]
  readonly barriers: readonly { readonly name: string, readonly held: number, readonly failed: number }[]
}

/** What the rows of a table say of each top event. */
export function faultTrees({ rows }: Report): FaultTree[] {
  return namesOf(TABLE).map((event) => {
    const { title, needs, happened, near, barriers } = TABLE[event]
    const single = rows.filter(row => row.faults.length === 1)
    const several = rows.filter(row => row.faults.length > 1)
    const nearly = rows.filter(row => !happened(row)).flatMap((row) => {
      const found = near(row)
      return found === undefined ? [] : [{ row, ...found }]
    })
    return {
      event, title, needs,
      asked: { single: single.length, several: several.length },
      leads: { single: single.filter(happened), several: several.filter(happened) },
      near: nearly.sort((a, b) => b.measure - a.measure).map(({ row, text }) => ({ row, text })),
      barriers: barriers.map(({ name, tells }) => ({
        name, held: rows.filter(row => tells(row) === 'held').length, failed: rows.filter(row => tells(row) === 'failed').length,
      })),
    }
  })
}

/** Rows that are named in a list; the rest is counted. */
const NAMED = 12

/** As Markdown. */
export function treeText({ title, needs, asked, leads, near, barriers }: FaultTree): string {
  const list = (rows: readonly Row[]): string[] => [
    ...rows.slice(0, NAMED).map(row => `    - \`${row.faults.join(' + ')}\`: ${row.what}`),
    ...rows.length > NAMED ? [`    - and ${rows.length - NAMED} more`] : [],
  ]
  return [
    `## ${title}`, '',
    'It takes all of:', '', ...needs.map(need => `- ${need}`), '',
    `- ${leads.single.length} of ${asked.single} single faults lead to it`, ...list(leads.single),
    ...asked.several === 0 ? [] : [`- ${leads.several.length} of ${asked.several} pairs lead to it`, ...list(leads.several)],
    `- ${near.length} come near`,
    ...near.slice(0, NAMED).map(({ row, text }) => `    - \`${row.faults.join(' + ')}\`: ${text}`),
    '', 'What held:', '',
    ...barriers.map(({ name, held, failed }) => `- ${name}: held in ${held} rows${failed === 0 ? '' : `, failed in ${failed}`}`), '',
  ].join('\n')
}
