/**
 * Tables that confirm: nothing was chosen, tuned or ablated on them, so that figures on them are fair. The tables of
 * ablation.ts and of docs/results.md's first section are not among them.
 */
export const confirmationTables = {
  health: ["walking", "selfreport", "colon", "pbcseq", "bfi", "doctor_visits", "cardio_train"],
  /** Sets of ReMasker's paper. */
  uci: ["blood", "airfoil", "yacht", "raisin", "compression", "wine", "yeast", "parkinsons", "slump"],
} as const;

/** Small ones first. */
export const confirmationNames: readonly string[] = [...confirmationTables.uci, ...confirmationTables.health];
