import { useState } from "react";
import { Icon } from "../icons";
import { type ColumnChoice, type Having, OPERATORS } from "./types";

interface Props {
  /** The columns of the report, by key. */
  columns: string[];
  known: Map<string, ColumnChoice>;
  having: Having[];
  change: (having: Having[]) => void;
}

/** Which rows are shown, by the values of their columns; totals count all of them. */
export function Conditions({ columns, known, having, change }: Props) {
  const [column, setColumn] = useState("");
  const [operator, setOperator] = useState<Having["operator"]>("gt");
  const [value, setValue] = useState("");
  const label = (key: string) => known.get(key)?.label ?? key;
  const chosen = columns.includes(column) ? column : (columns[0] ?? "");
  function add() {
    change([...having.filter((each) => each.column !== chosen || each.operator !== operator), { column: chosen, operator, value }]);
    setValue("");
  }
  return (
    <fieldset className="part">
      <legend className="label">Rows where</legend>
      {having.map((each) => {
        const said = `${label(each.column)} is ${OPERATORS[each.operator]} ${each.value}`;
        return (
          <div key={`${each.column}:${each.operator}`} className="picked">
            <Icon name="filter" />
            <span className="grow">{said}</span>
            <button type="button" className="button quiet icon-only small" aria-label={`Not only where ${said}`} onClick={() => change(having.filter((one) => one !== each))}>
              <Icon name="close" />
            </button>
          </div>
        );
      })}
      {columns.length > 0 && (
        <div className="condition">
          <select className="select" aria-label="Column of the condition" value={chosen} onChange={(event) => setColumn(event.target.value)}>
            {columns.map((key) => (
              <option key={key} value={key}>
                {label(key)}
              </option>
            ))}
          </select>
          <select className="select" aria-label="How it compares" value={operator} onChange={(event) => setOperator(event.target.value as Having["operator"])}>
            {Object.entries(OPERATORS).map(([key, text]) => (
              <option key={key} value={key}>
                {text}
              </option>
            ))}
          </select>
          <input className="input" inputMode="decimal" placeholder="0" aria-label="Value of the condition" value={value} onChange={(event) => setValue(event.target.value.replace(",", "."))} />
          <button type="button" className="button icon-only" aria-label="Add the condition" disabled={!/^-?\d+(\.\d+)?$/.test(value)} onClick={add}>
            <Icon name="plus" />
          </button>
        </div>
      )}
    </fieldset>
  );
}
