/** Settings with SageMaker's names. */
export interface EarlyStoppingSettings {
  early_stopping: boolean;
  early_stopping_min_epochs: number;
  early_stopping_patience: number;
  early_stopping_tolerance: number;
}

/**
 * AWS's rule: after `early_stopping_min_epochs`, training ends when `early_stopping_patience` epochs in a row have not
 * improved the best validation accuracy by more than the factor `early_stopping_tolerance`.
 */
export class EarlyStopping {
  #best = 0;
  #epochs = 0;
  #waited = 0;

  constructor(readonly settings: EarlyStoppingSettings) {}

  /** Adds an epoch's validation accuracy; returns whether training should end. */
  done(accuracy: number): boolean {
    const { early_stopping, early_stopping_min_epochs, early_stopping_patience, early_stopping_tolerance } =
      this.settings;
    this.#epochs++;
    if (accuracy > this.#best * (1 + early_stopping_tolerance)) this.#waited = 0;
    else this.#waited++;
    this.#best = Math.max(this.#best, accuracy);
    return early_stopping && this.#epochs >= early_stopping_min_epochs &&
      this.#waited >= early_stopping_patience;
  }
}
