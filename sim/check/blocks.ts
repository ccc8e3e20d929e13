import { actingOf, type CopperModel } from './copper.ts'
import { PortCurrent, type ReadingErrors } from './currents.ts'
import { Cholesky, dot } from './cholesky.ts'
import type { Readings } from './readings.ts'

/** The common voltage moves by so much within a second, V rms; at first, and after a jump, it is anywhere. */
const DRIFT_V_s = 0.015
const ANYWHERE_V = 5
/** What a fault of the copper may be when weights are made for readings whose currents are not sure, Ω. */
const SUSPECTED_OHM = 0.005
/** Readings that are less sure say nothing, V; further off than so many deviations they are counted as being there. */
const LOOSE_V = 0.4
const OUTLIER = 5
/** So many outliers one after the other, by hubs in turn, are a jump of the common voltage: a starter, a regulator. */
const JUMP = 4
const MIDDLE_V = 13
/** Of rounding to a step of 0.1 V, V². */
const ROUNDING = 0.01 / 12
const BOARD_A = 0.06
/** Length of a block, s, the least in which something comes and goes, and the most there are. */
const BLOCK_s = 2
export const LEAST_BLOCKS = 4
const MOST_BLOCKS = 60
/** Behind the common voltage is a battery with its own resistance, and an alternator that answers late; rms from car to car. */
export const SOURCE_OHM = { mean: 0.005, deviation: 0.003 } as const
/** What any place may add within one block while the readings are weighed, rms. */
const FREE_OHM = 0.1
/** The first pass weighs as if the copper were sound; the others by what the one before made of each block. */
const PASSES = 2

/**
 * What readings say, as normal equations by block of time. The unknowns of a block are its columns: by hub an offset and a gain of its
 * voltage sensor, by place what it adds to its description; what is behind the common voltage; and last what was read. The common
 * voltage, a random walk, and what rounding still owes to each sequence of frames are filtered out of the rows before they are
 * added up, so nothing that moves is left in them: every hypothesis of which places were bad in which blocks is a few sums of
 * these matrices.
 */
export class Blocks {
  readonly count: number
  readonly hubs: number
  readonly places: number
  /** Columns, that of the readings among them. */
  readonly columns: number
  /** Behind them is a column for each way in which a place may be bad that is not its own: a sum of those of places. */
  readonly stride: number
  /** By block, [column · stride + other]. */
  readonly matrices: readonly Float64Array[]
  /** Readings used. */
  readings = 0
  private readonly source: Readings
  private readonly model: CopperModel
  private readonly errors: ReadingErrors
  /** By block: the unknowns as the last pass left them. */
  private readonly free: readonly Float64Array[]
  private readonly row: Float64Array
  /** The common voltage as the readings so far have it, as a sum of columns; and its variance, V². */
  private readonly common: Carried
  /** What is owed to each sequence of frames, by its number. */
  private readonly owed = new Map<number, Carried>()
  /** A current was lost on its way to here: whatever is bad that it goes through, volts may be by that, and they say nothing. */
  private untold = false
  private readonly hub_A: Float64Array
  private readonly hubVariance: Float64Array
  private readonly flow_A: Float64Array

  constructor(source: Readings, model: CopperModel, errors: ReadingErrors) {
    this.source = source
    this.model = model
    this.errors = errors
    this.hubs = model.hubs.length
    this.places = model.places.length
    this.columns = 2 * this.hubs + this.places + 2
    const blocks = Math.round(source.duration_s / BLOCK_s)
    this.count = blocks < LEAST_BLOCKS ? 1 : Math.min(MOST_BLOCKS, blocks)
    const { count, columns } = this
    this.stride = this.columns + model.signatures.length - this.places
    this.matrices = Array.from({ length: count }, () => new Float64Array(this.stride * this.stride))
    this.free = Array.from({ length: count }, () => new Float64Array(columns - 1))
    this.row = new Float64Array(columns)
    this.common = carried(columns, square(ANYWHERE_V))
    this.hub_A = new Float64Array(this.hubs)
    this.hubVariance = new Float64Array(this.hubs)
    this.flow_A = new Float64Array(this.places)
    for (let pass = 0; pass < PASSES; pass++) {
      this.pass(pass > 0)
      if (pass < PASSES - 1) this.fitFreely()
    }
    this.complete()
  }

  /** The column of a signature. */
  columnOf(signature: number): number {
    return signature < this.places ? 2 * this.hubs + signature : this.columns + signature - this.places
  }

  /** Of each matrix there is only the upper half so far, and nothing of the sums of places. */
  private complete(): void {
    const { columns, stride, places, hubs, model: { signatures } } = this
    for (const matrix of this.matrices) {
      for (let i = 0; i < columns; i++) for (let k = 0; k < i; k++) matrix[i * stride + k] = matrix[k * stride + i]!
      for (let signature = places; signature < signatures.length; signature++) {
        const column = this.columnOf(signature)
        const { weights } = signatures[signature]!
        for (let i = 0; i <= column; i++) {
          let sum = 0
          for (let place = 0; place < places; place++) sum += weights[place]! * matrix[i * stride + 2 * hubs + place]!
          matrix[i * stride + column] = sum
          matrix[column * stride + i] = sum
        }
      }
    }
  }

  /** Adds up all readings; `fitted`: those far from what the block's own fit says weigh less. */
  private pass(fitted: boolean): void {
    const { source, errors, columns, stride, row, common, count, owed } = this
    const ports = [...source.ports.values()].map(port => new PortCurrent(port, errors.port_A))
    const owners = [...source.ports.values()].map(port => port.hub)
    const { begin_s, duration_s } = source
    for (const matrix of this.matrices) matrix.fill(0)
    this.readings = 0
    let last_s = NaN
    let last = -1
    let outliers = 0
    let outlier = -1
    owed.clear()
    for (const { t_s, hub, supply_V, sequence, follows } of source.volts) {
      const block = Math.min(count - 1, Math.floor((t_s - begin_s) / duration_s * count))
      if (t_s !== last_s) {
        this.currents(t_s, ports, owners)
        if (!Number.isNaN(last_s)) common.variance += square(DRIFT_V_s) * (t_s - last_s)
        last_s = t_s
      }
      if (block !== last) {
        // What a place adds in one block says nothing of the next: of what moves each begins anew.
        begin(common, square(ANYWHERE_V))
        common.columns[columns - 1] = MIDDLE_V
        owed.clear()
        last = block
      }
      let noise = square(errors.volt_V) + this.looseness(hub, block)
      if (this.untold || noise > square(LOOSE_V)) {
        owed.delete(sequence)
        continue
      }
      let rest = owed.get(sequence)
      if (rest === undefined) owed.set(sequence, rest = carried(columns, ROUNDING))
      else if (!follows) begin(rest, ROUNDING)
      const common_V = this.commonOf(block, rest)
      const error = this.look(hub, block, supply_V, common_V)
      let spread = common.variance + rest.variance + ROUNDING + noise
      const far = error * error / (OUTLIER * OUTLIER * spread)
      if (far <= 1) outliers = 0
      else if (outliers === 0 || hub !== outlier) outliers++
      outlier = hub
      if (outliers >= JUMP) {
        common.variance += error * error
        spread += error * error
        outliers = 0
      } else if (far > 1 && fitted) {
        noise += (far - 1) * spread
        spread += (far - 1) * spread
      }
      this.readings++
      const matrix = this.matrices[block]!
      const gain = common.variance / spread
      const owes = ROUNDING / spread
      for (let i = 0; i < columns; i++) row[i]! -= common.columns[i]! - rest.columns[i]!
      for (let i = 0; i < columns; i++) {
        const weight = row[i]! / spread
        if (weight === 0) continue
        for (let k = i, at = i * stride + i; k < columns; k++, at++) matrix[at]! += weight * row[k]!
      }
      for (let i = 0; i < columns; i++) common.columns[i]! += gain * row[i]!
      for (let i = 0; i < columns; i++) rest.columns[i] = owes * row[i]!
      common.variance -= gain * common.variance
      rest.variance = ROUNDING - owes * ROUNDING
    }
  }

  /** What flows at an instant. */
  private currents(t_s: number, ports: readonly PortCurrent[], owners: readonly number[]): void {
    const { hub_A, hubVariance, flow_A, model } = this
    hub_A.fill(BOARD_A)
    hubVariance.fill(0)
    this.untold = false
    for (let i = 0; i < ports.length; i++) {
      const port = ports[i]!
      port.at(t_s)
      hub_A[owners[i]!]! += port.current_A
      hubVariance[owners[i]!]! += port.variance
      this.untold ||= port.untold
    }
    for (let place = 0; place < flow_A.length; place++) {
      const { share } = model.places[place]!
      let sum_A = 0
      for (let hub = 0; hub < hub_A.length; hub++) sum_A += share[hub]! * hub_A[hub]!
      flow_A[place] = sum_A
    }
  }

  /** Variance of a hub's voltage by that of the currents. */
  private looseness(hub: number, block: number): number {
    const { model: { transfer_Ohm, places }, hubVariance, hubs } = this
    const free = this.free[block]!
    let sum = 0
    for (let other = 0; other < hubs; other++) {
      if (hubVariance[other] === 0) continue
      let added_Ohm = 0
      let shared = false
      for (let place = 0; place < places.length; place++) {
        const { share, first } = places[place]!
        const both = share[hub]! * share[other]!
        if (both === 0) continue
        shared ||= !first
        added_Ohm += both * Math.max(0, free[2 * hubs + place]!)
      }
      const ohm = transfer_Ohm[hub * hubs + other]! + Math.max(added_Ohm, shared ? SUSPECTED_OHM : 0)
      sum += ohm * ohm * hubVariance[other]!
    }
    return sum
  }

  /** The common voltage, less what is owed, by what is known of a block's unknowns, V. */
  private commonOf(block: number, rest: Carried): number {
    const { common, columns } = this
    const free = this.free[block]!
    let common_V = common.columns[columns - 1]! - rest.columns[columns - 1]!
    for (let i = 0; i < columns - 1; i++) common_V -= (common.columns[i]! - rest.columns[i]!) * free[i]!
    return common_V
  }

  /** Fills the row for a reading; returns how far the reading is from what is known of the block's unknowns, V. */
  private look(hub: number, block: number, supply_V: number, common_V: number): number {
    const { model: { transfer_Ohm, places }, hub_A, flow_A, row, hubs, columns } = this
    const free = this.free[block]!
    let lost_V = 0
    for (let other = 0; other < hubs; other++) lost_V += transfer_Ohm[hub * hubs + other]! * hub_A[other]!
    row.fill(0)
    row[hub] = 1
    for (let place = 0; place < places.length; place++) row[2 * hubs + place] = -places[place]!.share[hub]! * flow_A[place]!
    for (let other = 0; other < hubs; other++) row[columns - 2]! -= hub_A[other]!
    let load_V = -lost_V
    for (let i = 0; i < columns - 1; i++) load_V += row[i]! * free[i]!
    // A gain acts on what is expected, not on the reading: its noise would look like one.
    row[hubs + hub] = common_V - MIDDLE_V + load_V
    row[columns - 1] = supply_V + lost_V
    return supply_V - common_V - load_V - row[hubs + hub]! * free[hubs + hub]!
  }

  /** In each block any place as bad as it likes; sensors and source are the same in all. */
  private fitFreely(): void {
    const { errors, columns, stride, matrices, free, model, hubs, places } = this
    const sensors = [...Array(2 * hubs).keys(), columns - 2]
    const deviation = (i: number): number => i < hubs ? errors.offset_V : i < 2 * hubs ? errors.gain : SOURCE_OHM.deviation
    const own = model.places.map((_, i) => ({ at: 2 * hubs + i, precision: 1 / square(actingOf(model.signatures[i]!, FREE_OHM)) }))
    const size = sensors.length
    const together = new Float64Array(size * size)
    const told = new Float64Array(size)
    const fits = matrices.map((matrix) => {
      const at = (i: number, k: number): number => i < k ? matrix[i * stride + k]! : matrix[k * stride + i]!
      const fit = new Cholesky(places, (i, k) => at(own[i]!.at, own[k]!.at) + (i === k ? own[i]!.precision : 0))
      const ways = [...sensors, columns - 1].map((sensor) => {
        const way = Float64Array.from(own, one => at(one.at, sensor))
        fit.forward(way)
        return way
      })
      for (let i = 0; i < size; i++) {
        told[i]! += at(sensors[i]!, columns - 1) - dot(ways[i]!, ways[size]!)
        for (let k = 0; k <= i; k++) together[i * size + k]! += at(sensors[i]!, sensors[k]!) - dot(ways[i]!, ways[k]!)
      }
      return fit
    })
    const all = new Cholesky(size, (i, k) => together[i * size + k]! + (i === k ? 1 / square(deviation(sensors[i]!)) : 0))
    all.solve(told)
    matrices.forEach((matrix, block) => {
      const at = (i: number, k: number): number => i < k ? matrix[i * stride + k]! : matrix[k * stride + i]!
      const mine = Float64Array.from(own, one =>
        at(one.at, columns - 1) - sensors.reduce((sum, sensor, i) => sum + at(one.at, sensor) * told[i]!, 0))
      fits[block]!.solve(mine)
      sensors.forEach((sensor, i) => { free[block]![sensor] = told[i]! })
      free[block]!.set(mine, 2 * hubs)
    })
  }
}

/** Something that moves, as a sum of columns, and how sure that is. */
interface Carried { readonly columns: Float64Array, variance: number }

function carried(columns: number, variance: number): Carried {
  return { columns: new Float64Array(columns), variance }
}

function begin(carried: Carried, variance: number): void {
  carried.columns.fill(0)
  carried.variance = variance
}

function square(value: number): number {
  return value * value
}
