import { useChange } from "../../changes";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import { usePages } from "../../usePages";
import type { Me } from "../Access";
import { day } from "../days";
import { plain } from "../roles/content";
import { DECLINE_INVITATION, INVITATIONS, REVOKE_INVITATION } from "./documents";
import type { MayShare } from "./Sharing";

interface Invitation {
  id: string;
  scope: string;
  email: string | null;
  collaboratorRole: string | null;
  state: string;
  targetName: string;
  inviterName: string;
  expiresAt: string;
  answeredAt: string | null;
  role: { name: string } | null;
  invitedBy: { id: string } | null;
}

const TONES: Record<string, string> = { PENDING: "warn", ACCEPTED: "good", DECLINED: "bad", REVOKED: "", EXPIRED: "" };

/** Who was invited where, and what became of it. Accepting one takes the link that its mail has. */
export function Invitations({ me, may }: { me: Me; may: MayShare }) {
  const { nodes, error, more, again } = usePages<Invitation>(INVITATIONS, "invitations");
  const { busy, said, make } = useChange();
  const address = may.viewer.user?.email?.toLowerCase();
  const isMine = (each: Invitation) => address !== undefined && each.email?.toLowerCase() === address && each.invitedBy?.id !== me.id;
  async function end(each: Invitation) {
    const mine = isMine(each);
    const done = mine ? `You declined ${each.targetName}.` : `The invitation of ${each.email ?? "this address"} is revoked.`;
    if (await make(mine ? DECLINE_INVITATION : REVOKE_INVITATION, { invitation: each.id }, done)) again();
  }
  return (
    <section className="stack" aria-labelledby="invitations">
      <h2 id="invitations">Invitations</h2>
      {error && <Failed error={error} again={again} />}
      {!nodes && !error && <Bones lines={4} />}
      <Outcome said={said} />
      {nodes?.length === 0 && <Blank icon="empty" title="There are no invitations that you see" />}
      {nodes && nodes.length > 0 && (
        <ul className="card entries">
          {nodes.map((each) => {
            const mine = isMine(each);
            return (
              <li key={each.id}>
                <div className="grow">
                  <p className="line">
                    <strong>{each.email ?? "Somebody"}</strong>
                    <span>
                      to {each.targetName}
                      {(each.role?.name ?? each.collaboratorRole) && ` as ${each.role?.name ?? plain(each.collaboratorRole ?? "")}`}
                    </span>
                    <span className={`chip ${TONES[each.state] ?? ""}`}>{each.state === "PENDING" ? "waits" : plain(each.state)}</span>
                  </p>
                  <p className="faint small">
                    By {each.inviterName}; {each.answeredAt ? `answered ${day(each.answeredAt)}` : `until ${day(each.expiresAt)}`}
                    {mine && each.state === "PENDING" && ". To accept it follow the link in its mail."}
                  </p>
                </div>
                {each.state === "PENDING" && (mine ? may.viewer.decline : may.viewer.revoke) && (
                  <button type="button" className="button small" disabled={busy} aria-label={`${mine ? "Decline" : "Revoke"} the invitation of ${each.email ?? "this address"} to ${each.targetName}`} onClick={() => void end(each)}>
                    {mine ? "Decline" : "Revoke"}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {more && (
        <button type="button" className="button" onClick={more}>
          Show earlier invitations
        </button>
      )}
    </section>
  );
}
