/** The names of the classes for the training container, which stores them with the model. Only the local algorithm does. */

const NAME = "SCONES_CLASSES";

/** SageMaker's limit for the value of one environment variable. */
const MAX_LENGTH = 512;

/**
 * The environment of a training job with the class names: SCONES_CLASSES, separated by commas. Names that do not fit go into
 * SCONES_CLASSES_2 and so on.
 */
export function classNamesEnvironment(classes: readonly string[]): Record<string, string> {
  const values: string[] = [];
  for (const name of classes) {
    const joined = values.length > 0 ? `${values.at(-1)},${name}` : name;
    if (values.length > 0 && joined.length <= MAX_LENGTH) values[values.length - 1] = joined;
    else values.push(name);
  }
  return Object.fromEntries(
    values.map((value, index) => [index === 0 ? NAME : `${NAME}_${index + 1}`, value]),
  );
}
