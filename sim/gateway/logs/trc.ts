/** What reader and writer of PEAK's trace files share: from its day 0 (30 December 1899) to 1970. */
export const DAYS_TO_1970 = 25_569
export const SECONDS_A_DAY = 86_400
