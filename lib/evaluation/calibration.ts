/** Calibration: whether answers with a confidence of 0.9 are right nine times out of ten. */
import type { Judged } from "./frame.ts";
import { accuracy } from "./metrics.ts";

/** The answers whose confidence lies from `from` up to, but not including, `to` (1 belongs to the last bin). */
export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  /** Mean confidence. */
  confidence: number;
  accuracy: number;
}

/** Groups the answers by confidence into bins of equal width from 0 to 1; empty bins are left out. */
export function reliabilityBins(rows: readonly Judged[], binCount = 10): ReliabilityBin[] {
  const binOf = ({ confidence }: Judged) =>
    Math.max(0, Math.min(binCount - 1, Math.floor(confidence * binCount)));
  return Array.from({ length: binCount }, (_, bin) => bin).flatMap((bin) => {
    const members = rows.filter((row) => binOf(row) === bin);
    if (members.length === 0) return [];
    return [{
      from: bin / binCount,
      to: (bin + 1) / binCount,
      count: members.length,
      confidence: members.reduce((sum, { confidence }) => sum + confidence, 0) / members.length,
      accuracy: accuracy(members)!,
    }];
  });
}

/**
 * The expected calibration error: the distance between confidence and accuracy, averaged over the bins by their
 * counts; 0 is perfect. Undefined without answers.
 * Source: Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3.
 */
export function calibrationError(bins: readonly ReliabilityBin[]): number | undefined {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return undefined;
  return bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.confidence), 0) / total;
}
