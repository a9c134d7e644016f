"""Suspending ends the sessions of browsers, not only for as long as it lasts; keys go on afterwards (AC6, SM6)."""

from __future__ import annotations

from typing import Any

from console import OURS, Console, Starting, bearer

CHANGE = """mutation ($of: ID!) { %s(input: {user: $of}) {
    __typename ... on UserError { message } } }"""


async def test_ac6_who_is_reinstated_signs_in_anew(console: Console, start: Starting) -> None:
    """AC6, SM6: his cookies and all others of his are dead for ever, those of others not; his key is back."""
    role = await console.add(
        "role", name="Boss", scope="PLATFORM", origin="DEFAULT", base_type="ADMINISTRATOR", user_visibility="ALL"
    )
    await console.add("role_permission", role_id=role, permission="USERS", level="W")
    boss, ana = await console.user("boss@example.com", name="Boss"), await console.user()
    await console.add("role_assignment", user_id=boss, scope="PLATFORM", role_id=role)
    key = await console.key(user=ana)
    await console.sign_in("boss@example.com")
    async with start() as browser:
        await browser.sign_in()
        assert await browser.me(**OURS) == "Ana"
        people = (await console.ask("{ users(first: 9) { nodes { id name } } }", **OURS)).json()["data"]["users"]
        (of,) = [each["id"] for each in people["nodes"] if each["name"] == "Ana"]

        async def change(name: str) -> Any:
            body = {"query": CHANGE % name, "variables": {"of": of}}
            answer = await console.browser.post("/graphql", json=body, headers=OURS)
            return answer.json()["data"][name]["__typename"]

        assert await change("suspendUser") == "SuspendUserSuccess"
        assert await browser.me(**OURS) is None
        assert await browser.me(**bearer(key)) is None
        assert await change("reinstateUser") == "ReinstateUserSuccess"
        assert await browser.me(**OURS) is None
        assert await browser.me(**bearer(key)) == "Ana"
        assert (await browser.sign_in()).status_code == 204
        assert await browser.me(**OURS) == "Ana"
