import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { AlgorithmError } from "../errors.ts";
import { sessionOptions } from "../graph/engine.ts";
import { MODEL_FILE } from "./artifact.ts";
import { error, info } from "./log_lines.ts";
import { decode, PictureError } from "./pictures.ts";

const CONTENT_TYPES = ["application/x-image", "image/png", "image/jpeg"];
/** InvokeEndpoint's limit of a body. */
const MAX_BYTES = 6 * 1024 * 1024;

/** One picture is too little work for several threads; other processors decode further pictures meanwhile. */
const THREADS = 1;

/** Returns the class probabilities of an encoded picture. @throws PictureError */
export type Classifier = (bytes: Uint8Array) => Promise<Float32Array>;

/** Loads the model in a folder. As on AWS, pictures are resized to the model's size without keeping the aspect ratio. */
export async function loadClassifier(folder: string): Promise<Classifier> {
  const path = join(folder, MODEL_FILE);
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(path, sessionOptions(THREADS));
  } catch (error) {
    throw new AlgorithmError(`/opt/ml/model/${MODEL_FILE} cannot be loaded: ${(error as Error).message}`);
  }
  const [input] = session.inputMetadata;
  if (!input?.isTensor) throw new AlgorithmError(`/opt/ml/model/${MODEL_FILE} has no tensor as its input`);
  const [, channels, height, width] = input.shape as number[];
  return async (bytes) => {
    const { data } = await decode(bytes, channels!, { width: width!, height: height! });
    const feeds = { data: new ort.Tensor("uint8", data, [1, channels!, height!, width!]) };
    const { probabilities } = await session.run(feeds);
    return probabilities!.data as Float32Array;
  };
}

/**
 * Answers SageMaker's two requests: `GET /ping`, and `POST /invocations` with an encoded picture. The answer is the
 * probabilities in class order, as a JSON array, or as `{"prediction":[…]}` for application/jsonlines. Never throws:
 * errors are answered by their status, and are in the log.
 */
export async function answer(request: Request, classify: Classifier): Promise<Response> {
  const { pathname, hostname } = new URL(request.url);
  if (isForeign(request.headers, hostname)) return refuse(403, "only SageMaker may call");
  if (pathname === "/ping") return new Response(null, { status: 200 });
  if (pathname !== "/invocations") return refuse(404, `no such path: ${pathname}`);
  if (request.method !== "POST") return refuse(405, "use POST", { Allow: "POST" });
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (!CONTENT_TYPES.includes(type)) {
    return refuse(415, `content type '${type}' is not supported: use ${CONTENT_TYPES.join(", ")}`);
  }
  const accept = accepted(request.headers.get("accept"));
  if (!accept) return refuse(406, "the answer can be application/json or application/jsonlines");
  try {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > MAX_BYTES) return refuse(413, `more than ${MAX_BYTES} bytes`);
    const probabilities = Array.from(await classify(bytes));
    const lines = accept === "application/jsonlines";
    const body = lines ? JSON.stringify({ prediction: probabilities }) + "\n" : JSON.stringify(probabilities);
    return new Response(body, { headers: { "Content-Type": accept } });
  } catch (cause) {
    if (cause instanceof PictureError) {
      return refuse(400, `unable to evaluate payload provided: ${cause.message}`);
    }
    console.error(cause);
    return refuse(500, "internal error");
  }
}

/** Whether a web page asks, of another site or by a name that is bound to this machine. Programs send neither header. */
function isForeign(headers: Headers, hostname: string): boolean {
  return headers.has("origin") || headers.has("sec-fetch-site") || hostname !== "127.0.0.1";
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  error(`${status}: ${message}`);
  return new Response(`${message}\n`, { status, headers });
}

function accepted(header: string | null): string | undefined {
  const wanted = (header || "*/*").split(",").map((part) => part.split(";")[0]!.trim().toLowerCase());
  if (wanted.some((type) => ["application/json", "*/*", "application/*"].includes(type))) {
    return "application/json";
  }
  return wanted.find((type) => type === "application/jsonlines");
}

/**
 * SageMaker's `serve`: listens on 127.0.0.1, prints a line `{"port":N}`, and serves until `signal` is aborted.
 *
 * @param port 0 picks a free port
 */
export async function serve(root: string, port: number, signal: AbortSignal): Promise<void> {
  console.log("Docker entrypoint called with argument(s): serve");
  console.log("Running default environment configuration script");
  const classify = await loadClassifier(join(root, "model"));
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    signal,
    onListen(address) {
      info("Loaded the model, ready for invocations");
      console.log(JSON.stringify({ port: address.port }));
    },
  }, (request) => answer(request, classify));
  await server.finished;
}
