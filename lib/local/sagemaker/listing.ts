/** Filters, order and pages of SageMaker's List operations. */
import { AwsError } from "../errors.ts";
import { integer, number, string } from "../legacy_shapes.ts";

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
  SortBy?: string;
  StatusEquals?: string;
}

interface Listed {
  name: string;
  CreationTime: number;
  LastModifiedTime?: number;
  status?: string;
}

/**
 * One page of `items`. Default order: creation time, newest first, as SageMaker's models state.
 * @throws AwsError ValidationException for a token that no page gave.
 */
export function page<T extends Listed>(items: T[], input: ListInput): { items: T[]; NextToken?: string } {
  const wanted = items.filter((item) =>
    (!input.NameContains || item.name.toLowerCase().includes(input.NameContains.toLowerCase())) &&
    (!input.StatusEquals || item.status === input.StatusEquals) &&
    isBetween(item.CreationTime, input.CreationTimeAfter, input.CreationTimeBefore) &&
    isBetween(item.LastModifiedTime ?? 0, input.LastModifiedTimeAfter, input.LastModifiedTimeBefore)
  );
  const direction = input.SortOrder === "Ascending" ? 1 : -1;
  const key = (item: T) =>
    input.SortBy === "Name" ? item.name : input.SortBy === "Status" ? item.status ?? "" : item.CreationTime;
  wanted.sort((a, b) => direction * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -1 : 1));
  // The token names the last item given out, so that a page neither repeats nor skips when items come and go.
  let start = 0;
  if (input.NextToken) {
    const last = decodeToken(input.NextToken);
    start = wanted.findIndex((item) => item.name === last) + 1;
  }
  const end = start + (input.MaxResults ?? 10);
  const items_ = wanted.slice(start, end);
  return end < wanted.length
    ? { items: items_, NextToken: btoa(`after:${items_.at(-1)!.name}`) }
    : { items: items_ };
}

/** Whether a time is after one and before the other, both excluded. */
function isBetween(time: number, after = -Infinity, before = Infinity): boolean {
  return time > after && time < before;
}

function decodeToken(token: string): string {
  try {
    const text = atob(token);
    if (text.startsWith("after:")) return text.slice("after:".length);
  } catch { /* not base64: falls through */ }
  throw new AwsError("ValidationException", "Invalid NextToken");
}
