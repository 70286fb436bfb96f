import { ClientError } from "../errors.ts";
import type { PictureShape } from "../networks/network.ts";
import type { EarlyStoppingSettings } from "../training/early_stopping.ts";
import type { OptimiserSettings } from "../training/optimisers.ts";

/** The rule for a hyperparameter. All values are strings in the request. */
type Rule =
  | { kind: "integer"; min: number; default?: number; required?: true }
  | { kind: "number"; min: number; max: number; default: number }
  | { kind: "choice"; values: readonly string[]; default?: string }
  | { kind: "shape"; default: string }
  | { kind: "epochs" };

/** Source: Amazon SageMaker Developer Guide, "Image Classification Hyperparameters". */
export const RULES = {
  num_classes: { kind: "integer", min: 1, required: true },
  num_training_samples: { kind: "integer", min: 1, required: true },
  augmentation_type: { kind: "choice", values: ["crop", "crop_color", "crop_color_transform"] },
  beta_1: { kind: "number", min: 0, max: 1, default: 0.9 },
  beta_2: { kind: "number", min: 0, max: 1, default: 0.999 },
  checkpoint_frequency: { kind: "integer", min: 1 },
  early_stopping: { kind: "choice", values: ["True", "False"], default: "False" },
  early_stopping_min_epochs: { kind: "integer", min: 1, default: 10 },
  early_stopping_patience: { kind: "integer", min: 1, default: 5 },
  early_stopping_tolerance: { kind: "number", min: 0, max: 1, default: 0 },
  epochs: { kind: "integer", min: 1, default: 30 },
  eps: { kind: "number", min: 0, max: 1, default: 1e-8 },
  gamma: { kind: "number", min: 0, max: 1, default: 0.9 },
  image_shape: { kind: "shape", default: "3,224,224" },
  kv_store: { kind: "choice", values: ["dist_sync", "dist_async"] },
  learning_rate: { kind: "number", min: 0, max: 1, default: 0.1 },
  lr_scheduler_factor: { kind: "number", min: 0, max: 1, default: 0.1 },
  lr_scheduler_step: { kind: "epochs" },
  mini_batch_size: { kind: "integer", min: 1, default: 32 },
  momentum: { kind: "number", min: 0, max: 1, default: 0.9 },
  multi_label: { kind: "choice", values: ["0", "1"], default: "0" },
  num_layers: {
    kind: "choice",
    values: ["18", "34", "50", "101", "152", "200", "20", "32", "44", "56", "110"],
  },
  optimizer: { kind: "choice", values: ["sgd", "adam", "rmsprop", "nag"], default: "sgd" },
  precision_dtype: { kind: "choice", values: ["float32", "float16"], default: "float32" },
  resize: { kind: "integer", min: 1 },
  top_k: { kind: "integer", min: 2 },
  use_pretrained_model: { kind: "choice", values: ["0", "1"], default: "0" },
  use_weighted_loss: { kind: "choice", values: ["0", "1"], default: "0" },
  weight_decay: { kind: "number", min: 0, max: 1, default: 0.0001 },
} as const satisfies Record<string, Rule>;

export type HyperparameterName = keyof typeof RULES;

/** The parsed values, with AWS's defaults. */
export interface Hyperparameters extends OptimiserSettings, EarlyStoppingSettings {
  num_classes: number;
  num_training_samples: number;
  augmentation_type?: "crop" | "crop_color" | "crop_color_transform";
  checkpoint_frequency?: number;
  epochs: number;
  image_shape: PictureShape;
  learning_rate: number;
  lr_scheduler_factor: number;
  /** The epochs at which the learning rate is multiplied by `lr_scheduler_factor`. */
  lr_scheduler_step: number[];
  mini_batch_size: number;
  num_layers?: number;
  resize?: number;
  top_k?: number;
  /** The names of those in the request. */
  given: ReadonlySet<HyperparameterName>;
}

/** All of AWS's defaults, for the log. */
export function defaultConfiguration(): Record<string, string | number> {
  const defaults = Object.entries(RULES).flatMap(([name, rule]) =>
    "default" in rule ? [[name, rule.default]] : []
  );
  return Object.fromEntries(defaults);
}

function parse(name: string, rule: Rule, text: string): unknown {
  const wrong = (expected: string) => new ClientError(`Hyperparameter ${name}: '${text}' is not ${expected}`);
  const value = text.trim();
  switch (rule.kind) {
    case "integer": {
      if (!/^[+]?\d+$/.test(value) || Number(value) < rule.min) {
        throw wrong(`an integer of at least ${rule.min}`);
      }
      return Number(value);
    }
    case "number": {
      const number = value === "" ? NaN : Number(value);
      if (!(number >= rule.min && number <= rule.max)) {
        throw wrong(`a number from ${rule.min} to ${rule.max}`);
      }
      return number;
    }
    case "choice":
      if (!rule.values.includes(value)) throw wrong(`one of ${rule.values.join(", ")}`);
      return value;
    case "shape": {
      const match = /^([13]) *, *([1-9]\d{0,3}) *, *([1-9]\d{0,3})$/.exec(value);
      if (!match) throw wrong("'channels,height,width' with 1 or 3 channels, such as 3,224,224");
      return match.slice(1).map(Number);
    }
    case "epochs": {
      const epochs = value.split(",").map(Number);
      if (!/^\d+( *, *\d+)*$/.test(value) || epochs.some((e, i) => e < 1 || e <= (epochs[i - 1] ?? 0))) {
        throw wrong("a list of growing epoch numbers, such as '10,20'");
      }
      return epochs;
    }
  }
}

/**
 * Parses hyperparameters.json. Throws a ClientError for an unknown name, a value out of AWS's range, a combination that
 * AWS refuses, and for what the local algorithm does not support.
 */
export function readHyperparameters(strings: Record<string, string>): Hyperparameters {
  const unknown = Object.keys(strings).find((name) => !Object.hasOwn(RULES, name));
  if (unknown !== undefined) {
    throw new ClientError(`Additional hyperparameters are not allowed ('${unknown}' was unexpected)`);
  }
  const values: Record<string, unknown> = { lr_scheduler_step: [] };
  for (const [name, rule] of Object.entries(RULES) as [string, Rule][]) {
    const fallback = "default" in rule ? rule.default : undefined;
    const text = strings[name] ?? fallback?.toString();
    if (text !== undefined) values[name] = parse(name, rule, String(text));
    else if ("required" in rule) throw new ClientError(`'${name}' is a required hyperparameter`);
  }
  const given = new Set(Object.keys(strings) as HyperparameterName[]);
  checkCombinations(values);
  return {
    ...values as unknown as Hyperparameters,
    early_stopping: values.early_stopping === "True",
    num_layers: values.num_layers === undefined ? undefined : Number(values.num_layers),
    given,
  };
}

/** Throws a ClientError for combinations that AWS refuses, and for what the local algorithm does not support. */
function checkCombinations(values: Record<string, unknown>): void {
  const { checkpoint_frequency, epochs, top_k, num_classes } = values as Record<string, number | undefined>;
  if (checkpoint_frequency !== undefined && checkpoint_frequency > epochs!) {
    throw new ClientError(
      `checkpoint_frequency (${checkpoint_frequency}) cannot be larger than epochs (${epochs})`,
    );
  }
  if (top_k !== undefined && top_k > num_classes!) {
    throw new ClientError(`top_k (${top_k}) cannot be larger than num_classes (${num_classes})`);
  }
  if (values.use_weighted_loss === "1" && values.multi_label === "0") {
    throw new ClientError("use_weighted_loss can be used only with multi_label=1");
  }
  const locally = (what: string) => new ClientError(`${what} is not supported by the local algorithm`);
  if (values.multi_label === "1") throw locally("multi_label=1");
  if (values.use_pretrained_model === "1") {
    throw locally("use_pretrained_model=1 (there are no weights to start from)");
  }
  if (values.precision_dtype === "float16") throw locally("precision_dtype=float16 (it trains in float32)");
}
