/** What a threshold costs, in sentences; the notebook, the report and the page's script all use them. */
import { countOf, listOf, sentence } from "../display/format.ts";
import { type BestThreshold, costOf, type CostPoint, type Costs, PER_ORDERS } from "./costs.ts";

/** What happens to the orders at a threshold, and what it costs. */
export function costWords(point: CostPoint, costs: Costs): string {
  const { threshold, total, right, wrong, held } = point;
  const { low, value, high } = costOf(point, costs);
  return `At ${threshold.toFixed(2)}: of ${
    countOf(total, "order")
  }, ${right} get the right courier, ${wrong} the ` +
    `wrong one, and a person looks at ${held}. ${PER_ORDERS.toLocaleString("en-US")} orders cost ${
      money(value)
    } ` +
    `(95% interval: ${money(Math.max(0, low))} to ${money(high)}), at ${
      money(costs.wrong)
    } for a wrong courier and ` +
    `${money(costs.look)} for a look.`;
}

/** Which threshold is best, and how well the data can tell. */
export function bestWords({ best, equal }: BestThreshold, costs: Costs): string {
  const cost = `Best: ${best.threshold.toFixed(2)}, at ${money(costOf(best, costs).value)}`;
  if (equal.length === 1 && equal[0]!.from === equal[0]!.to) {
    return `${cost}. All other thresholds cost more.`;
  }
  const ranges = equal.map(({ from, to }) =>
    from === to ? from.toFixed(2) : `${from.toFixed(2)} to ${to.toFixed(2)}`
  );
  return `${cost}. ${sentence(countOf(best.total, "order"))} are too few to tell it from ${listOf(ranges)}.`;
}

/** `0.5`, `12`, `1,240`: whole numbers from 100, else with at most two decimals. */
export function money(amount: number): string {
  return amount.toLocaleString("en-US", { maximumFractionDigits: Math.abs(amount) < 100 ? 2 : 0 });
}

/** The threshold that would be best for a network whose confidences are exact: there a look costs what it saves. */
export function exactWords({ wrong, look }: Costs): string {
  if (look >= wrong) return "A look costs no less than a wrong courier, so looking never pays.";
  const best = 1 - look / wrong;
  return `If every confidence were exact, 1 − ${money(look)} ÷ ${money(wrong)} = ${
    best.toFixed(2)
  } would be best.`;
}
