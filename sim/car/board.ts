/** What a hub's board itself draws: controller, CAN transceiver and controller, the port switches' own supply. */
export const BOARD = {
  /** While its image runs, A: a board with a 3.3 V linear regulator, processor 40 mA, CAN 15 mA, port switches 5 mA. */
  running_A: 0.06,
  /** What the power manager sets aside for it: bus dominant, serial memories and sensors being read, an older board, A. */
  reserved_A: 0.15,
  /**
   * While it sleeps, A: controller in stop mode 30 µA, CAN controller in sleep mode 5 µA (DS20001801), transceiver in standby
   * 15 µA, regulator and port switches 30 µA.
   */
  sleeping_A: 0.00008,
  /** While it is held in reset, A. */
  reset_A: 0.005,
} as const
