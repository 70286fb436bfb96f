/** Message attributes: their rules, size and digest. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type Infer, map, notSupported, required, string, structure } from "../shapes.ts";
import { invalidParameter } from "./errors.ts";

const MAX_ATTRIBUTES = 10;

const messageAttribute = structure({
  DataType: required(string()),
  StringValue: string(),
  BinaryValue: string(), // base64
  StringListValues: notSupported(),
  BinaryListValues: notSupported(),
});
export const messageAttributes = map(messageAttribute);

type MessageAttribute = Infer<typeof messageAttribute>;
/** By name. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** @throws AwsError InvalidParameterValueException (AWS, "Amazon SQS message attributes") */
export function checkMessageAttributes(attributes: MessageAttributes): void {
  const names = Object.keys(attributes);
  if (names.length > MAX_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    checkAttributeName(name);
    checkAttribute(name, attribute);
  }
}

function checkAttributeName(name: string): void {
  if (!/^[\w.-]{1,256}$/.test(name) || /^\.|\.$|\.\./.test(name)) {
    throw invalidParameter(
      `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore ` +
        "(_), hyphen (-), and period (.) characters, periods not at its ends or in succession.",
    );
  }
  if (/^(aws|amazon)\./i.test(name)) {
    throw invalidParameter(
      `The message attribute name '${name}' is invalid. It must not start with the reserved prefixes AWS. or Amazon.`,
    );
  }
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const [type] = DataType.split(".");
  if (!/^(String|Number|Binary)(\..+)?$/s.test(DataType) || DataType.length > 256) {
    throw invalidParameter(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported ` +
        "type prefixes: Binary, Number, String.",
    );
  }
  const [value, other, field] = type === "Binary"
    ? [BinaryValue, StringValue, "Binary"]
    : [StringValue, BinaryValue, "String"];
  if (value === undefined && other !== undefined) {
    throw invalidParameter(`The message attribute '${name}' with type '${type}' must use field '${field}'.`);
  }
  if (!value) {
    throw invalidParameter(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
    );
  }
  if (type === "Number" && (value.trim() === "" || Number.isNaN(Number(value)))) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
}

/** The bytes that attributes add to a message's size: names, types and values. */
export function attributeBytes(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, attribute]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueOf(attribute).length,
    0,
  );
}

export function md5(content: string | Uint8Array): string {
  return createHash("md5").update(content).digest("hex");
}

/**
 * The digest that senders and receivers compare (AWS, "Calculating the MD5 message digest for message
 * attributes"): sorted by name, each name, type and value after its length in four bytes; before the value a byte, 1
 * for text and 2 for binary. Undefined without attributes.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  return md5(Buffer.concat(names.flatMap((name) => {
    const attribute = attributes[name]!;
    const isBinary = attribute.DataType.startsWith("Binary");
    return [
      ...withLength(Buffer.from(name)),
      ...withLength(Buffer.from(attribute.DataType)),
      Buffer.from([isBinary ? 2 : 1]),
      ...withLength(valueOf(attribute)),
    ];
  })));
}

function valueOf({ DataType, StringValue = "", BinaryValue = "" }: MessageAttribute): Buffer {
  return DataType.startsWith("Binary") ? Buffer.from(BinaryValue, "base64") : Buffer.from(StringValue);
}

function withLength(bytes: Buffer): Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
