/** Values of fields as people type them. */

/** JSON; paths and JSONata without quotation marks. */
export function textOf(value: unknown, isPath: boolean): string {
  if (value === undefined) return "";
  const isBare = typeof value === "string" && (isPath || /^\s*\{%/.test(value));
  return isBare ? value as string : JSON.stringify(value, null, 2);
}

/** Empty text removes the field; JSONata needs no quotation marks around it. */
export function readField(text: string, isPath: boolean): { value: unknown } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { value: undefined };
  if (isPath) return { value: trimmed === "null" ? null : trimmed };
  if (trimmed.startsWith("{%")) return { value: trimmed };
  try {
    return { value: JSON.parse(trimmed) };
  } catch {
    return { problem: "This is not JSON yet, so the workflow still has the value before it." };
  }
}
