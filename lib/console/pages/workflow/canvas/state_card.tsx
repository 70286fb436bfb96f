/** A state on the canvas: a card, or a container around the states in it. */
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { StateStatus } from "../../../../graph/history.ts";
import { looks } from "../../../../graph/style.ts";
import { CATCHING, isTerminal } from "../document/transitions.ts";
import { guards, summary } from "../document/words.ts";
import { machinePathsIn, type State } from "../document/asl.ts";
import type { Direction } from "../document/layout.ts";
import { stateIcon } from "./state_icons.tsx";

export type CardNode = Node<{
  name: string;
  state: State;
  isContainer: boolean;
  isFound: boolean;
  direction: Direction;
  /** How many problems the state has. */
  problems: number;
  /** What happened in it in the execution that is shown; "notReached" before it is entered. */
  status?: StateStatus | "notReached";
  onToggle(id: string): void;
}, "card">;

export const StateCard = memo(function StateCard({ id, data, selected }: NodeProps<CardNode>) {
  const { name, state, isContainer, isFound, direction, problems, status, onToggle } = data;
  const { retries, catches } = guards(state);
  const type = String(state.Type ?? "unknown");
  const holds = machinePathsIn(state).length;
  const classes = [
    "card",
    isContainer && "container",
    selected && "selected",
    isFound && "found",
    problems > 0 && "wrong",
    status && `status-${status}`,
  ];
  const down = direction === "TB";
  return (
    <div className={classes.filter(Boolean).join(" ")} data-type={type} data-name={name}>
      <Handle type="target" position={down ? Position.Top : Position.Left} id="in" />
      <div className="card-head">
        <span className="type-icon">{stateIcon(state)}</span>
        <span className="texts">
          <b title={name}>{name}</b>
          <small>{summary(state)}</small>
        </span>
        {holds > 0 && (
          <button
            type="button"
            className="toggle nodrag"
            tabIndex={-1}
            aria-label={`${isContainer ? "Collapse" : "Expand"} ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(id);
            }}
          >
            {isContainer ? "−" : "+"}
          </button>
        )}
      </div>
      <Badges {...{ retries, catches, problems, status }} />
      {!isTerminal(state) && (
        <Handle type="source" position={down ? Position.Bottom : Position.Right} id="next" />
      )}
      {CATCHING.includes(type) && (
        <Handle
          type="source"
          position={down ? Position.Right : Position.Bottom}
          id="catch"
          className="catch-handle"
          title="Drag from here to the state that handles an error"
        />
      )}
    </div>
  );
});

function Badges({ retries, catches, problems, status }: {
  retries: number;
  catches: number;
  problems: number;
  status?: StateStatus | "notReached";
}) {
  const look = status && looks[status];
  return (
    <span className="badges">
      {retries > 0 && <i title={`${retries} retrier${retries > 1 ? "s" : ""}`}>↻ {retries}</i>}
      {catches > 0 && <i title={`${catches} catcher${catches > 1 ? "s" : ""}`}>⚡ {catches}</i>}
      {problems > 0 && (
        <i className="bad" title={`${problems} problem${problems > 1 ? "s" : ""}`}>! {problems}</i>
      )}
      {look && look.icon && (
        <i className="outcome" title={look.word}>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d={look.icon} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
          </svg>
        </i>
      )}
    </span>
  );
}

export type DotNode = Node<{ kind: "start" | "end" }, "dot">;

export const StateDot = memo(function StateDot({ data }: NodeProps<DotNode>) {
  return (
    <div className={`dot ${data.kind}`} title={data.kind === "start" ? "Start" : "End"}>
      <Handle type="target" position={Position.Top} id="in" isConnectable={data.kind === "end"} />
      <Handle type="source" position={Position.Bottom} id="next" isConnectable={false} />
    </div>
  );
});

export type EmptyNode = Node<{ isTarget: boolean }, "empty">;

export const EmptyPlaceCard = memo(function EmptyPlaceCard({ data }: NodeProps<EmptyNode>) {
  return (
    <div className={`empty-place${data.isTarget ? " target" : ""}`}>
      <Handle type="target" position={Position.Top} id="in" isConnectable={false} />
      Drop a state here
    </div>
  );
});
