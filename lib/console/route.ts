/** What a file of `routes/` exports. */
import type { Hono } from "hono";
import type { Aws } from "../aws/clients.ts";
import type { OrderFeed } from "./orders/feed.ts";

/** Adds the routes of one subject. */
export type Routes = (app: Hono, aws: Aws, orders: OrderFeed) => void;
