/** Filters, order and pages of SageMaker's List operations. */
import { page } from "../pages.ts";
import { integer, number, string } from "../shapes.ts";
import { invalid } from "./errors.ts";

/** The members of every List request. */
export const LIST_MEMBERS = {
  MaxResults: integer({ min: 1, max: 100 }),
  NextToken: string({ max: 8192 }),
  NameContains: string({ max: 63, pattern: /[a-zA-Z0-9-]+/ }),
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

/** Names of the items' members. */
interface List<T, K extends keyof T> {
  /** The unique name; it also identifies the list, for tokens. */
  readonly name: K & string;
  readonly status?: K;
  /** The members in the answer. */
  readonly summary: readonly K[];
}

/**
 * A page of the items that match the request. The default order is creation time, newest first, as in SageMaker's
 * model.
 * @throws AwsError ValidationException for an invalid token, or one of another list or order
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

/** Whether after < time < before. */
function isBetween(time: number, after = -Infinity, before = Infinity): boolean {
  return time > after && time < before;
}
