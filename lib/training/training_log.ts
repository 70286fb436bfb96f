/** Reads the epochs from the log of the image-classification algorithm. */

export interface Epoch {
  /** From 0. */
  epoch: number;
  /** Accuracy on the training pictures, 0 to 1. */
  train?: number;
  /** Accuracy on the validation pictures, 0 to 1. */
  validation?: number;
  /** Time of the epoch. */
  seconds?: number;
}

/** Collects the epochs from log lines as they come. */
export class TrainingLog {
  readonly epochs: Epoch[] = [];
  /** The network that was trained, if the log names it: the local algorithm does, as its network can differ from AWS's. */
  network: string | undefined;

  /** Reads one line; returns whether it said something about an epoch. */
  read(line: string): boolean {
    this.network ??= line.match(/ network: (.+?), \d+ parameters/)?.[1];
    const found = line.match(/Epoch\[(\d+)\] (Train-accuracy|Validation-accuracy|Time cost)=([\d.eE+-]+)/);
    if (!found) return false;
    const number = Number(found[1]);
    let epoch = this.epochs.find((one) => one.epoch === number);
    if (!epoch) this.epochs.push(epoch = { epoch: number });
    const value = Number(found[3]);
    if (found[2] === "Train-accuracy") epoch.train = value;
    else if (found[2] === "Validation-accuracy") epoch.validation = value;
    else epoch.seconds = value;
    return true;
  }
}
