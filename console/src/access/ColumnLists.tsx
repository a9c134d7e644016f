import { useMemo, useState } from "react";
import { Icon } from "../icons";
import { Blank, Bones } from "../parts";
import { lensInput, lensKey } from "../reports/definition";
import { CHOICES, LENSES } from "../reports/documents";
import type { Choices, Lens } from "../reports/types";
import { useAsk } from "../useAsk";
import type { Me } from "./Access";
import { ColumnEditor, type List } from "./columns/ColumnEditor";
import { LIST } from "./documents";
import { useLeave } from "./Leaving";
import { People, type Somebody } from "./People";

/** Which report columns somebody may use, as far as lists decide it: the system's list, and those of people. */
export function ColumnLists({ me }: { me: Me }) {
  const [person, setPerson] = useState<Somebody | null>(null);
  const leave = useLeave();
  const first = useAsk<{ columnList: List | null }>(LIST, { user: null });
  const lenses = useAsk<{ reportLenses: Lens[] | null }>(LENSES);
  const lens = lenses.data?.reportLenses?.[0];
  const choices = useAsk<{ reportSchema: Choices | null }>(lens ? CHOICES : null, lens ? { lens: lensInput(lensKey(lens)) } : {});
  const known = useMemo(() => new Map((choices.data?.reportSchema?.columns ?? []).map((each) => [each.key, each])), [choices.data]);
  const mayEditDefault = first.data?.columnList != null;
  const ready = first.data !== null && lenses.data !== null && (!lens || choices.data !== null || choices.error !== null);
  function choose(other: Somebody | null) {
    if (other?.id !== person?.id) leave(() => setPerson(other));
  }
  return (
    <div className="split">
      <aside aria-label="Whose columns">
        <People label="Search people" chosen={person?.id ?? null} choose={choose}>
          {mayEditDefault && (
            <button type="button" className="people-top" aria-pressed={person === null} onClick={() => choose(null)}>
              <Icon name="reports" />
              <span className="grow">System default</span>
            </button>
          )}
        </People>
      </aside>
      <section className="split-main" aria-label="Columns">
        {!ready && <Bones lines={10} />}
        {ready && !person && !mayEditDefault && (
          <Blank icon="access" title="Whose columns?">
            <p>Choose somebody. You give and take the columns that you could use yourself.</p>
          </Blank>
        )}
        {ready && (person || mayEditDefault) && <ColumnEditor key={person?.id ?? "default"} me={me} person={person} known={known} />}
      </section>
    </div>
  );
}
