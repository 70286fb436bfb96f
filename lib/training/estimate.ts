/** How long a training job on AWS will take and what it will cost, roughly, before it starts. */
import { dollars, priceOf } from "./costs.ts";

export interface TrainingEstimate {
  seconds: number;
  /** Absent for an instance type whose price is not known here. */
  dollars?: number;
}

/** What is billed besides the epochs: loading the image and the data, writing the model. From published runs. */
const OVERHEAD_SECONDS = 400;

/** The algorithm's default. */
const EPOCHS = 30;

/**
 * Pictures of 32 × 32 per second through ResNet-152. Published runs show about 190 on a V100 (ml.p3); a T4 (ml.g4dn) has
 * less than half its throughput, an A10G (ml.g5) somewhat less than the V100.
 */
const SPEEDS: Readonly<Record<string, number>> = { g4dn: 75, g5: 150 };
const UNKNOWN_SPEED = 75;

/** @param samples number of training pictures */
export function estimateTraining(
  { samples, epochs = EPOCHS, instanceType, instanceCount = 1 }: {
    samples: number;
    epochs?: number;
    instanceType: string;
    instanceCount?: number;
  },
): TrainingEstimate {
  const family = instanceType.split(".")[1] ?? "";
  const seconds = Math.round(OVERHEAD_SECONDS + epochs * samples / (SPEEDS[family] ?? UNKNOWN_SPEED));
  const price = priceOf(instanceType);
  return {
    seconds,
    dollars: price === undefined ? undefined : price * instanceCount * seconds / 3600,
  };
}

/** `about 13 minutes on ml.g4dn.xlarge, about $0.16 in us-east-1`. */
export function estimateInWords(estimate: TrainingEstimate, instanceType: string): string {
  const time = `about ${Math.ceil(estimate.seconds / 60)} minutes on ${instanceType}`;
  return estimate.dollars === undefined
    ? `${time}, at the price of AWS's list`
    : `${time}, about ${dollars(estimate.dollars)} in us-east-1`;
}

/** The time after which a job is stopped: enough for a job three times as slow as estimated, and an hour at least. */
export function maxRunSecondsFor({ seconds }: TrainingEstimate): number {
  const longest = 28 * 24 * 3600; // SageMaker's limit
  return Math.min(Math.max(3600, 3 * seconds), longest);
}
