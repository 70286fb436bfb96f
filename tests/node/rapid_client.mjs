/**
 * Loaded into Node.js before AWS's runtime interface client: stands for the client's native part, which would have to
 * be compiled. It has that part's three functions and speaks to the same Runtime API.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./rapid-client.node"
      ? { url: import.meta.url, format: "module", shortCircuit: true }
      : next(specifier, context),
});

const invocation = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
// A handler may replace it.
const { fetch } = globalThis;

/** The answer under way. The native part waits for it before it returns; here the next question does. */
let posted = Promise.resolve();

export async function next() {
  await posted;
  const response = await fetch(`${invocation}/next`);
  return { bodyJson: await response.text(), headers: Object.fromEntries(response.headers) };
}

export function done(requestId, body) {
  posted = post(`${requestId}/response`, body, {});
}

export function error(requestId, body, cause) {
  posted = post(`${requestId}/error`, body, {
    "lambda-runtime-function-error-type": JSON.parse(body).errorType,
    "lambda-runtime-function-xray-error-cause": cause,
  });
}

async function post(path, body, headers) {
  const response = await fetch(`${invocation}/${path}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  await response.body?.cancel();
}
