/**
 * Messages of the Jupyter protocol and their wire format: routing frames, a delimiter, the signature, and four JSON frames
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol).
 */
import { createHmac, timingSafeEqual } from "node:crypto";

const delimiter = "<IDS|MSG>";
const protocolVersion = "5.3";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface MessageHeader {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

export interface JupyterMessage {
  header: MessageHeader;
  parent_header: Partial<MessageHeader>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
}

/** A new message of the given type, with a new id. */
export function newMessage(
  msg_type: string,
  content: Record<string, unknown>,
  session: string,
): JupyterMessage {
  const header: MessageHeader = {
    msg_id: crypto.randomUUID(),
    msg_type,
    session,
    username: "runner",
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  return { header, parent_header: {}, metadata: {}, content };
}

/** The frames of a message, signed with HMAC-SHA256. */
export function encodeMessage(message: JupyterMessage, key: string): Uint8Array[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content]
    .map((part) => encoder.encode(JSON.stringify(part)));
  return [encoder.encode(delimiter), encoder.encode(sign(parts, key)), ...parts];
}

/**
 * The message in the frames that a socket received.
 * @throws Error if the delimiter is missing or the signature is wrong: then it does not come from this kernel
 */
export function decodeMessage(frames: Uint8Array[], key: string): JupyterMessage {
  const start = frames.findIndex((frame) => decoder.decode(frame) === delimiter);
  const [signature, ...parts] = frames.slice(start + 1);
  if (start < 0 || signature === undefined || parts.length < 4) {
    throw new Error("The kernel sent frames that are not a Jupyter message.");
  }
  const expected = encoder.encode(sign(parts.slice(0, 4), key));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new Error("The kernel sent a message with a wrong signature.");
  }
  const [header, parent_header, metadata, content] = parts.map((part) => JSON.parse(decoder.decode(part)));
  return { header, parent_header, metadata, content };
}

function sign(parts: Uint8Array[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
