/** Arithmetic of serial links; the gateway judges by the same. */
export * from '#sim/gateway/line-rates.ts'
