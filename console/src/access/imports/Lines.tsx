import { Bones, Failed } from "../../parts";
import { useAsk } from "../../useAsk";
import { LINES } from "./documents";

interface Line {
  id: string;
  line: number | null;
  outcome: string | null;
  columnName: string | null;
  value: string | null;
  reason: string | null;
}

interface Answer {
  node: { logs: { nodes: Line[]; pageInfo: { hasNextPage: boolean } } | null } | null;
}

/** Which rows of a file were not taken, and why. */
export function Lines({ job, name }: { job: string; name: string }) {
  const { data, error, again } = useAsk<Answer>(LINES, { id: job });
  if (error) return <Failed error={error} again={again} />;
  if (!data) return <Bones lines={3} />;
  const lines = data.node?.logs?.nodes ?? [];
  return (
    <div className="import-lines">
      <div className="table-scroll" tabIndex={0} role="region" aria-label={`Rows of ${name} in the log`}>
        <table className="rows">
          <thead>
            <tr>
              <th scope="col" className="number">
                Line
              </th>
              <th scope="col">Column</th>
              <th scope="col">Value</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((each) => (
              <tr key={each.id}>
                <th scope="row" className="number">
                  {each.line ?? "–"}
                </th>
                <td>{each.columnName ?? "–"}</td>
                <td>{each.value ?? <span className="faint">not shown</span>}</td>
                <td>{each.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.node?.logs?.pageInfo.hasNextPage && <p className="faint small">These are the first 100.</p>}
    </div>
  );
}
