/** The console as a function from Request to Response. */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Aws } from "../aws/clients.ts";
import { DEFINITIONS } from "../workflow/definition_files.ts";
import { type Assets, pageNames } from "./assets.ts";
import { Guard, pagePolicy, protect } from "./guard.ts";
import { BadInputError } from "./input.ts";
import { wordsOf } from "./live.ts";
import { pageHtml } from "./page_html.ts";
import type { Routes } from "./route.ts";
import { CostsMoneyError } from "./money.ts";
import { OrderFeed } from "./orders/feed.ts";
import { executionRoutes } from "./routes/executions.ts";
import { modelRoutes } from "./routes/models.ts";
import { orderRoutes } from "./routes/orders.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { pictureRoutes } from "./routes/pictures.ts";
import { targetRoutes } from "./routes/target.ts";
import { workflowCheckRoutes } from "./routes/workflow_checks.ts";
import { workflowDeploymentRoutes } from "./routes/workflow_deployment.ts";
import { workflowFileRoutes } from "./routes/workflow_files.ts";
import { workflowResourceRoutes } from "./routes/workflow_resources.ts";

/** Every file of `routes/`, but for the definitions, whose folder is given. */
const ROUTES: readonly Routes[] = [
  targetRoutes,
  orderRoutes,
  pictureRoutes,
  executionRoutes,
  workflowCheckRoutes,
  workflowResourceRoutes,
  workflowDeploymentRoutes,
  overviewRoutes,
  modelRoutes,
];

export interface ConsoleApp {
  fetch(request: Request): Response | Promise<Response>;
  /** The path of a link that admits one browser. */
  newLink(): string;
}

/**
 * @param port at which it listens
 * @param definitions the folder of the files that the editor opens and saves
 */
export function createConsole(
  aws: Aws,
  assets: Assets,
  port: () => number,
  definitions: string = DEFINITIONS,
): ConsoleApp {
  const guard = new Guard(port);
  const app = new Hono();
  app.use(protect, guard.check);
  app.onError(answerError);
  app.notFound((c) => c.json({ error: "NotFound", message: `There is nothing at ${c.req.path}.` }, 404));
  const orders = new OrderFeed(aws);
  for (const add of [...ROUTES, workflowFileRoutes(definitions)]) add(app, aws, orders);
  app.get("/assets/:path{.+}", (c) => {
    const found = assets.files.get(c.req.param("path"));
    if (!found) return c.notFound();
    const { body, type, etag } = found;
    const headers = { etag, "cache-control": "no-cache" };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    return c.body(body, 200, { ...headers, "content-type": type, "content-encoding": "gzip" });
  });
  const page = (name: string) => (c: Context) => {
    const nonce = crypto.randomUUID();
    return c.html(pageHtml(name, nonce), 200, { "content-security-policy": pagePolicy(nonce) });
  };
  app.get("/", page("overview"));
  for (const name of pageNames(assets)) app.get(`/${name}/*`, page(name));
  return { fetch: app.fetch, newLink: () => `/?token=${guard.newToken()}` };
}

/** What went wrong as JSON: `{error, message, field?}`. AWS's errors keep their name and status. */
function answerError(error: Error, c: Context): Response {
  if (error instanceof BadInputError) {
    return c.json({ error: "BadInput", field: error.field, message: error.message }, 400);
  }
  if (error instanceof CostsMoneyError) return c.json({ error: "CostsMoney", message: error.message }, 409);
  if (error instanceof HTTPException) {
    return c.json({ error: "Refused", message: error.message }, error.status);
  }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if ($metadata) {
    const { httpStatusCode: status = 502 } = $metadata;
    return c.json({ error: error.name, message: wordsOf(error) }, (status >= 400 ? status : 502) as 502);
  }
  // What lib refuses because of the target's state, in words for people; anything else is a fault.
  if (error.name === "Error") return c.json({ error: "NotReady", message: error.message }, 409);
  if (error.name !== "UnreachableError") console.error(error);
  return c.json({ error: error.name, message: wordsOf(error) }, 502);
}
