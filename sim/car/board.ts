/** What a hub's board itself draws: controller, CAN transceiver and controller, the port switches' own supply. */
export const BOARD = {
  /** While its image runs, A. */
  running_A: 0.06,
  /**
   * While it sleeps, A: controller in stop mode 30 µA, CAN controller in sleep mode 5 µA (DS20001801), transceiver in standby
   * 15 µA, regulator and port switches 30 µA.
   */
  sleeping_A: 0.00008,
  /** While it is held in reset, A. */
  reset_A: 0.005,
} as const
