/** SVG fragments. Numbers are rounded, so that the text is short and the same everywhere. */

export type Point = readonly [x: number, y: number];

export interface Paint {
  fill?: string;
  stroke?: string;
  width?: number;
  opacity?: number;
}

export function line(points: Point[], stroke: string, width: number): string {
  return element("polyline", { points: join(points) }, { stroke, width });
}

export function polygon(points: Point[], paint: Paint): string {
  return element("polygon", { points: join(points) }, paint);
}

/** A path of SVG's own commands: letters and numbers in turn. */
export function path(commands: (string | number)[], paint: Paint): string {
  const d = commands.map((part) => typeof part === "number" ? num(part) : part).join(" ");
  return element("path", { d }, paint);
}

export function circle([cx, cy]: Point, r: number, paint: Paint): string {
  return element("circle", { cx: num(cx), cy: num(cy), r: num(r) }, paint);
}

export function ellipse([cx, cy]: Point, rx: number, ry: number, paint: Paint): string {
  return element("ellipse", { cx: num(cx), cy: num(cy), rx: num(rx), ry: num(ry) }, paint);
}

export function rect([x, y]: Point, width: number, height: number, paint: Paint, radius = 0): string {
  const size = { x: num(x), y: num(y), width: num(width), height: num(height), rx: num(radius) };
  return element("rect", size, paint);
}

export function group(transform: string, content: string): string {
  return `<g transform="${transform}">${content}</g>`;
}

export function num(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** A colour by hue (degrees), saturation and lightness (0 to 1). */
export function hsl(hue: number, saturation: number, lightness: number): string {
  // librsvg reads the comma form; hue wraps.
  const degrees = ((Math.round(hue) % 360) + 360) % 360;
  const percent = (part: number) => `${Math.round(Math.min(1, Math.max(0, part)) * 100)}%`;
  return `hsl(${degrees},${percent(saturation)},${percent(lightness)})`;
}

function join(points: Point[]): string {
  return points.map(([x, y]) => `${num(x)},${num(y)}`).join(" ");
}

function element(name: string, attributes: Record<string, string>, paint: Paint): string {
  const all: Record<string, string> = { ...attributes, fill: paint.fill ?? "none" };
  if (paint.stroke) Object.assign(all, { stroke: paint.stroke, "stroke-width": num(paint.width ?? 1) });
  if (paint.opacity !== undefined) all.opacity = num(paint.opacity);
  return `<${name} ${Object.entries(all).map(([key, value]) => `${key}="${value}"`).join(" ")}/>`;
}
