import { MIRROR_FOLD, type MirrorFold } from '#protocol/index.ts'
import { UseLimit } from './use-limit.ts'
import { MIRROR_PARAMETERS } from './parameters.ts'

/** The folding arm: runs to an end of its travel, within its time, unless it is held or its motor needs rest. */
export class FoldArm {
  /** What the motor does: +1 folds, −1 unfolds. */
  direction: number
  private readonly use: UseLimit
  private blocked: boolean
  private began_ms: number
  private progress_ms: number
  private progressAt: number

  constructor() {
    this.direction = 0
    this.use = new UseLimit(MIRROR_PARAMETERS.foldUse_ms, MIRROR_PARAMETERS.foldUseRelease_ms, MIRROR_PARAMETERS.foldUseDrain)
    this.blocked = false
    this.began_ms = -1
    this.progress_ms = 0
    this.progressAt = 0
  }

  /** Starts towards folded (+1) or unfolded (−1). `false`: the motor rests. */
  start(now_ms: number, direction: number): boolean {
    if (this.use.update(now_ms, this.running())) return false
    if (direction === this.direction) return true
    this.stop(now_ms)
    this.blocked = false
    this.direction = direction
    return true
  }

  stop(now_ms: number): void {
    this.use.update(now_ms, this.running())
    this.direction = 0
    this.began_ms = -1
  }

  /** One tick with power: decides whether the motor goes on. `position`: 0 unfolded … 1 folded. */
  step(now_ms: number, position: number): void {
    if (this.direction === 0) return
    const tired = this.use.update(now_ms, this.running())
    if (this.began_ms < 0) {
      this.began_ms = now_ms
      this.progress_ms = now_ms
      this.progressAt = position
    }
    if (Math.abs(position - this.progressAt) >= MIRROR_PARAMETERS.foldStallChange) {
      this.progress_ms = now_ms
      this.progressAt = position
    }
    const late = now_ms - this.began_ms >= MIRROR_PARAMETERS.fold_ms || now_ms - this.progress_ms >= MIRROR_PARAMETERS.foldStall_ms
    if (this.direction > 0 ? position >= MIRROR_PARAMETERS.folded : position <= MIRROR_PARAMETERS.unfolded) this.stop(now_ms)
    else if (late || tired) {
      this.stop(now_ms)
      this.blocked = true
    }
  }

  /** `MIRROR_FOLD`; an arm that someone left half way, or that was stopped there, is blocked. */
  state(position: number): MirrorFold {
    if (this.direction !== 0) return MIRROR_FOLD.moving
    if (!this.blocked && position >= MIRROR_PARAMETERS.folded) return MIRROR_FOLD.folded
    return !this.blocked && position <= MIRROR_PARAMETERS.unfolded ? MIRROR_FOLD.unfolded : MIRROR_FOLD.blocked
  }

  private running(): boolean {
    return this.direction !== 0 && this.began_ms >= 0
  }
}
