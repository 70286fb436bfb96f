/** Where in the text something is, and what is where: selection in step, and problems on their lines. */
import { findNodeAtLocation, getLocation, type Node, parseTree } from "jsonc-parser";
import { type Machine, type Path, stateOf, valueAt } from "./asl.ts";

/** The offsets of a path's property in the text, of the nearest one around it when it is not there. */
export function rangeOf(text: string, path: Path): { from: number; to: number } {
  const tree = parseTree(text);
  if (!tree) return { from: 0, to: 0 };
  let node: Node = tree;
  for (let length = path.length; length > 0; length--) {
    const found = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[]);
    if (found) {
      node = found.parent?.type === "property" ? found.parent : found;
      break;
    }
  }
  return { from: node.offset, to: node.offset + node.length };
}

/** The state that an offset of the text is in. */
export function stateAt(root: Machine, text: string, offset: number): Path | undefined {
  return stateOf(root, getLocation(text, offset).path);
}

/**
 * The path of a diagnostic's location, `/States/A/Branches[0]/States/B/Next`. Names of states may hold slashes and brackets,
 * so it is read along the definition: of the keys that fit the longest.
 */
export function pathOfLocation(root: Machine, location: string): Path {
  const path: (string | number)[] = [];
  let rest = location;
  let value: unknown = root;
  while (rest !== "") {
    const index = rest.match(/^\[(\d+)\]/);
    if (index && Array.isArray(value)) {
      path.push(Number(index[1]));
      rest = rest.slice(index[0].length);
    } else if (rest.startsWith("/")) {
      const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
      const key = keys.filter((key) =>
        rest.startsWith(`/${key}`) && /^($|[/[])/.test(rest.slice(key.length + 1))
      )
        .sort((a, b) => b.length - a.length)[0];
      // A field that is missing.
      if (key === undefined) return [...path, ...rest.slice(1).split("/").slice(0, 1).filter(Boolean)];
      path.push(key);
      rest = rest.slice(key.length + 1);
    } else return path;
    value = valueAt(root, path);
  }
  return path;
}
