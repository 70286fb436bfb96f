/** What a browser sees at the local AWS's root: that it is one, what is in it, and how to open the console. */
import type { Caller, Dispatcher } from "./dispatcher.ts";
import type { Principal } from "./operation.ts";

/** Whose page it is. */
export interface Place {
  endpoint: string;
  account: string;
  region: string;
}

/** What is counted: a list of a service, in the region of requests that name none. */
const LISTS: readonly {
  label: string;
  service: string;
  operation: string;
  input?: object;
  member: string;
  name: string;
}[] = [
  { label: "Buckets", service: "s3", operation: "ListBuckets", member: "Buckets", name: "Name" },
  {
    label: "Functions",
    service: "lambda",
    operation: "ListFunctions",
    member: "Functions",
    name: "FunctionName",
  },
  {
    label: "State machines",
    service: "states",
    operation: "ListStateMachines",
    member: "stateMachines",
    name: "name",
  },
  {
    label: "Endpoints",
    service: "sagemaker",
    operation: "ListEndpoints",
    member: "Endpoints",
    name: "EndpointName",
  },
  {
    label: "Training now",
    service: "sagemaker",
    operation: "ListTrainingJobs",
    input: { StatusEquals: "InProgress" },
    member: "TrainingJobSummaries",
    name: "TrainingJobName",
  },
];

/** Names of a list that are shown. */
const SHOWN = 8;

/** Whether a request is a browser's for the page, rather than an S3 client's for ListBuckets. */
export function asksForPage({ method, headers }: Request, url: URL): boolean {
  return method === "GET" && url.pathname === "/" && url.search === "" && !headers.has("authorization") &&
    /^text\/html\b/.test(headers.get("accept") ?? "");
}

/** The page; whoever is anonymous is told nothing of what is in the local AWS. */
export async function startPage(
  { endpoint, account, region }: Place,
  dispatcher: Dispatcher,
  principal: Principal,
): Promise<Response> {
  const caller: Caller = { principal, region };
  const rows = principal.anonymous
    ? []
    : await Promise.all(LISTS.map((list) => row(list, dispatcher, caller)));
  const state = principal.anonymous
    ? "<p>It requires signatures: without one, nothing more is said.</p>"
    : `<table>${rows.join("")}</table>`;
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Local AWS</title>
<link rel="icon" href="data:,">
<style>
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere }
pre { padding: .7rem .9rem; border: 1px solid #8886; border-radius: 8px; overflow: auto }
th, td { padding: .25rem 1.4rem .25rem 0; text-align: left; vertical-align: top; font-weight: 400 }
td:nth-child(2) { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<h1>Local AWS</h1>
<p>This is the local AWS of Scones Unlimited: it answers AWS's clients at ${escape(endpoint)}, as account
${escape(account)} in ${escape(region)} and other regions. The console shows orders,
executions, the workflow and models:</p>
<pre>npx -y deno task console</pre>
${state}
<p>Any AWS client reaches it:</p>
<pre>export AWS_ENDPOINT_URL=${escape(endpoint)} AWS_REGION=${escape(region)}
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
aws s3 ls</pre>
</body>
</html>
`;
  return new Response(html, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

async function row(
  { label, service, operation, input = {}, member, name }: typeof LISTS[number],
  dispatcher: Dispatcher,
  caller: Caller,
): Promise<string> {
  const found = dispatcher.operation(service, operation)!;
  const output = await dispatcher.call(found, input, caller) as Record<string, Record<string, string>[]>;
  const names = (output[member] ?? []).map((item) => item[name]!);
  const shown = names.slice(0, SHOWN).map(escape).join("<br>");
  const more = names.length > SHOWN ? "<br>…" : "";
  return `<tr><th>${label}</th><td>${names.length}</td><td>${shown}${more}</td></tr>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
