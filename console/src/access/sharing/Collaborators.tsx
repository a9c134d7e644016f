import { useState } from "react";
import { useChange } from "../../changes";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import { Sheet, Sure } from "../../Sheet";
import { usePages } from "../../usePages";
import type { Me } from "../Access";
import { day, DayField, Ends, dayOf, endOf } from "../days";
import { plain } from "../roles/content";
import { CHANGE_COLLABORATOR, COLLABORATORS, LEAVE_ACCOUNT, REMOVE_COLLABORATOR } from "./documents";
import { COLLABORATOR_ROLES } from "./Inviting";
import type { MayShare, Named } from "./Sharing";

interface Collaborator {
  id: string;
  role: string | null;
  expiresAt: string | null;
  user: Named | null;
  affiliateAccount: Named | null;
}

/** Who works on an account besides those whose it is. */
export function Collaborators({ me, may }: { me: Me; may: MayShare }) {
  const { nodes, error, more, again } = usePages<Collaborator>(COLLABORATORS, "collaborators");
  const [opened, setOpened] = useState<Collaborator | null>(null);
  const { busy, said, say, make } = useChange();
  async function leave(account: Named) {
    if (await make(LEAVE_ACCOUNT, { affiliateAccount: account.id }, `You do not work on ${account.name} any more.`)) again();
  }
  return (
    <section className="stack" aria-labelledby="collaborators">
      <h2 id="collaborators">Collaborators</h2>
      {error && <Failed error={error} again={again} />}
      {!nodes && !error && <Bones lines={4} />}
      <Outcome said={said} />
      {nodes?.length === 0 && <Blank icon="empty" title="Nobody collaborates on an account that you see" />}
      {nodes && nodes.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Collaborators on accounts">
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Account</th>
                <th scope="col">As</th>
                <th scope="col">Until</th>
                <th scope="col">
                  <span className="hidden-visually">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((each) => (
                <tr key={each.id}>
                  <th scope="row">{each.user?.name ?? "Somebody"}</th>
                  <td>{each.affiliateAccount?.name ?? "–"}</td>
                  <td>{each.role ? plain(each.role) : "–"}</td>
                  <td>{each.expiresAt ? day(each.expiresAt) : <span className="faint">no end</span>}</td>
                  <td>
                    {may.viewer.leave && each.user?.id === me.id && each.affiliateAccount ? (
                      <Sure small label="Leave" question={`Leave ${each.affiliateAccount.name}?`} disabled={busy} act={() => void leave(each.affiliateAccount as Named)} />
                    ) : (
                      may.viewer.change && (
                        <button
                          type="button"
                          className="button small"
                          aria-label={`Change ${each.user?.name ?? "somebody"} on ${each.affiliateAccount?.name ?? "an account"}`}
                          onClick={() => {
                            say(null);
                            setOpened(each);
                          }}
                        >
                          Change
                        </button>
                      )
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more && (
        <button type="button" className="button" onClick={more}>
          Show more collaborators
        </button>
      )}
      {opened && (
        <Editor
          collaborator={opened}
          close={() => setOpened(null)}
          done={(text) => {
            setOpened(null);
            say({ text, bad: false });
            again();
          }}
        />
      )}
    </section>
  );
}

function Editor({ collaborator, close, done }: { collaborator: Collaborator; close: () => void; done: (text: string) => void }) {
  const [role, setRole] = useState(collaborator.role ?? "");
  const was = dayOf(collaborator.expiresAt);
  const [end, setEnd] = useState(was);
  const { busy, said, make } = useChange();
  const changed = role !== collaborator.role || (end !== was && end !== "");
  const name = collaborator.user?.name ?? "Somebody";
  const account = collaborator.affiliateAccount?.name ?? "an account";
  async function save() {
    const text = `Saved. It holds for ${name} from now on.`;
    const input = { collaborator: collaborator.id, ...(role === collaborator.role ? {} : { role }), ...(end === was || end === "" ? {} : { expiresAt: endOf(end) }) };
    if (await make(CHANGE_COLLABORATOR, input, text)) done(text);
  }
  async function remove() {
    const text = `${name} does not work on ${account} any more.`;
    if (await make(REMOVE_COLLABORATOR, { collaborator: collaborator.id }, text)) done(text);
  }
  return (
    <Sheet
      title={`${name} on ${account}`}
      close={close}
      changed={changed}
      foot={
        <>
          <Sure label="Remove" question={`Remove ${name} from ${account}?`} disabled={busy} act={() => void remove()} />
          <span className="grow" />
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="button" className="button primary" disabled={busy || !changed} onClick={() => void save()}>
            Save
          </button>
        </>
      }
    >
      <fieldset className="ticks">
        <legend className="label">As</legend>
        {COLLABORATOR_ROLES.map(({ key, text }) => (
          <label key={key}>
            <input type="radio" name="role" checked={role === key} onChange={() => setRole(key)} />
            {plain(key)}: {text.toLowerCase()}
          </label>
        ))}
      </fieldset>
      <DayField className="half" label={was === "" ? "Last day, or nothing for no end" : "Last day"} value={end} change={setEnd} />
      <Ends last={end} name={name} />
      <Outcome said={said} />
    </Sheet>
  );
}
