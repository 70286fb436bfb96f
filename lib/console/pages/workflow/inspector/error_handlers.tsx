/** The retriers and catchers of a state, in the order in which they are tried. */
/// <reference lib="dom" />
import {
  type Fields,
  idOf,
  isObject,
  machineOf,
  objectAt,
  type Path,
  statesOf,
  valueAt,
} from "../document/asl.ts";
import { setAt, withField } from "../document/fields.ts";
import { useEditor } from "../editor_state.ts";
import { JsonField, NumberInput, TextInput } from "./field.tsx";
import { useInspector } from "./inspector_data.ts";
import { NextSelect } from "./next_select.tsx";
import { problemsAt } from "./problems.ts";
import { ERROR_NAMES, words } from "./state_fields.ts";

const RETRY_NUMBERS = ["IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds"];
const KNOWN = [
  ...RETRY_NUMBERS,
  "ErrorEquals",
  "JitterStrategy",
  "Next",
  "ResultPath",
  "Output",
  "Assign",
  "Comment",
];

export function Retriers({ path }: { path: Path }) {
  const first = { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 };
  return (
    <Handlers path={[...path, "Retry"]} what="retrier" first={first}>
      {(retrier, at, set) => (
        <>
          <div className="numbers">
            {RETRY_NUMBERS.map((key) => (
              <label key={key}>
                {words(key)}
                <NumberInput
                  id={idOf([...at, key])}
                  value={retrier[key]}
                  onChange={(value) => set(withField(retrier, key, value))}
                />
              </label>
            ))}
          </div>
          <label className="check">
            <input
              type="checkbox"
              checked={retrier.JitterStrategy === "FULL"}
              onChange={({ target }) =>
                set(withField(retrier, "JitterStrategy", target.checked ? "FULL" : undefined))}
            />
            Random pauses (jitter)
          </label>
        </>
      )}
    </Handlers>
  );
}

export function Catchers({ path }: { path: Path }) {
  const { draft: { machine } } = useEditor();
  const names = statesOf(objectAt(machine, machineOf(path))).map(([name]) => name);
  const other = names.find((name) => name !== path.at(-1)) ?? "";
  return (
    <Handlers path={[...path, "Catch"]} what="catcher" first={{ ErrorEquals: ["States.ALL"], Next: other }}>
      {(catcher, at, set) => (
        <>
          <NextSelect label="Leads to" transition={[...at, "Next"]} />
          {catcher.Output === undefined && (
            <label>
              Result path
              <TextInput
                id={idOf([...at, "ResultPath"])}
                value={catcher.ResultPath}
                onChange={(value) => set(withField(catcher, "ResultPath", value))}
              />
            </label>
          )}
          {["Output", "Assign"].filter((key) =>
            catcher[key] !== undefined
          ).map((key) => (
            <JsonField
              key={key}
              label={key}
              value={catcher[key]}
              path={[...at, key]}
              onChange={(value) => set(withField(catcher, key, value))}
            />
          ))}
        </>
      )}
    </Handlers>
  );
}

interface HandlersProps {
  path: Path;
  what: "retrier" | "catcher";
  first: Fields;
  children(handler: Fields, at: Path, set: (handler: Fields) => void): React.ReactNode;
}

function Handlers({ path, what, first, children }: HandlersProps) {
  const { draft: { machine }, edit } = useEditor();
  const { problems } = useInspector();
  const value = valueAt(machine, path);
  const list = Array.isArray(value) ? value : [];
  const replace = (list: unknown[]) =>
    edit((machine) => setAt(machine, path, list.length > 0 ? list : undefined));
  return (
    <div className="handlers">
      {list.map((handler: unknown, index) => {
        if (!isObject(handler)) return null;
        const at = [...path, index];
        const set = (changed: Fields) => edit((machine) => setAt(machine, at, changed), idOf(at));
        const errors = Array.isArray(handler.ErrorEquals) ? handler.ErrorEquals.join(", ") : "";
        const others = Object.keys(handler).filter((key) => !KNOWN.includes(key));
        return (
          <details className="rule" key={index} open={list.length === 1}>
            <summary>
              {what === "retrier" ? "Retry" : "Catch"} {errors || "nothing"}
            </summary>
            <ErrorNames
              value={handler.ErrorEquals}
              id={idOf(at)}
              onChange={(names) => set({ ...handler, ErrorEquals: names })}
            />
            {children(handler, at, set)}
            {others.length > 0 && <p className="none">Also in the code: {others.join(", ")}</p>}
            {problemsAt(problems, at).map(({ message }) => (
              <p className="problem" key={message}>{message}</p>
            ))}
            <button type="button" onClick={() => replace(list.toSpliced(index, 1))}>
              Remove this {what}
            </button>
          </details>
        );
      })}
      <button type="button" onClick={() => replace([...list, first])}>Add a {what}</button>
    </div>
  );
}

/** Names of errors with commas between them. */
function ErrorNames(
  { value, id, onChange }: { value: unknown; id: string; onChange(names: string[]): void },
) {
  const names = Array.isArray(value) ? value.map(String) : [];
  return (
    <div className="error-names">
      {names.map((name, index) => (
        <span className="chip" key={name}>
          {name}
          <button
            type="button"
            aria-label={`Remove ${name}`}
            onClick={() => onChange(names.toSpliced(index, 1))}
          >
            ×
          </button>
        </span>
      ))}
      <input
        list={`${id}-errors`}
        placeholder="add an error"
        aria-label="Add an error"
        onKeyDown={(event) => {
          const input = event.currentTarget;
          if (event.key !== "Enter" || input.value.trim() === "") return;
          event.preventDefault();
          onChange([...names, input.value.trim()]);
          input.value = "";
        }}
        onBlur={({ currentTarget: input }) => {
          if (input.value.trim() === "") return;
          onChange([...names, input.value.trim()]);
          input.value = "";
        }}
      />
      <datalist id={`${id}-errors`}>{ERROR_NAMES.map((name) => <option key={name} value={name} />)}</datalist>
    </div>
  );
}
