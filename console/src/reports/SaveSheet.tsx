import { type FormEvent, useId, useState } from "react";
import { useChange } from "../changes";
import { Outcome } from "../parts";
import { Sheet } from "../Sheet";
import { useAsk } from "../useAsk";
import { savedInput } from "./definition";
import { EDIT_SAVED, SAVE, VERSION } from "./documents";
import type { Definition } from "./types";

interface Props {
  definition: Definition;
  /** The saved report that this one was opened from, where the viewer may change it. */
  from: { id: string; name: string } | null;
  close: () => void;
  saved: (id: string, name: string) => void;
}

/** A report kept under a name: the one it was opened from is changed, or another is made. */
export function SaveSheet({ definition, from, close, saved }: Props) {
  const [over, setOver] = useState(from !== null);
  const [name, setName] = useState(from?.name ?? "");
  const version = useAsk<{ viewer: { version: number | null } }>(from ? VERSION : null, { id: from?.id });
  const { busy, said, make } = useChange();
  const form = useId();
  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy || name.trim() === "") return;
    const report = savedInput(definition);
    const success =
      over && from
        ? await make<{ id: string }>(EDIT_SAVED, { savedReport: from.id, name, report, version: version.data?.viewer.version ?? undefined }, "Saved.")
        : await make<{ id: string }>(SAVE, { name, report }, "Saved.");
    if (success) saved(success.id, name);
  }
  return (
    <Sheet
      title="Save this report"
      className="slim"
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" form={form} className="button primary" disabled={busy || name.trim() === ""}>
            Save
          </button>
        </>
      }
    >
      <form id={form} className="stack" onSubmit={(event) => void save(event)}>
        {from && (
          <fieldset className="ticks">
            <legend className="label">As</legend>
            <label>
              <input type="radio" name="as" checked={over} onChange={() => setOver(true)} />
              {from.name}, for everybody it is shared with
            </label>
            <label>
              <input type="radio" name="as" checked={!over} onChange={() => setOver(false)} />
              Another report
            </label>
          </fieldset>
        )}
        <label className="field">
          <span className="label">Name</span>
          <input className="input" value={name} maxLength={100} autoFocus onChange={(event) => setName(event.target.value)} />
        </label>
        <p className="soft small">What is saved is the question: its columns, period and filters. How it is drawn is in its address alone. Whoever opens it gets the numbers by their own rights at that moment.</p>
      </form>
      <Outcome said={said} />
    </Sheet>
  );
}
