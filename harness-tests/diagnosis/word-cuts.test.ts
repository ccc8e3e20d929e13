import { describe, expect, it } from 'vitest'
import { createCounters, Schedule } from '#firmware/runtime/index.ts'
import { FakeClock, FakeHal } from '#firmware/testing/index.ts'
import { areaFault, chooseArea, imageIn, Journal, PROOF_ms, Update } from '#firmware/update/index.ts'
import {
  HUB_TYPE, IMAGE_ENGINE, IMAGE_FAULT, imageVersion, NRC, packImage, RESET_CAUSE, type ResetCause, UPDATE_CAUSE, UPDATE_STATE,
} from '#protocol/index.ts'
import { FlashStore, PowerCut } from '#sim/host/index.ts'

/** How often each word is cut, each time with other bits left: more by `SPINE_WORD_CUTS=20`. */
const CUTS = Number(process.env['SPINE_WORD_CUTS'] ?? 2)
const LIMIT_ms = 30_000 + CUTS * 10_000
const SHAPE = { pageBytes: 256, wordBytes: 4, areaPages: 4, engine: IMAGE_ENGINE.xs, erase_ms: 0, word_ms: 0 }
const OLD = packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 0, 0), new TextEncoder().encode('old '.repeat(100)))
const NEW = packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(2, 0, 0), new TextEncoder().encode('new!'.repeat(150)))
const BLOCK = 64

/** Numbers in [0, 1), the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed + 1
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}

/** A board with nothing but its flash: boots, takes an image, is cut off. */
class Board {
  readonly flash: FlashStore
  readonly story: string[] = []
  update!: Update
  private hal!: FakeHal

  constructor(seed: number, cutAt: number) {
    this.flash = new FlashStore({ shape: SHAPE, factory: () => OLD, dice: dice(seed), now_ns: () => 0, busy: () => undefined })
    this.flash.cutAt = cutAt
  }

  /** What the image that runs says. */
  get runs(): string {
    return this.story.at(-1)!
  }

  /** The loader, and what it boots. Throws PowerCut. */
  boot(cause: ResetCause): void {
    const area = chooseArea({ flash: this.flash, hubType: HUB_TYPE.door, resetCause: cause, supply_V: 12 })
    expect(area, `an area boots after ${this.story.join(', ')}`).toBeGreaterThanOrEqual(0)
    expect(areaFault(this.flash, area, HUB_TYPE.door)).toBe(IMAGE_FAULT.none)
    this.story.push(new TextDecoder().decode(imageIn(this.flash, area).subarray(0, 3)))
    this.hal = new FakeHal(1, 0, new FakeClock())
    const schedule = new Schedule(this.hal, createCounters())
    this.update = new Update(this.hal, this.flash, HUB_TYPE.door, schedule, () => true)
  }

  install(): void {
    const journal = new Journal(this.flash).now
    const offset = journal.state === UPDATE_STATE.writing ? journal.count * SHAPE.pageBytes : 0
    if (offset < NEW.length) {
      expect(this.update.begin(offset, NEW.length - offset)).toBe(NRC.none)
      for (let from = offset; from < NEW.length; from += BLOCK) {
        expect(this.update.write(NEW, from, Math.min(NEW.length, from + BLOCK))).toBe(NRC.none)
      }
    }
    expect(this.update.arm(false)).toBe(IMAGE_FAULT.none)
  }

  /** The image has run long enough. */
  prove(): void {
    this.hal.clock.advance(PROOF_ms + 1)
  }

  journal(): Journal['now'] {
    return new Journal(this.flash).now
  }
}

/** Goes on until `over`, whenever the power fails; it fails once. */
function through(board: Board, step: () => void, over: () => boolean): void {
  let cause: ResetCause = RESET_CAUSE.powerOn
  for (let boots = 0; boots < 12 && !over(); boots++) {
    try {
      board.boot(cause)
      if (over()) return
      step()
      cause = RESET_CAUSE.requested
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      cause = RESET_CAUSE.brownOut
    }
  }
  expect(over(), board.story.join(', ')).toBe(true)
}

/** A whole update, from the first word to the proof. */
function updated(board: Board): void {
  through(board, () => {
    if (board.journal().state === UPDATE_STATE.trial) board.prove()
    else board.install()
  }, () => board.runs === 'new' && board.journal().state === UPDATE_STATE.running)
}

/** An image that never proves itself: three boots, and the old one runs. */
function reverted(board: Board): void {
  let installed = false
  through(board, () => {
    if (installed) return
    if (board.journal().state !== UPDATE_STATE.trial) board.install()
    installed = true
  }, () => board.journal().state === UPDATE_STATE.running && board.journal().cause !== UPDATE_CAUSE.none && board.runs === 'old')
}

function operationsOf(story: (board: Board) => void): number {
  const board = new Board(0, Infinity)
  story(board)
  return board.flash.operations
}

describe('power that fails within a flash operation', { timeout: LIMIT_ms }, () => {
  it('of an update: a whole image boots every time, and in the end the new one', () => {
    const operations = operationsOf(updated)
    expect(operations).toBeGreaterThan(200)
    for (let cut = 1; cut <= operations; cut++) {
      for (let seed = 0; seed < CUTS; seed++) {
        const board = new Board(seed * 1000 + cut, cut)
        updated(board)
        expect(board.story[0]).toBe('old')
        expect(board.journal().cause).toBe(UPDATE_CAUSE.none)
      }
    }
  })

  it('of a revert: a whole image boots every time, in the end the old one, and it says why', () => {
    const operations = operationsOf(reverted)
    const causes = new Set<number>()
    for (let cut = 1; cut <= operations; cut++) {
      for (let seed = 0; seed < CUTS; seed++) {
        const board = new Board(seed * 1000 + cut, cut)
        reverted(board)
        expect(board.story.filter(runs => runs === 'new').length, board.story.join(', ')).toBeGreaterThanOrEqual(1)
        causes.add(board.journal().cause)
      }
    }
    expect([...causes].every(cause => cause === UPDATE_CAUSE.bootsFailed || cause === UPDATE_CAUSE.supplyAtBoot)).toBe(true)
  })

  it('of many updates, so that the journal turns its pages', () => {
    for (let cut = 1; cut < 600; cut += CUTS > 2 ? 1 : 7) {
      const board = new Board(cut, cut)
      for (let round = 0; round < 4; round++) {
        board.story.length = 0
        board.story.push('')
        through(board, () => {
          if (board.journal().state === UPDATE_STATE.trial) board.prove()
          else board.install()
        }, () => board.story.length > 2 && board.journal().state === UPDATE_STATE.running && board.runs === 'new')
      }
    }
  })

  it('while writing is told after the boot, with the voltage', () => {
    const board = new Board(1, 60)
    board.boot(RESET_CAUSE.powerOn)
    expect(() => board.install()).toThrow(PowerCut)
    board.boot(RESET_CAUSE.brownOut)
    expect([board.runs, board.journal().cause, board.journal().supply_dV, board.update.failed()]).toEqual(['old', UPDATE_CAUSE.powerLost, 120, true])
  })
})
