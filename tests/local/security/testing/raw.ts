/** HTTP as bytes, for what no client would send. */

/** Sends bytes as they are; returns all that comes back until the other side closes, or is silent for `seconds`. */
export async function raw(endpoint: string, text: string, seconds = 2): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const timer = setTimeout(() => connection.close(), seconds * 1000);
  let answer = "";
  try {
    await connection.write(new TextEncoder().encode(text));
    for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) answer += chunk;
  } catch {
    // Closed by the server in the midst of it, or by the timer.
  } finally {
    clearTimeout(timer);
  }
  return answer;
}

/** A request as text, which asks for the connection to be closed. */
export function request(
  endpoint: string,
  line: string,
  headers: readonly (readonly [string, string])[],
  body = "",
): string {
  const all = [["host", new URL(endpoint).host], ["connection", "close"], ...headers];
  const length = body === "" ? "" : `content-length: ${new TextEncoder().encode(body).length}\r\n`;
  return `${line} HTTP/1.1\r\n${
    all.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  }${length}\r\n${body}`;
}
