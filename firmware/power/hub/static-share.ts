/** The static safe share: what a hub's ports may draw together while there is no manager that knows of the other hubs. */
export class StaticShare {
  private free_A: number

  constructor(share_A: number) {
    this.free_A = share_A
  }

  /** Takes up to `peak_A`, `run_A` at least; 0: there is not enough left. */
  take(run_A: number, peak_A: number): number {
    const taken_A = Math.min(peak_A, this.free_A)
    if (taken_A < run_A) return 0
    this.free_A -= taken_A
    return taken_A
  }

  giveBack(current_A: number): void {
    this.free_A += current_A
  }
}
