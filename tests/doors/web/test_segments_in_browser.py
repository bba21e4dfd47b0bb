"""The segment builder under a fast hand and a slow server: nothing typed is lost, and the last state is counted."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, set_up_practice, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route


pytestmark = [pytest.mark.browser, pytest.mark.processes]
ANA = "ana@maple.example"
PEOPLE = [
    {"first_name": "Pia", "last_name": "Winter", "mrn": "MS-1", "birth_date": "1966-01-05", "city": "Fairhaven"},
    {"first_name": "Quentin", "last_name": "Hartwell", "mrn": "MS-2", "birth_date": "2006-01-05", "city": "Larkspur"},
    {"first_name": "Rosa", "last_name": "Hartwell", "mrn": "MS-3", "birth_date": "1956-01-05", "city": "Larkspur"},
]  # fmt: skip


class SlowServer:
    """Holds what the builder asks until it is let go, in the order in which it was asked."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        page.route("**/segments/new/**", self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == "POST":
            self._held.append(route)
        else:
            route.continue_()

    def take(self) -> Route:
        """The request that waits, as soon as there is one."""
        ends_at = time.monotonic() + 10
        while not self._held:
            assert time.monotonic() < ends_at, "nothing was asked"
            self._page.wait_for_timeout(10)
        return self._held.pop(0)

    def answer(self) -> None:
        """Lets the waiting request through, and waits until its answer has been taken."""
        with self._page.expect_response(lambda _: True) as answered:
            self.take().continue_()
        answered.value.finished()

    def is_asked_nothing_more(self) -> bool:
        self._page.wait_for_timeout(400)
        return not self._held

    def be_quick(self) -> None:
        for route in self._held:
            route.continue_()
        self._page.unroute("**/segments/new/**")


@pytest.fixture
def builder(served, open_page) -> Callable[..., tuple[Page, SlowServer]]:
    """Opens the builder with "age is at least 40 and at most 45", before a server that is slow from then on."""
    set_up_practice(served)
    add_staff(served, ANA, "Nurse Ana", "marketer")
    for person in PEOPLE:
        served.command("patients", "add", stdin=json.dumps(person))
    ages = [{"field": "age", "is": "at_least", "value": 40}, {"field": "age", "is": "at_most", "value": 45}]
    start = served.command(
        "segments", "save", "--name", "Middle", "--rule", "-", stdin=json.dumps({"all": ages})
    )

    def give() -> tuple[Page, SlowServer]:
        page = open_page()
        sign_in(page, served, ANA)
        page.goto(f"{served.web_url}/segments/{start['id']}/duplicate/")
        return page, SlowServer(page)

    return give


def result(page: Page):
    return page.locator("#result")


def fields(page: Page):
    return page.get_by_label("What it is about")


def test_counts_what_was_typed_while_a_count_was_under_way(builder):
    page, server = builder()
    page.get_by_label("Years").first.fill("50")
    first = server.take()
    page.get_by_label("Years").last.fill("75")
    page.wait_for_timeout(400)
    first.continue_()
    server.answer()
    expect(result(page)).to_contain_text("age is at least 50 and age is at most 75")
    expect(result(page)).to_contain_text("2 patients")
    assert server.is_asked_nothing_more()


def test_keeps_what_was_typed_while_a_condition_was_being_added(builder):
    page, server = builder()
    page.get_by_role("button", name="Add a condition").click()
    late = server.take()
    years = page.get_by_label("Years").first
    years.fill("")
    years.press_sequentially("50")
    page.get_by_label("Years").last.fill("65")
    late.continue_()
    page.get_by_label("Years").last.press_sequentially("1")
    page.get_by_label("Years").last.press("Backspace")
    server.answer()
    expect(fields(page)).to_have_count(3)
    expect(years).to_have_value("50")
    expect(page.get_by_label("Years").last).to_have_value("65")
    expect(page.get_by_label("Years").last).to_be_focused()
    expect(result(page)).to_contain_text("1 patient")
    expect(result(page)).to_contain_text("age is at least 50 and age is at most 65")
    assert server.is_asked_nothing_more()


def test_goes_on_in_the_same_field_after_a_condition_before_it_was_removed(builder):
    page, server = builder()
    page.get_by_role("button", name="Remove condition 1").click()
    late = server.take()
    page.get_by_label("Years").last.click()
    page.get_by_label("Years").last.fill("6")
    late.continue_()
    server.answer()
    expect(fields(page)).to_have_count(1)
    expect(page.get_by_label("Years")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("5")
    server.answer()
    expect(page.get_by_label("Years")).to_have_value("65")
    expect(result(page)).to_contain_text("age is at most 65")
    expect(result(page)).to_contain_text("2 patients")


def test_obeys_each_button_that_was_pressed_before_an_answer_came(builder):
    page, server = builder()
    page.get_by_role("button", name="Remove condition 1").click()
    page.get_by_role("button", name="Remove condition 2").click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_role("button", name="Add a condition").click()
    for _ in range(4):
        server.answer()
    expect(fields(page)).to_have_count(2)
    expect(page.get_by_label("Years")).to_have_count(0)
    assert server.is_asked_nothing_more()


def test_drops_a_second_press_on_what_is_gone(builder):
    page, server = builder()
    page.get_by_role("button", name="Remove condition 1").dblclick()
    server.answer()
    expect(fields(page)).to_have_count(1)
    assert server.is_asked_nothing_more()
    expect(fields(page)).to_have_count(1)


def test_saves_only_after_what_was_pressed_before(builder):
    page, server = builder()
    page.get_by_label("Name", exact=True).fill("Up to sixty-five")
    page.get_by_label("Years").last.fill("65")
    server.answer()
    page.get_by_role("button", name="Remove condition 1").click()
    page.get_by_role("button", name="Save").click()
    removed = server.take()
    assert server.is_asked_nothing_more()
    removed.continue_()
    server.be_quick()
    expect(page.get_by_text("Saved “Up to sixty-five”.")).to_be_visible()
    expect(page.get_by_text("age is at most 65")).to_be_visible()
    expect(page.get_by_role("row", name="Up to sixty-five")).not_to_contain_text("at least")


def test_hears_what_is_typed_in_the_moment_a_control_appears(builder):
    page, server = builder()
    page.evaluate(
        """() => new MutationObserver(() => {
            const value = document.querySelector("#r-2-value-1[type=text]");
            if (!value || value.value) return;
            value.value = "larkspur";
            value.dispatchEvent(new Event("input", { bubbles: true }));
        }).observe(document.getElementById("builder"), { childList: true, subtree: true })"""
    )
    page.get_by_label("Years").first.fill("50")
    page.get_by_label("Years").last.fill("75")
    server.be_quick()
    page.get_by_role("button", name="Add a condition").click()
    page.locator("#r-2-field").select_option("city")
    expect(result(page)).to_contain_text("city is larkspur")
    expect(result(page)).to_contain_text("1 patient")


def test_keeps_the_form_when_the_server_fails(builder):
    page, server = builder()
    page.get_by_label("Years").first.fill("50")
    page.get_by_role("button", name="Add a condition").click()
    server.take().fulfill(status=503, content_type="text/html", body="<p>The database does not answer.</p>")
    expect(result(page)).to_contain_text("The database does not answer.")
    expect(page.get_by_label("Years").first).to_have_value("50")
    page.get_by_label("Years").last.fill("75")
    server.answer()
    expect(result(page)).to_contain_text("2 patients")


def test_asks_again_when_the_network_was_away(builder):
    page, server = builder()
    page.get_by_label("Years").first.fill("50")
    server.take().abort()
    page.get_by_role("button", name="Add a condition").click()
    server.take().abort()
    server.be_quick()
    expect(fields(page)).to_have_count(3)
    expect(result(page)).to_contain_text("age is at least 50")


def test_keeps_json_that_was_pasted_while_a_count_was_under_way(builder):
    page, server = builder()
    page.get_by_label("Years").last.fill("75")
    page.get_by_text("As JSON, for the API").click()
    pasted = '{"field": "city", "is": "is", "value": "Larkspur"}'
    page.get_by_label("The rule as it is now").fill(pasted)
    server.answer()
    expect(result(page)).to_contain_text("age is at most 75")
    expect(page.get_by_label("The rule as it is now")).to_have_value(pasted)
    server.be_quick()
    page.get_by_role("button", name="Use this JSON").click()
    expect(result(page)).to_contain_text("city is Larkspur")
    expect(fields(page)).to_have_count(1)
