/** The rules for message attributes. */
import { AwsError } from "../errors.ts";
import { type Infer, map, required, string, structure } from "../shapes.ts";
import { invalid } from "./context.ts";

export const messageAttributes = map(structure({
  DataType: required(string()),
  StringValue: string(),
  BinaryValue: string(), // base64
}));

/** By name. */
export type MessageAttributes = Readonly<Infer<typeof messageAttributes>>;

/** @throws AwsError InvalidParameter, ParameterValueInvalid (AWS, "Amazon SNS message attributes") */
export function checkMessageAttributes(attributes: MessageAttributes): void {
  const refused = (message: string) => new AwsError("ParameterValueInvalid", message);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    if (!/^[\w.-]{1,256}$/.test(name) || /^\.|\.$|\.\./.test(name) || /^(aws|amazon)\./i.test(name)) {
      throw invalid(`Invalid attribute name: ${name}`);
    }
    const type = /^(String\.Array|String|Number|Binary)(\..+)?$/s.exec(DataType)?.[1];
    if (type === undefined) {
      throw refused(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type ` +
          "prefixes is Binary, Number, and String.",
      );
    }
    const [value, other, field] = type === "Binary"
      ? [BinaryValue, StringValue, "Binary"]
      : [StringValue, BinaryValue, "String"];
    if (value === undefined && other !== undefined) {
      throw refused(`The message attribute '${name}' with type '${type}' must use field '${field}'.`);
    }
    if (!value) {
      throw refused(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute ` +
          `type '${type}'.`,
      );
    }
    if (type === "Number" && (value.trim() === "" || Number.isNaN(Number(value)))) {
      throw refused(`Could not cast message attribute '${name}' value to number.`);
    }
  }
}
