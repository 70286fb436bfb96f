/** What a person's guesses say beside the network's answers. */
import { wilsonInterval } from "../../evaluation/metrics.ts";

/** A picture that a person and the network have judged. */
export interface Guess {
  truth: string;
  person: { answer: string; confidence: number };
  network: { answer: string; confidence: number };
}

/** The result of one side. */
export interface Score {
  right: number;
  total: number;
  /** The share of right answers with its 95% interval, and the mean confidence. */
  accuracy: number;
  low: number;
  high: number;
  confidence: number;
  /** In words: whether the confidence matches the accuracy. */
  calibration: string;
}

export function scoreOf(guesses: readonly Guess[], side: "person" | "network"): Score {
  const total = guesses.length;
  const right = guesses.filter((guess) => guess[side].answer === guess.truth).length;
  const confidence = guesses.reduce((sum, guess) => sum + guess[side].confidence, 0) / total;
  const [low, high] = wilsonInterval(right, total);
  const calibration = confidence > high
    ? "overconfident"
    : confidence < low
    ? "underconfident"
    : "fits, as far as one can tell";
  return { right, total, accuracy: right / total, low, high, confidence, calibration };
}

/** Who was right more often, and whether that may be chance: the sign test on the pictures where only one was right. */
export function verdict(guesses: readonly Guess[]): string {
  const right = ({ truth, ...sides }: Guess, side: "person" | "network") => sides[side].answer === truth;
  const you = guesses.filter((guess) => right(guess, "person") && !right(guess, "network")).length;
  const network = guesses.filter((guess) => !right(guess, "person") && right(guess, "network")).length;
  if (you === 0 && network === 0) return "You and the network were right about the same pictures.";
  const only = `Only you were right ${times(you)}, only the network ${times(network)}`;
  const chance = signTest(you, network);
  const judgement = chance < 0.05
    ? "that is hardly chance"
    : chance > 0.5
    ? "no difference to speak of"
    : `a coin would differ as much in ${Math.round(100 * chance)}% of such games, so it may be chance`;
  return `${only}: ${judgement}.`;
}

function times(count: number): string {
  return count === 0 ? "never" : count === 1 ? "once" : `${count} times`;
}

/** The two-sided p-value of the sign test: how often a fair coin is at least as uneven. */
export function signTest(a: number, b: number): number {
  const total = a + b;
  let [tail, choose] = [0, 1];
  for (let k = 0; k <= Math.min(a, b); k++) {
    tail += choose / 2 ** total;
    choose = choose * (total - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** The guesses of one side, grouped by confidence: of those with this confidence, how many were right. */
export function byConfidence(guesses: readonly Guess[], side: "person" | "network") {
  const groups = side === "person"
    ? Map.groupBy(guesses, (guess) => guess.person.confidence)
    : Map.groupBy(guesses, (guess) => Math.min(9, Math.floor(10 * guess.network.confidence)));
  return [...groups.values()].map((members) => ({
    confidence: members.reduce((sum, guess) => sum + guess[side].confidence, 0) / members.length,
    right: members.filter((guess) => guess[side].answer === guess.truth).length,
    total: members.length,
  })).sort((a, b) => a.confidence - b.confidence);
}
