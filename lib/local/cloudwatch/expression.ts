/**
 * Metric math, as far as alarms on counts need it: arithmetic, comparisons, FILL(series, number), IF(condition, a, b) and
 * SUM([series, …]). Everything else that AWS has is refused by name.
 */
import { unsupportedHere, validationError } from "./errors.ts";

/** The value at each time; a time without a value is not in it. */
export type Series = ReadonlyMap<number, number>;

/** A parsed expression, evaluated on series by their ids, at times in seconds since the epoch. */
export interface Expression {
  /** The ids that it refers to. */
  readonly ids: readonly string[];
  /** How many parts it has. */
  readonly size: number;
  evaluate(series: ReadonlyMap<string, Series>, times: readonly number[]): Series;
}

/** The value of a part of the expression at one time; undefined where data is missing. */
type Part = (at: Moment) => number | undefined;

interface Moment {
  readonly time: number;
  readonly series: ReadonlyMap<string, Series>;
}

/** How deep parentheses and calls may be nested. */
const MAX_DEPTH = 20;

/** How often parts of expressions may be evaluated for one request, in all: so often takes some ten milliseconds. */
const MAX_EVALUATIONS = 1_000_000;

type Operator = (a: number, b: number) => number;

/** By precedence, the lowest first. */
const OPERATORS: readonly ReadonlyMap<string, Operator>[] = [
  new Map<string, Operator>([
    [">=", (a, b) => Number(a >= b)],
    ["<=", (a, b) => Number(a <= b)],
    ["==", (a, b) => Number(a === b)],
    ["!=", (a, b) => Number(a !== b)],
    [">", (a, b) => Number(a > b)],
    ["<", (a, b) => Number(a < b)],
  ]),
  new Map<string, Operator>([["+", (a, b) => a + b], ["-", (a, b) => a - b]]),
  new Map<string, Operator>([["*", (a, b) => a * b], ["/", (a, b) => a / b]]),
];

/** @throws AwsError when the evaluation of expressions at so many times would take long */
export function checkEvaluations(expressions: Iterable<Expression>, times: number): void {
  const size = [...expressions].reduce((sum, { size }) => sum + size, 0);
  if (size * times > MAX_EVALUATIONS) throw unsupportedHere("expressions so long at so many times");
}

/** @throws AwsError ValidationError for a text that is no expression; a function of AWS that is not here is named */
export function parseExpression(text: string): Expression {
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|!=|\S/g) ?? [];
  const ids = new Set<string>();
  let next = 0;
  const wrong = () =>
    validationError(`Error in expression '${text}': it is not a valid metric math expression.`);
  const take = (token: string) => tokens[next] === token && next++ >= 0;
  const expect = (token: string) => {
    if (!take(token)) throw wrong();
  };

  const binary = (level: number, depth: number): Part => {
    const operators = OPERATORS[level];
    if (!operators) return operand(depth);
    let left = binary(level + 1, depth);
    for (let apply = operators.get(tokens[next] ?? ""); apply; apply = operators.get(tokens[next] ?? "")) {
      next++;
      const [a, b, operate] = [left, binary(level + 1, depth), apply];
      left = (at) => both(a(at), b(at), operate);
    }
    return left;
  };

  const operand = (depth: number): Part => {
    if (depth > MAX_DEPTH) throw wrong();
    if (take("-")) {
      const negated = operand(depth + 1);
      return (at) => both(0, negated(at), (a, b) => a - b);
    }
    if (take("(")) {
      const inner = binary(0, depth + 1);
      expect(")");
      return inner;
    }
    const token = tokens[next++] ?? "";
    if (/^\d/.test(token)) return () => Number(token);
    if (/^[a-z]\w*$/.test(token) && tokens[next] !== "(") {
      ids.add(token);
      return ({ series, time }) => series.get(token)?.get(time);
    }
    if (/^[A-Za-z_]\w*$/.test(token) && take("(")) return call(token, depth + 1);
    throw wrong();
  };

  const call = (name: string, depth: number): Part => {
    switch (name) {
      case "FILL": {
        const filled = binary(0, depth);
        expect(",");
        if (/^[A-Z]/.test(tokens[next] ?? "")) throw unsupportedHere(`FILL with ${tokens[next]}`);
        const otherwise = binary(0, depth);
        expect(")");
        return (at) => filled(at) ?? otherwise(at);
      }
      case "IF": {
        const condition = binary(0, depth);
        expect(",");
        const then = binary(0, depth);
        const otherwise = take(",") ? binary(0, depth) : () => undefined;
        expect(")");
        return (at) => {
          const holds = condition(at);
          return holds === undefined ? undefined : holds !== 0 ? then(at) : otherwise(at);
        };
      }
      case "SUM": {
        if (!take("[")) throw unsupportedHere("SUM of anything but a list of metrics");
        const parts = [binary(0, depth)];
        while (take(",")) parts.push(binary(0, depth));
        expect("]");
        expect(")");
        return (at) => {
          const values = parts.map((part) => part(at)).filter((value) => value !== undefined);
          return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value);
        };
      }
      default:
        throw unsupportedHere(`the metric math function ${name}`);
    }
  };

  if (/\b(AND|OR)\b|&&|\|\|/.test(text)) throw unsupportedHere("AND and OR in metric math");
  const whole = binary(0, 0);
  if (next < tokens.length) throw wrong();
  return {
    ids: [...ids],
    size: tokens.length,
    evaluate(series, times) {
      const values = times.map((time) => [time, whole({ time, series })] as const);
      return new Map(
        values.filter((entry): entry is readonly [number, number] => Number.isFinite(entry[1])),
      );
    },
  };
}

function both(
  a: number | undefined,
  b: number | undefined,
  operate: (a: number, b: number) => number,
): number | undefined {
  return a === undefined || b === undefined ? undefined : operate(a, b);
}
