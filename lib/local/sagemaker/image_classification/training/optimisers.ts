import { arithmetic, Graph, type Value } from "../graph/graph.ts";

/** The settings of all optimisers, with SageMaker's names; each uses those in its formula. */
export interface OptimiserSettings {
  optimizer: "sgd" | "nag" | "adam" | "rmsprop";
  momentum: number;
  weight_decay: number;
  gamma: number;
  beta_1: number;
  beta_2: number;
  eps: number;
}

/** The number of vectors, as long as the weights, that an optimiser keeps between steps; initially 0. */
export function slotCount({ optimizer }: OptimiserSettings): number {
  return optimizer === "adam" ? 2 : 1;
}

/**
 * The learning rate to feed at a step (from 1). For adam it includes the bias correction of the two averages (Kingma and
 * Ba 2015, section 2).
 */
export function stepRate(
  { optimizer, beta_1, beta_2 }: OptimiserSettings,
  rate: number,
  step: number,
): number {
  return optimizer === "adam" ? rate * Math.sqrt(1 - beta_2 ** step) / (1 - beta_1 ** step) : rate;
}

/**
 * Updates the vector of all weights, w [P], by MXNet's formulas. d = gradient + decay·w, where `decay` [P] is
 * weight_decay or 0 for each element, η the fed rate:
 *
 *   sgd      m ← μ·m − η·d              w ← w + m
 *   nag      m ← μ·m + d                w ← w − η·(d + μ·m)
 *   adam     m ← β₁·m + (1−β₁)·d        v ← β₂·v + (1−β₂)·d²     w ← w − η·m/(√v + ε)
 *   rmsprop  v ← γ·v + (1−γ)·d²         w ← w − η·d/√(v + ε)
 */
export function update(
  g: Graph,
  settings: OptimiserSettings,
  { w, gradient, decay, rate, slots }: {
    w: Value;
    gradient: Value;
    decay: Value;
    rate: Value;
    slots: Value[];
  },
): { w: Value; slots: Value[] } {
  const { momentum, gamma, beta_1, beta_2, eps } = settings;
  const { plus, minus, times, over } = arithmetic(g, w.shape);
  const root = (a: Value) => g.node("Sqrt", [a], w.shape);
  const average = (old: Value, now: Value, share: number) => plus(times(old, share), times(now, 1 - share));
  const d = plus(gradient, times(w, decay));
  const [first, second] = slots as [Value, Value?];
  switch (settings.optimizer) {
    case "sgd": {
      const m = minus(times(first, momentum), times(d, rate));
      return { w: plus(w, m), slots: [m] };
    }
    case "nag": {
      const m = plus(times(first, momentum), d);
      return { w: minus(w, times(plus(d, times(m, momentum)), rate)), slots: [m] };
    }
    case "adam": {
      const m = average(first, d, beta_1);
      const v = average(second!, times(d, d), beta_2);
      return { w: minus(w, times(over(m, plus(root(v), eps)), rate)), slots: [m, v] };
    }
    case "rmsprop": {
      const v = average(first, times(d, d), gamma);
      return { w: minus(w, times(over(d, root(plus(v, eps))), rate)), slots: [v] };
    }
  }
}
