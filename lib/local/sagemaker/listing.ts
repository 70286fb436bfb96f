/** Filters, order and pages of SageMaker's List operations. */
import { page } from "../pages.ts";
import { integer, number, string } from "../shapes.ts";
import { invalid } from "./errors.ts";

/** Members that every List request has; the shapes to spread into a structure. */
export const LIST_MEMBERS = {
  MaxResults: integer({ min: 1, max: 100 }),
  NextToken: string({ max: 8192 }),
  NameContains: string({ max: 63, pattern: /[a-zA-Z0-9-]*/ }),
  CreationTimeAfter: number(),
  CreationTimeBefore: number(),
  SortOrder: string({ values: ["Ascending", "Descending"] as const }),
};

/** Further members of lists whose items change: training jobs and endpoints. */
export const CHANGE_MEMBERS = { LastModifiedTimeAfter: number(), LastModifiedTimeBefore: number() };

interface ListInput {
  MaxResults?: number;
  NextToken?: string;
  NameContains?: string;
  CreationTimeAfter?: number;
  CreationTimeBefore?: number;
  LastModifiedTimeAfter?: number;
  LastModifiedTimeBefore?: number;
  SortOrder?: "Ascending" | "Descending";
  SortBy?: "Name" | "CreationTime" | "Status";
  StatusEquals?: string;
}

interface Listed {
  CreationTime: number;
  LastModifiedTime?: number;
}

/** Members of what is listed. */
interface List<T, K extends keyof T> {
  /** Unique; tokens are good for the list with this name only. */
  readonly name: K & string;
  readonly status?: K;
  /** What the answer shows of each item. */
  readonly summary: readonly K[];
}

/**
 * One page of the items that the request asks for. Default order: creation time, newest first, as SageMaker's models
 * state.
 * @throws AwsError ValidationException for a token that no page of this list, in this order, gave
 */
export function listed<T extends Listed, K extends keyof T>(
  items: readonly T[],
  { MaxResults = 10, NextToken, SortBy = "CreationTime", SortOrder = "Descending", ...filters }: ListInput,
  { name, status, summary }: List<T, K>,
): { items: Pick<T, K>[]; NextToken?: string } {
  const nameOf = (item: T) => String(item[name]);
  const statusOf = (item: T) => status === undefined ? "" : String(item[status]);
  const contained = filters.NameContains?.toLowerCase() ?? "";
  const wanted = items.filter((item) =>
    nameOf(item).toLowerCase().includes(contained) &&
    (!filters.StatusEquals || statusOf(item) === filters.StatusEquals) &&
    isBetween(item.CreationTime, filters.CreationTimeAfter, filters.CreationTimeBefore) &&
    isBetween(item.LastModifiedTime ?? 0, filters.LastModifiedTimeAfter, filters.LastModifiedTimeBefore)
  );
  const sortedBy = {
    Name: () => [],
    CreationTime: (item: T) => [item.CreationTime],
    Status: (item: T) => [statusOf(item)],
  };
  const { items: shown, next } = page(wanted, {
    key: (item) => [...sortedBy[SortBy](item), nameOf(item)],
    limit: MaxResults,
    token: NextToken,
    descending: SortOrder === "Descending",
    list: `${name} by ${SortBy} ${SortOrder}`,
    invalidToken,
  });
  const summaries = shown.map((item) => Object.fromEntries(summary.map((member) => [member, item[member]])));
  return { items: summaries as Pick<T, K>[], NextToken: next };
}

export function invalidToken(): Error {
  return invalid("Invalid NextToken");
}

/** Whether a time is after one and before the other, both excluded. */
function isBetween(time: number, after = -Infinity, before = Infinity): boolean {
  return time > after && time < before;
}
