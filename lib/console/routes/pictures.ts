/** Pictures: those of orders to look at, and new ones to order with. */
import { z } from "zod";
import { getObject } from "../../aws/s3.ts";
import { BadInputError, queryOf } from "../input.ts";
import { askBeforeOrder } from "../money.ts";
import { startOrder, uploadPicture } from "../orders/start.ts";
import type { Routes } from "../route.ts";

/** Larger files are refused before they are read. */
const MOST_BYTES = 20 * 2 ** 20;

const key = z.string().min(1, "must not be empty").max(1024, "must have 1,024 characters at most");
const fileName = z.string().min(1, "must not be empty").max(255, "must have 255 characters at most");

export const pictureRoutes: Routes = (app, aws) => {
  app.get("/api/picture", async (c) => {
    const { key: Key } = queryOf(c, z.strictObject({ key }));
    const bytes = await getObject(aws.s3, aws.bucket, Key);
    const type = pictureType(bytes);
    if (!type) throw new BadInputError("key", "is not that of a PNG or JPEG picture");
    return c.body(Uint8Array.from(bytes), 200, {
      "content-type": type,
      "cache-control": "private, max-age=300",
    });
  });

  app.post("/api/orders", async (c) => {
    const { name, confirmed } = queryOf(
      c,
      z.strictObject({ name: fileName, confirmed: z.literal("true", "must be true").optional() }),
    );
    askBeforeOrder(aws, confirmed === "true");
    if (!c.req.header("content-type")?.match(/^image\/(png|jpeg)$/)) {
      throw new BadInputError("Content-Type", "must be image/png or image/jpeg");
    }
    const picture = await limited(c.req.raw.body);
    const key = await uploadPicture(aws, name, picture);
    return c.json({ key, name: await startOrder(aws, key) }, 201);
  });
};

/** By its first bytes, whatever its name is: anybody may have written the object. */
function pictureType(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8).toHex() === "89504e470d0a1a0a") return "image/png";
  return bytes.subarray(0, 3).toHex() === "ffd8ff" ? "image/jpeg" : undefined;
}

async function limited(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new BadInputError("body", `must have ${MOST_BYTES / 2 ** 20} MiB at most`);
    chunks.push(chunk);
  }
  if (size === 0) throw new BadInputError("body", "is empty");
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
