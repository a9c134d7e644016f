import { useState } from "react";
import { useChange } from "../../changes";
import { Choice, Outcome, named } from "../../parts";
import { Sheet } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { useSettled } from "../../useSettled";
import { DayField, Ends, endOf } from "../days";
import { ExposedFoot } from "../exposure/ExposedFoot";
import { useExposed } from "../exposure/exposed";
import { WhatItExposes } from "../exposure/WhatItExposes";
import type { Somebody } from "../People";
import { ACCOUNTS, ADVERTISERS, ASSIGN_MANAGER } from "./staffDocuments";

const TYPING_MILLISECONDS = 200;

interface Props {
  person: Somebody;
  close: () => void;
  saved: (text: string) => void;
}

/** An account or an advertiser given to a manager: what he would see by it stands before the button. */
export function AssignmentEditor({ person, close, saved }: Props) {
  const [kind, setKind] = useState<"affiliateAccount" | "advertiserProfile">("affiliateAccount");
  const [typed, setTyped] = useState("");
  const asked = useSettled(typed, TYPING_MILLISECONDS);
  const [chosen, setChosen] = useState("");
  const [end, setEnd] = useState("");
  const accounts = kind === "affiliateAccount";
  function look(next: typeof kind) {
    setKind(next);
    setChosen("");
  }
  const { data } = useAsk<{ found: { nodes: { id: string; name: string }[] } | null }>(accounts ? ACCOUNTS : ADVERTISERS, { where: asked ? { name: { startsWith: asked } } : null });
  const found = data?.found?.nodes ?? [];
  const name = found.find((each) => each.id === chosen)?.name;
  const input = { user: person.id, [kind]: chosen, ...(end ? { expiresAt: endOf(end) } : {}) };
  const exposed = useExposed(name === undefined ? null : { assignManager: input });
  const { busy, said, make } = useChange();
  async function save() {
    const done = `${person.name} manages ${name} from now on.`;
    if (await make(ASSIGN_MANAGER, input, done)) saved(done);
  }
  return (
    <Sheet
      title={`Assign to ${person.name}`}
      close={close}
      changed={chosen !== ""}
      foot={<ExposedFoot exposed={exposed} button="Assign" disabled={busy} act={save} close={close} />}
    >
      <fieldset className="ticks">
        <legend className="label">What</legend>
        <label>
          <input type="radio" name="what" checked={accounts} onChange={() => look("affiliateAccount")} />
          An affiliate account
        </label>
        <label>
          <input type="radio" name="what" checked={!accounts} onChange={() => look("advertiserProfile")} />
          An advertiser
        </label>
      </fieldset>
      <div className="question">
        <label className="field">
          <span className="label">Whose name begins with</span>
          <input className="input" type="search" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </label>
        <Choice label={accounts ? "Account" : "Advertiser"} value={name === undefined ? "" : chosen} change={setChosen} options={[{ key: "", label: found.length === 0 ? "None that you see is called so" : "Choose one…" }, ...named(found)]} />
        <DayField label="Last day, or nothing for no end" value={end} change={setEnd} />
      </div>
      <Ends last={end} name={person.name} />
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}
