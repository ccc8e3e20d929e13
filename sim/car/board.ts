/** What a hub's board itself draws: controller, CAN transceiver and controller, the port switches' own supply. */
export const BOARD = {
  /** While its image runs, A: a board with a 3.3 V linear regulator, processor 40 mA, CAN 15 mA, port switches 5 mA. */
  running_A: 0.06,
  /** What the power manager sets aside for it: bus dominant, serial memories and sensors being read, an older board, A. */
  reserved_A: 0.15,
  /**
   * While it sleeps, A, below the 100 µA that cars allow a control unit at rest. Processor in stop mode with its clock for
   * the inputs 30 µA (STM32F4: 10–40 µA warm), CAN controller in sleep mode 5 µA (MCP2515: 5 µA, 8 µA at most), transceiver
   * in standby with its wake-up filter 15 µA (MCP2562), regulator 25 µA, five port switches off 1 µA each. Pull-ups draw
   * nothing: contacts are open at rest, and those of the coding pins are switched off after boot.
   */
  sleeping_A: 0.00008,
  /** While it is held in reset, A. */
  reset_A: 0.005,
} as const
