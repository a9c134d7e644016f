"""Column lists: which holds, what it makes usable and why not, and who may change whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.classes import FieldClass
from sightline.authz.reports.catalogue import catalogue_of
from sightline.authz.reports.columns import COLUMNS, custom_metric
from sightline.authz.reports.delegation import Editor, Refused, edited, reset
from sightline.authz.reports.lists import (
    FIRST_LIST,
    Reader,
    availabilities,
    effective_list,
    usable,
)

METRIC = custom_metric("take", "Take", description="Profit by item.", formula="profit / items")
NESTED = custom_metric("double_take", "Double take", description="Twice that.", formula="take * 2")
CATALOGUE = catalogue_of([METRIC, NESTED])
ALL = frozenset(CATALOGUE.columns)
C = FieldClass
CLASSES = frozenset({C.TRAFFIC, C.CONVERSIONS, C.SALE_AMOUNT, C.REVENUE, C.PAYOUT})
KEYS = st.sets(st.sampled_from(sorted(ALL))).map(frozenset)


def reader(*, without: str = "", classes: frozenset[FieldClass] = CLASSES, **more: frozenset[str]) -> Reader:
    """A reader whose list has all columns but these."""
    return Reader(ALL - set(without.split()), classes, **more)


def reasons(who: Reader) -> dict[str, str | None]:
    """What the catalogue says to this reader."""
    return {each.key: each.reason for each in availabilities(CATALOGUE, who)}


@pytest.mark.parametrize(
    ("own", "admin", "expected"),
    [
        (None, False, ("clicks", "revenue")),
        (("payout",), False, ("payout",)),  # replaced, not merged
        ((), False, ()),  # an empty list is a list
        (("payout", "gone", "clicks"), False, ("payout", "clicks")),
        (("payout",), True, tuple(CATALOGUE.columns)),
        (None, True, tuple(CATALOGUE.columns)),
    ],
)
def test_rc1_rc2_the_effective_list(own: tuple[str, ...] | None, admin: bool, expected: tuple[str, ...]) -> None:
    """RC1, RC2: one's own list replaces the system's; ADMIN R has every column whatever any list says."""
    assert effective_list(CATALOGUE, own, default=("clicks", "revenue"), admin=admin) == expected


def test_rc4_a_new_column_is_restricted() -> None:
    """RC4: lists are typed; no property of a column puts it on one. A column nobody moved is refused to everybody."""
    assert set(FIRST_LIST) <= set(COLUMNS)
    assert len(FIRST_LIST) == len(set(FIRST_LIST))
    fresh = custom_metric("fresh", "Fresh", description="New.", formula="clicks")
    catalogue = catalogue_of([fresh])
    for own in (None, ("clicks",), tuple(COLUMNS)):
        keys = effective_list(catalogue, own, default=FIRST_LIST, admin=False)
        assert "fresh" not in usable(catalogue, Reader(frozenset(keys), CLASSES))
    assert "fresh" in usable(
        catalogue, Reader(frozenset(effective_list(catalogue, (), default=(), admin=True)), CLASSES)
    )


@given(KEYS, st.sets(st.sampled_from(sorted(CLASSES))).map(frozenset))
def test_rc3_usable_is_listed_and_visible(listed: frozenset[str], classes: frozenset[FieldClass]) -> None:
    """RC3: on the list and every class held; of a metric each atom too. The list never gives a class."""
    found = usable(CATALOGUE, Reader(listed, classes))
    for key in ALL:
        parts = {key, *CATALOGUE.needs[key].atoms}
        assert (key in found) is (parts <= listed and CATALOGUE.needs[key].classes <= classes)
    assert found <= usable(CATALOGUE, Reader(ALL, classes))
    assert found <= usable(CATALOGUE, Reader(listed, CLASSES))


@pytest.mark.parametrize("restricted", ["take", "profit", "items"])
def test_rc3_a_metric_needs_each_of_its_atoms(restricted: str) -> None:
    """RC3, M5a: one atom off the list, or one class less, and the metric and what is built on it are gone."""
    assert {"take", "double_take"} <= usable(CATALOGUE, reader())
    assert not {"take", "double_take"} & usable(CATALOGUE, reader(without=restricted))
    for lost in (C.REVENUE, C.PAYOUT, C.SALE_AMOUNT):
        assert not {"take", "double_take"} & usable(CATALOGUE, reader(classes=CLASSES - {lost}))
    # A built-in column may be listed without its base (the inference test decides about that).
    assert "profit" in usable(CATALOGUE, reader(without="revenue payout"))


def test_m5_columns_of_a_status_need_it() -> None:
    """M5: per-status columns and rates need their statuses; counts and amounts are over those the path has."""
    some = usable(CATALOGUE, reader(statuses=frozenset({"APPROVED", "PENDING"})))
    assert {"approved_conversions", "pending_conversions", "approved_payout", "paid_payout"} <= some
    assert {"conversions", "gross_conversions", "events", "payout", "revenue", "profit", "cr", "take"} <= some
    lost = {
        "hold_conversions", "rejected_conversions", "reversed_conversions", "approval_rate", "reversal_rate",
        "pending_payout", "reversed_payout",
    }  # fmt: skip
    assert ALL - some == lost


@pytest.mark.parametrize(
    ("settlements", "gone", "kept"),
    [
        ("INVOICED PAID", "payout pending_payout approved_payout reversed_payout profit epc take", "paid_payout"),
        ("OPEN LOCKED", "payout paid_payout approved_payout profit cpa adjustments", "pending_payout reversed_payout"),
    ],
)
def test_rc5_roles_that_see_some_payouts_only(settlements: str, gone: str, kept: str) -> None:
    """RC5: settled payouts alone give the paid column, open ones the pending; the whole and its ratios need both."""
    some = usable(CATALOGUE, reader(settlements=frozenset(settlements.split())))
    assert not set(gone.split()) & some
    assert set(kept.split()) <= some
    assert {"revenue", "clicks", "sale_amount"} <= some


def test_rc6_m6_what_is_restricted_is_as_little_usable_as_what_is_made_up() -> None:
    """RC6, M6: by list, by class, by status, by an atom, or made up."""
    who = Reader(ALL - {"clicks"}, CLASSES - {C.PAYOUT}, statuses=frozenset({"PENDING"}))
    available = usable(CATALOGUE, who)
    assert not {"clicks", "payout", "margin", "approved_conversions", "take", "double_take", "salary"} & available
    assert {"impressions", "revenue"} <= available


@pytest.mark.parametrize(
    ("who", "key", "reason"),
    [
        (reader(), "payout", None),
        (reader(without="payout"), "payout", "restricted by your administrator"),
        (reader(without="payout", classes=CLASSES - {C.PAYOUT}), "payout", "restricted by your administrator"),
        (reader(classes=CLASSES - {C.PAYOUT}), "payout", "your role has no payout"),
        (reader(classes=CLASSES - {C.SALE_AMOUNT}), "refunded_amount", "your role has no sale amount"),
        (reader(classes=CLASSES - {C.REVENUE}), "rpc", "derived from Revenue"),
        (reader(classes=CLASSES - {C.REVENUE, C.PAYOUT}), "margin", "derived from Revenue, Payout"),
        (reader(classes=CLASSES - {C.PAYOUT}), "margin", "derived from Payout"),
        (reader(classes=CLASSES - {C.TRAFFIC}), "cr", "derived from Clicks"),
        (reader(classes=CLASSES - {C.PAYOUT}), "epc", "derived from Payout"),
        (reader(classes=CLASSES - {C.SALE_AMOUNT}), "aov", "derived from Sale amount"),
        (
            reader(statuses=frozenset({"APPROVED"})),
            "approval_rate",
            "your role does not see conversions that are rejected, reversed",
        ),
        (
            reader(settlements=frozenset({"PAID", "INVOICED"})),
            "payout",
            "your role sees only some payouts: settled ones, or open ones",
        ),
        (reader(without="take"), "take", "restricted by your administrator"),
    ],
)
def test_rc6_the_catalogue_says_why_a_column_is_not_available(who: Reader, key: str, reason: str | None) -> None:
    """RC6: built-in columns are listed for everybody, greyed with the reason."""
    assert reasons(who)[key] == reason
    assert set(COLUMNS) <= set(reasons(who))
    assert {key for key, why in reasons(who).items() if why is None} == usable(CATALOGUE, who)


@pytest.mark.parametrize(
    "who",
    [
        reader(without="items"),
        reader(without="profit"),
        reader(classes=CLASSES - {C.REVENUE}),
        reader(classes=CLASSES - {C.SALE_AMOUNT}),
    ],
)
def test_rc6_a_metric_exists_for_readers_of_all_its_atoms_only(who: Reader) -> None:
    """RC6: to anybody else it is not listed, and no reason of another column names it."""
    said = reasons(who)
    assert not {"take", "double_take"} & set(said)
    assert not any("ake" in (why or "") for why in said.values())
    # Its own atom, a metric that is restricted, hides what is built on it.
    assert set(reasons(reader(without="take"))) == ALL - {"double_take"}


def editor(keys: str, *, admin_writer: bool = False) -> Editor:
    """Who can use these columns."""
    return Editor(frozenset(keys.split()), admin_writer)


@pytest.mark.parametrize(
    ("add", "remove", "who", "expected"),
    [
        ("epc", "clicks", editor("epc clicks"), ("payout", "events", "epc")),
        ("", "", editor(""), ("clicks", "payout", "events")),
        ("", "payout events", editor("events payout"), ("clicks",)),
        ("revenue", "", editor("epc clicks"), Refused(("revenue",))),
        ("epc", "payout", editor("epc clicks"), Refused(("payout",))),
        ("epc revenue", "payout", editor("epc clicks"), Refused(("payout", "revenue"))),
        # Already as asked, and beyond him all the same: else the answer would tell what is on the list.
        ("payout", "", editor("epc"), Refused(("payout",))),
        ("", "revenue", editor("epc"), Refused(("revenue",))),
        ("made_up", "", editor("epc"), Refused(("made_up",))),
        ("revenue epc", "payout", editor("", admin_writer=True), ("clicks", "events", "revenue", "epc")),
    ],
)
def test_rc8_nobody_gives_or_takes_what_he_cannot_use(
    add: str, remove: str, who: Editor, expected: tuple[str, ...] | Refused
) -> None:
    """RC8: what is added and removed is usable by the editor; what he lacks stays where it is; ADMIN W is exempt."""
    current = ("clicks", "payout", "events")
    assert edited(current, add=add.split(), remove=remove.split(), editor=who) == expected


@given(KEYS, KEYS, KEYS, KEYS)
def test_rc8_what_the_editor_lacks_stays(
    current: frozenset[str], add: frozenset[str], remove: frozenset[str], own: frozenset[str]
) -> None:
    """RC8: whatever is asked, a column beyond the editor is on the list afterwards exactly if it was before."""
    after = edited(sorted(current), add=sorted(add), remove=sorted(remove), editor=Editor(own))
    if isinstance(after, Refused):
        assert set(after.columns) == (add | remove) - own
    else:
        assert set(after) - own == current - own
        assert set(after) == (current | add) - remove


def test_rc8_nobody_gains_by_his_own_list() -> None:
    """RC8: B = U: what is usable is on the list, so there is nothing to add; giving up is his to do."""
    listed = frozenset({"clicks", "payout", "profit"})
    himself = Editor(usable(CATALOGUE, Reader(listed, CLASSES - {C.REVENUE})))
    assert himself.usable == {"clicks", "payout"}
    for key in ALL - listed:
        assert edited(sorted(listed), add=[key], remove=[], editor=himself) == Refused((key,))
    assert edited(["clicks", "payout", "profit"], add=[], remove=["clicks"], editor=himself) == ("payout", "profit")
    # Listed but not usable: neither his to give, nor to take from anybody.
    assert edited(["profit"], add=[], remove=["profit"], editor=himself) == Refused(("profit",))


def test_rc8_a_refusal_says_who_lacks_what_in_the_words_of_an_unknown_column() -> None:
    """RC6, RC8: a restricted column and a made-up one are refused alike."""
    for key in ("revenue", "salary"):
        found = edited(["clicks"], add=[key], remove=[], editor=editor("clicks"))
        assert isinstance(found, Refused)
        assert found.messages == (f'Column "{key}" does not exist or is not available to you.',)


def test_rc8_administrators_give_every_column_there_is_and_no_other() -> None:
    """RC8, RC6: ADMIN W is exempt from what he could use himself, not from what exists."""
    administrator = Editor(frozenset(), admin_writer=True)
    assert edited(["clicks", "cr"], add=["epc"], remove=["clicks"], editor=administrator) == ("cr", "epc")
    assert edited(["clicks"], add=["salary"], remove=[], editor=administrator) == Refused(("salary",))


@pytest.mark.parametrize(
    ("current", "who", "expected"),
    [
        ("clicks revenue payout", editor("payout"), ("clicks", "revenue")),
        ("clicks", editor("revenue"), ("clicks", "revenue")),
        ("clicks revenue", editor(""), ("clicks", "revenue")),  # nothing changes
        ("clicks", editor("clicks"), Refused(())),  # would gain what the editor lacks
        ("clicks revenue payout", editor("clicks revenue"), Refused(())),  # would lose what he lacks
        ("payout", editor("clicks revenue payout"), ("clicks", "revenue")),
        ("payout", editor("", admin_writer=True), ("clicks", "revenue")),
        ("take payout", editor("clicks revenue"), Refused(())),
    ],
)
def test_rc9_deleting_a_list_is_an_edit_of_it(current: str, who: Editor, expected: tuple[str, ...] | Refused) -> None:
    """RC9: what the user gains and loses by falling back to the default is the editor's to give and to take."""
    assert reset(current.split(), default=("clicks", "revenue"), editor=who) == expected


def test_rc6_rc9_a_refusal_names_no_column_that_was_not_asked_for() -> None:
    """RC6, RC9: else he would learn which columns beyond him are on the list."""
    for current in (["take"], ["clicks", "payout"], ["revenue"]):
        found = reset(current, default=["clicks"], editor=editor("clicks"))
        assert isinstance(found, Refused)
        assert found.messages == ("It would change columns that are not available to you.",)


@given(KEYS, KEYS, KEYS)
def test_rc9_is_no_way_around_rc8(current: frozenset[str], default: frozenset[str], own: frozenset[str]) -> None:
    """RC8, RC9: a list may be deleted exactly if the same could be reached by editing it."""
    by_editing = edited(
        sorted(current), add=sorted(default - current), remove=sorted(current - default), editor=Editor(own)
    )
    by_deleting = reset(sorted(current), default=sorted(default), editor=Editor(own))
    assert isinstance(by_editing, Refused) is isinstance(by_deleting, Refused)
