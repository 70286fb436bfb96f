/** The pages, each with a script and a style sheet of its own that are loaded when somebody goes there. */
/// <reference lib="dom" />
import { type ComponentType, lazy } from "react";

export type PageName = "overview" | "orders" | "review" | "workflow" | "models";

const page = (name: PageName) => lazy(() => load(name));

export const pages: Readonly<Record<PageName, ComponentType>> = {
  overview: page("overview"),
  orders: page("orders"),
  review: page("review"),
  workflow: page("workflow"),
  models: page("models"),
};

async function load(name: PageName): Promise<{ default: ComponentType }> {
  const path = `/assets/${name}/page`;
  const [page] = await Promise.all([import(`${path}.js`), styles(`${path}.css`)]);
  return page;
}

function styles(href: string): Promise<unknown> {
  if (document.querySelector(`link[rel=stylesheet][href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${href} could not be loaded. Is the console still running?`));
  });
  document.head.append(link);
  return loaded;
}
