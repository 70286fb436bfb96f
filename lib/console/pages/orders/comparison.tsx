/** Two executions side by side: what each state took and returned. */
/// <reference lib="dom" />
import { useState } from "react";
import { Link } from "wouter";
import { formatSeconds } from "../../../display/format.ts";
import type { ExecutionLook, VisitLook } from "../../execution/look.ts";
import type { OrderPage } from "../../routes/orders.ts";
import { useJson, useLive } from "../shell/api.ts";
import { OUTCOME_WORDS, OutcomeBadge, Picture } from "../shell/parts.tsx";

export function Comparison({ look }: { look: ExecutionLook }) {
  const [other, setOther] = useState("");
  const { value: recent } = useJson<OrderPage>("/api/orders?limit=50");
  const { value, error } = useLive<ExecutionLook>(
    other ? `/api/executions/${encodeURIComponent(other)}/live` : undefined,
  );
  return (
    <div className="comparison">
      <label>
        Compare with{" "}
        <select value={other} onChange={({ target }) => setOther(target.value)}>
          <option value="">choose an order …</option>
          {recent?.rows.filter(({ name }) => name !== look.name).map(({ name, outcome, answer }) => (
            <option key={name} value={name}>
              {[name, outcome && OUTCOME_WORDS[outcome], answer].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </label>
      {error && <p role="alert">{error.message}</p>}
      {value && <Table left={look} right={value} />}
    </div>
  );
}

function Table({ left, right }: { left: ExecutionLook; right: ExecutionLook }) {
  const names = [...new Set([...left.visits, ...right.visits].map(({ name }) => name))];
  const of = (look: ExecutionLook, state: string) => look.visits.find(({ name }) => name === state);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Comparison">
      <table>
        <thead>
          <tr>
            <th>State</th>
            {[left, right].map((look) => (
              <th key={look.name}>
                <Picture objectKey={look.shown ? look.key : undefined} size={40} />{" "}
                <Link href={`/${encodeURIComponent(look.name)}`}>{look.name}</Link>{" "}
                <OutcomeBadge outcome={look.outcome} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th>Input</th>
            <Side text={left.input} other={right.input} />
            <Side text={right.input} other={left.input} />
          </tr>
          {names.map((name) => {
            const [a, b] = [left, right].map((look) => of(look, name));
            return (
              <tr key={name}>
                <th>{name}</th>
                <Side visit={a} text={resultOf(a)} other={resultOf(b)} />
                <Side visit={b} text={resultOf(b)} other={resultOf(a)} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Side(
  { visit, text, other }: { visit?: VisitLook; text: string | undefined; other: string | undefined },
) {
  const lines = new Set(other?.split("\n"));
  return (
    <td>
      {visit && (
        <p className="facts">
          <span>{visit.status}</span>
          {visit.exited !== undefined && <span>{formatSeconds((visit.exited - visit.entered) / 1000)}</span>}
        </p>
      )}
      <pre>
        {text?.split("\n").map((line, index) =>
          lines.has(line) ? `${line}\n` : <mark key={index}>{`${line}\n`}</mark>
        ) ?? "not reached"}
      </pre>
    </td>
  );
}

function resultOf(visit: VisitLook | undefined): string | undefined {
  return visit?.error ?? visit?.output;
}
