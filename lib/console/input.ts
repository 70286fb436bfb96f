/** Checks what browsers send. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";

/** The request is answered with status 400, and names the field. */
export class BadInputError extends HTTPException {
  constructor(readonly field: string, message: string) {
    super(400, { message: `${field}: ${message}` });
  }
}

/** The value as the schema wants it. @throws BadInputError for the first field that does not fit */
export function checked<T extends z.ZodType>(schema: T, value: unknown, whole = "body"): z.output<T> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new BadInputError(path.join(".") || whole, message);
}

/** The query's parameters, each given once. */
export function queryOf<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1) throw new BadInputError(name, "is given more than once");
  }
  return checked(schema, c.req.query(), "query");
}

/** What a body of JSON holds. Its Content-Type must say so: other sites' forms cannot send that one. */
export async function bodyOf<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  if (!/^application\/json\b/.test(c.req.header("content-type") ?? "")) {
    throw new BadInputError("Content-Type", "must be application/json");
  }
  let value: unknown;
  try {
    value = await c.req.json();
  } catch {
    throw new BadInputError("body", "is not JSON");
  }
  return checked(schema, value);
}
