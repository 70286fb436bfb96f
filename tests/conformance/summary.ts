/** What the parts found, printed; objections that `accepted.json` explains do not count. */
import accepted from "./accepted.json" with { type: "json" };

export interface Report {
  /** `service.Operation` */
  operations: string[];
  validations: number;
  /** How often each occurred. */
  objections: Record<string, number>;
}

/** Prints the figures and the objections. Returns whether none is left but the accepted ones. */
export function summarise(reports: readonly Report[]): boolean {
  const operations = new Set(reports.flatMap((report) => report.operations));
  const validations = reports.reduce((sum, report) => sum + report.validations, 0);
  const objections = reports.flatMap((report) => Object.entries(report.objections));
  const reasons = accepted.map(({ objection, reason }) => ({ pattern: new RegExp(objection), reason }));
  const reasonOf = (objection: string) => reasons.find(({ pattern }) => pattern.test(objection))?.reason;
  const left = objections.filter(([objection]) => reasonOf(objection) === undefined);
  const explained = Map.groupBy(objections, ([objection]) => reasonOf(objection));
  console.log(`\n${operations.size} operations, ${validations} validations, ${objections.length} objections`);
  for (const [reason, found] of explained) {
    if (reason !== undefined) console.log(`  ${found.length} accepted: ${reason}`);
  }
  for (const [objection, count] of left) console.log(`  ${objection}${count > 1 ? ` (${count} times)` : ""}`);
  console.log(left.length === 0 ? "No objection is left." : `${left.length} objections are left.`);
  return left.length === 0;
}
