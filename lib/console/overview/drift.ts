/** Whether the answers of the newest orders are others than those of the new endpoint. */
import type { Aws } from "../../aws/clients.ts";
import { type BaselineAnswer, loadBaseline } from "../../evaluation/baseline.ts";
import { type Answer, classDrift, confidenceDrift, type Verdict } from "../../evaluation/drift.ts";
import { driftWords } from "../../evaluation/words.ts";
import { answerOf } from "../orders/filter.ts";
import type { Order } from "../orders/order.ts";

export interface DriftVerdict {
  /** The worse of the two. */
  verdict: Verdict;
  words: string[];
  /** How many orders it is about. */
  of: number;
}

const NEWEST = 500;
/** A new baseline comes with a new endpoint. */
const BASELINE_MS = 60_000;
const WORSE: readonly Verdict[] = ["none", "too few", "some", "strong"];

export class DriftWatch {
  #baseline: { at: number; answers: BaselineAnswer[] | undefined } | undefined;

  constructor(readonly aws: Aws) {}

  /** @returns undefined without a baseline */
  async verdict(orders: readonly Order[], classes: readonly string[]): Promise<DriftVerdict | undefined> {
    const baseline = await this.#answers();
    if (!baseline || classes.length === 0) return undefined;
    const answers = orders.slice(0, NEWEST).flatMap((order): Answer[] => {
      const answer = answerOf(order);
      return answer ? [{ predicted: classes[answer.index] ?? "", confidence: answer.confidence }] : [];
    });
    const confidence = confidenceDrift(baseline, answers);
    const byClass = classDrift(baseline, answers, classes);
    const worst = Math.max(...[confidence, byClass].map(({ verdict }) => WORSE.indexOf(verdict)));
    return {
      verdict: WORSE[worst]!,
      words: [driftWords(confidence, "the confidences"), driftWords(byClass, "the classes")],
      of: answers.length,
    };
  }

  async #answers(): Promise<BaselineAnswer[] | undefined> {
    if (!this.#baseline || Date.now() - this.#baseline.at > BASELINE_MS) {
      const answers = await loadBaseline(this.aws).catch(() => undefined);
      this.#baseline = { at: Date.now(), answers };
    }
    return this.#baseline.answers;
  }
}
