/** Bodies of limited size. */
import { AwsError } from "../errors.ts";

/**
 * Reads a body, and stops as soon as it exceeds `limit` bytes.
 * @throws AwsError RequestEntityTooLargeException, or SerializationException when the client disconnects early
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  try {
    if (request.headers.has("content-length") || !request.body) return await request.bytes();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of request.body) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      chunks.push(chunk);
    }
    return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError("SerializationException", "The request body ended early.");
  }
}

function tooLarge(): AwsError {
  const message = "The request body is larger than AWS accepts.";
  return new AwsError("RequestEntityTooLargeException", message, 413);
}
