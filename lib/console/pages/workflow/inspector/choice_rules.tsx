/** The rules of a Choice state, in the order in which they are tried. */
/// <reference lib="dom" />
import {
  type Fields,
  idOf,
  isObject,
  machineOf,
  objectAt,
  type Path,
  type QueryLanguage,
  statesOf,
  valueAt,
} from "../document/asl.ts";
import { setAt, withField, withKeyReplaced } from "../document/fields.ts";
import { useEditor } from "../editor_state.ts";
import { JsonField, NumberInput, Section, TextInput } from "./field.tsx";
import { useInspector } from "./inspector_data.ts";
import { NextSelect } from "./next_select.tsx";
import { problemsAt } from "./problems.ts";
import { COMPARISONS, firstOperand } from "./state_fields.ts";
import { ruleWords } from "../document/words.ts";

export function ChoiceRules({ path, language }: { path: Path; language: QueryLanguage }) {
  const { draft: { machine }, edit } = useEditor();
  const { problems } = useInspector();
  const listPath = [...path, "Choices"];
  const value = valueAt(machine, listPath);
  const rules = Array.isArray(value) ? value : [];
  const names = statesOf(objectAt(machine, machineOf(path))).map(([name]) => name);
  const other = names.find((name) => name !== path.at(-1)) ?? "";
  const set = (rules: unknown[]) => edit((machine) => setAt(machine, listPath, rules));
  const first: Fields = language === "JSONata"
    ? { Condition: "{% $states.input.value > 0 %}", Next: other }
    : { Variable: "$.value", NumericGreaterThan: 0, Next: other };
  return (
    <Section title="Rules, tried from the top">
      {rules.map((rule: unknown, index) => (
        <div className="rule" key={index}>
          <div className="rule-head">
            <b>{index + 1}.</b>
            <span>{isObject(rule) ? ruleWords(rule) : "no rule"}</span>
            <button
              type="button"
              aria-label={`Move rule ${index + 1} up`}
              disabled={index === 0}
              onClick={() => set(rules.toSpliced(index, 1).toSpliced(index - 1, 0, rule))}
            >
              ↑
            </button>
            <button
              type="button"
              aria-label={`Remove rule ${index + 1}`}
              onClick={() => set(rules.toSpliced(index, 1))}
            >
              ×
            </button>
          </div>
          {isObject(rule) && <Rule path={[...listPath, index]} rule={rule} language={language} />}
          <NextSelect label="Leads to" transition={[...listPath, index, "Next"]} />
          {problemsAt(problems, [...listPath, index]).map(({ message }) => (
            <p className="problem" key={message}>{message}</p>
          ))}
        </div>
      ))}
      <button type="button" onClick={() => set([...rules, first])}>Add a rule</button>
    </Section>
  );
}

/** A comparison as a form; And, Or and Not as JSON. */
function Rule({ path, rule, language }: { path: Path; rule: Fields; language: QueryLanguage }) {
  const { edit } = useEditor();
  const id = idOf(path);
  const set = (rule: Fields) => edit((machine) => setAt(machine, path, rule), id);
  if (language === "JSONata" || rule.Condition !== undefined) {
    return (
      <JsonField
        label="Condition"
        value={rule.Condition}
        path={[...path, "Condition"]}
        onChange={(value) => set(withField(rule, "Condition", value))}
      />
    );
  }
  const operator = COMPARISONS.find((name) => Object.hasOwn(rule, name));
  if (operator === undefined) {
    const { Next, ...condition } = rule;
    return (
      <JsonField
        label="Rule"
        value={condition}
        path={path}
        onChange={(value) => isObject(value) && set({ ...value, Next })}
      />
    );
  }
  const operand = rule[operator];
  const change = (value: unknown) => set(withField(rule, operator, value));
  return (
    <div className="comparison">
      <TextInput
        id={`${id}-variable`}
        aria-label="Variable"
        value={rule.Variable}
        onChange={(value) => set(withField(rule, "Variable", value ?? ""))}
      />
      <select
        aria-label="Comparison"
        value={operator}
        onChange={({ target }) =>
          set(withKeyReplaced(rule, operator, target.value, firstOperand(target.value)))}
      >
        {COMPARISONS.map((name) => <option key={name}>{name}</option>)}
      </select>
      {typeof operand === "boolean"
        ? (
          <select
            aria-label="Value"
            value={String(operand)}
            onChange={({ target }) => change(target.value === "true")}
          >
            <option>true</option>
            <option>false</option>
          </select>
        )
        : operator.startsWith("Numeric") && !operator.endsWith("Path")
        ? (
          <NumberInput
            id={`${id}-value`}
            aria-label="Value"
            value={operand}
            onChange={(value) => change(value ?? 0)}
          />
        )
        : (
          <TextInput
            id={`${id}-value`}
            aria-label="Value"
            value={operand}
            onChange={(value) => change(value ?? "")}
          />
        )}
    </div>
  );
}
