import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, type CastMember, ask, become, cast, isDemo, mayRegister, nextPage, session } from "./api";
import { Icon, Logo } from "./icons";
import { ThemeSwitch } from "./shell";
import { asApiError } from "./useAsk";
import { useBusy } from "./useBusy";
import { useTitle } from "./useTitle";

export default function SignIn() {
  const [, kind, token] = /^#(reset|verify|register|invitation)=(.+)$/.exec(location.hash) ?? [];
  const atLogin = location.pathname === "/login";
  return (
    <main className={`sign-in ${isDemo && atLogin ? "" : "alone"}`}>
      <div>
        <div className="line">
          <a className="brand grow" href="/">
            <Logo />
            Sightline
          </a>
          <ThemeSwitch />
        </div>
        {!atLogin && token && kind === "reset" && <NewPassword token={token} />}
        {!atLogin && token && kind === "verify" && <Verified token={token} />}
        {!atLogin && token && kind === "register" && <Registered token={token} />}
        {!atLogin && token && kind === "invitation" && <Invitation token={token} />}
        {atLogin && <Password />}
      </div>
      {isDemo && atLogin && <Cast />}
    </main>
  );
}

/** A form that says what went wrong, and does one thing at a time. */
function Form({ title, button, work, children }: { title: string; button: string; work: (form: FormData) => Promise<string | void>; children: ReactNode }) {
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const [busy, setBusy] = useBusy();
  useTitle(title);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setSaid(null);
    try {
      const done = await work(form);
      if (done) setSaid({ text: done, bad: false });
    } catch (error) {
      setSaid({ text: asApiError(error).message, bad: true });
    }
    setBusy(false);
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{title}</h1>
      {children}
      {said && (
        <p className={`notice ${said.bad ? "bad" : "good"}`} role={said.bad ? "alert" : "status"}>
          {said.text}
        </p>
      )}
      <button type="submit" className="button primary" disabled={busy}>
        {button}
      </button>
    </form>
  );
}

function Password() {
  const [wants, setWants] = useState<"in" | "reset" | "account">("in");
  const address = (
    <label className="field">
      <span className="label">E-mail address</span>
      <input className="input" name="email" type="email" autoComplete="username" required />
    </label>
  );
  const back = (
    <button type="button" className="button quiet" onClick={() => setWants("in")}>
      Back to signing in
    </button>
  );
  if (wants === "account") {
    return (
      <>
        <Register address={address} />
        {back}
      </>
    );
  }
  if (wants === "reset") {
    const work = async (form: FormData) => {
      await session("POST", "/session/reset-request", { email: form.get("email") });
      return "If this address is known, a mail is on its way to it.";
    };
    return (
      <>
        <Form title="Set a new password" button="Send me a link" work={work}>
          {address}
        </Form>
        {back}
      </>
    );
  }
  const work = async (form: FormData) => {
    await session("POST", "/session", { email: form.get("email"), password: form.get("password") });
    location.assign(nextPage());
  };
  return (
    <>
      <Form title="Sign in" button="Sign in" work={work}>
        {address}
        <label className="field">
          <span className="label">Password</span>
          <input className="input" name="password" type="password" autoComplete="current-password" required />
        </label>
      </Form>
      <button type="button" className="button quiet" onClick={() => setWants("reset")}>
        Forgotten the password?
      </button>
      {mayRegister && (
        <button type="button" className="button quiet" onClick={() => setWants("account")}>
          Create an account
        </button>
      )}
    </>
  );
}

/** Whether the address is known here is told by mail only, so the page says the same for every address. */
function Register({ address }: { address: ReactNode }) {
  const work = async (form: FormData) => {
    await session("POST", "/session/register", { email: form.get("email"), name: form.get("name"), password: form.get("password") });
    return "A mail is on its way to this address: follow its link, and give this password once more.";
  };
  return (
    <Form title="Create an account" button="Send me a link" work={work}>
      <label className="field">
        <span className="label">Your name</span>
        <input className="input" name="name" autoComplete="name" maxLength={100} required />
      </label>
      {address}
      <label className="field">
        <span className="label">Password, at least 12 characters</span>
        <input className="input" name="password" type="password" autoComplete="new-password" minLength={12} required />
      </label>
      <p className="soft small">An account opens nothing by itself: whoever administers what you work with gives you a role.</p>
    </Form>
  );
}

function NewPassword({ token }: { token: string }) {
  const work = async (form: FormData) => {
    await session("POST", "/session/reset", { token, password: form.get("password") });
    history.replaceState(null, "", "/");
    location.assign("/login");
  };
  return (
    <Form title="Set a new password" button="Set it" work={work}>
      <label className="field">
        <span className="label">New password, at least 12 characters</span>
        <input className="input" name="password" type="password" autoComplete="new-password" minLength={12} required />
      </label>
    </Form>
  );
}

function Verified({ token }: { token: string }) {
  const work = async () => {
    await session("POST", "/session/verify", { token });
    history.replaceState(null, "", "/");
    return "Thank you: the address is confirmed.";
  };
  return (
    <Form title="Is this your address?" button="Confirm it" work={work}>
      <p className="soft">Confirm that the mail with this link was sent to you.</p>
    </Form>
  );
}

/** The password is asked for again: whoever registered with somebody else's address does not have him make the account. */
function Registered({ token }: { token: string }) {
  const work = async (form: FormData) => {
    await session("POST", "/session/register/confirm", { token, password: form.get("password") });
    history.replaceState(null, "", "/");
    location.assign("/");
  };
  return (
    <Form title="Finish creating your account" button="Create it" work={work}>
      <label className="field">
        <span className="label">The password you registered with</span>
        <input className="input" name="password" type="password" autoComplete="current-password" required />
      </label>
    </Form>
  );
}

const ACCEPT = `mutation Accept($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { __typename ... on UserError { message } }
}`;

function Invitation({ token }: { token: string }) {
  const [known, setKnown] = useState<boolean | null>(null);
  useTitle("You are invited");
  useEffect(() => {
    session("GET").then(
      () => setKnown(true),
      () => setKnown(false),
    );
  }, []);
  if (known === null) return null;
  if (!known) {
    return (
      <div className="stack">
        <h1>You are invited</h1>
        <p className="soft">Sign in with the address that the mail was sent to; then you can accept.</p>
        <a className="button primary" href={`/login?next=${encodeURIComponent(location.pathname + location.hash)}`}>
          Sign in
        </a>
      </div>
    );
  }
  const work = async () => {
    const { acceptInvitation: answer } = await ask<{ acceptInvitation: { message?: string } }>(ACCEPT, { input: { token } });
    if (answer.message) throw new ApiError(answer.message, "FORBIDDEN");
    history.replaceState(null, "", "/");
    location.assign("/");
  };
  return (
    <Form title="You are invited" button="Accept the invitation" work={work}>
      <p className="soft">Accept to work with whoever invited you. To decline, close this page: the invitation ends by itself.</p>
    </Form>
  );
}

const SIDES: { title: string; has: (paths: string[]) => boolean }[] = [
  { title: "Platform staff", has: (paths) => paths.some((path) => path.startsWith("PLATFORM")) },
  { title: "Advertisers", has: (paths) => paths.some((path) => path.startsWith("ORG_ADVERTISER")) },
  { title: "Partners and collaborators", has: (paths) => paths.some((path) => /^(ORG_PARTNER|COLLABORATOR)/.test(path)) },
  { title: "Others", has: () => true },
];

function Cast() {
  const [people, setPeople] = useState<CastMember[] | null>(null);
  const [failed, setFailed] = useState("");
  useEffect(() => {
    cast().then(setPeople, (error: unknown) => setFailed(asApiError(error).message));
  }, []);
  function be({ email }: CastMember) {
    become(email).then(
      () => location.assign(nextPage()),
      (error: unknown) => setFailed(asApiError(error).message),
    );
  }
  const sides = SIDES.map((side, at) => ({
    ...side,
    people: (people ?? []).filter((each) => SIDES.findIndex((other) => other.has(each.paths)) === at),
  }));
  return (
    <section className="cast" aria-labelledby="cast-title">
      <div>
        <h2 id="cast-title">This is the demo: be anybody</h2>
        <p className="soft">One person for every kind of viewer. No password; what you change stays until the demo is made anew.</p>
      </div>
      {failed && (
        <p className="notice bad" role="alert">
          {failed}
        </p>
      )}
      <div className="cast-lists">
        {sides
          .filter((side) => side.people.length > 0)
          .map((side) => (
            <div key={side.title}>
              <h3>{side.title}</h3>
              <ul>
                {side.people.map((each) => (
                  <li key={each.email}>
                    <button type="button" onClick={() => be(each)}>
                      <span>{each.name}</span>
                      <span className="soft">{each.role}</span>
                      <Icon name="right" />
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          ))}
      </div>
    </section>
  );
}
