"""The overview, the programme and the grades in a real browser: what a director asks, and how many clicks it takes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import browser, made_release

pytestmark = pytest.mark.browser


def test_at_most_seven_sentences_say_what_changed_and_the_rest_is_folded(
    page: Page, officers_url: str
) -> None:
    browser.open_page(page, officers_url + "/")
    section = page.locator("#changed").locator("..")
    expect(page.locator("#changed")).to_have_text(f"What changed since data version {made_release.BEFORE}")
    said = section.locator("> ul > li")
    expect(said).to_have_count(7)
    expect(said.first).to_contain_text(
        "Getting worse: Audits moderated by somebody else. This is more than the usual"
    )
    expect(said.nth(3)).to_contain_text("60% (310 of 520 audits); before, 58% (300 of 520 audits)")
    section.locator("summary").press("Enter")
    expect(section.locator("details li")).to_have_count(2)


def test_each_headline_has_its_classes_in_words_with_a_shape_beside_them(
    page: Page, officers_url: str
) -> None:
    browser.open_page(page, officers_url + "/")
    row = page.locator("#headlines").locator("..").locator("tbody tr", has_text="Moderated")
    expect(row.locator("td").nth(1)).to_contain_text("Getting worse")
    expect(row.locator("td").nth(3)).to_contain_text("Will not meet the target without change")
    expect(row.locator("td").nth(3)).to_contain_text("Target: at least 90%")
    for shape in row.locator("svg").all():
        assert shape.get_attribute("aria-hidden") == "true"
    assert row.locator("svg.shape-down").count() == 1
    assert row.locator("svg.spark").count() == 1
    assert re.fullmatch(r"[0-9A-F]{10}[0-9A-Z]", row.locator("code").inner_text())
    for note in ("Higher is better.", "Target: at least 90%"):
        expect(row.get_by_text(note, exact=True)).to_have_count(1)


def test_the_matrix_is_a_table_and_its_names_lead_to_their_charts(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/")
    matrix = page.get_by_role("table", name="Headline measures by variation and assurance")
    expect(matrix.locator("tbody th")).to_have_text(["Improving", "No clear change", "Getting worse"])
    cell = matrix.locator("tbody tr", has_text="Getting worse").locator("td").nth(2)
    assert cell.get_attribute("data-column") == "Will not without change"
    cell.get_by_role("link", name="Moderated").click()
    expect(page.locator("h1")).to_have_text("Are plans and practice good enough?")
    expect(page.get_by_label("Charts show")).to_have_value("quality.moderated")
    expect(page.locator("main")).to_contain_text("It will not be met unless something changes.")


def test_which_team_has_no_audit_in_six_months_takes_one_click(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/")
    expect(page.locator("#overdue").locator("..")).to_contain_text(
        "No completed audit in six months: Outreach."
    )
    page.get_by_role("link", name="See all teams").click()
    expect(page.locator("#teams").locator("..")).to_contain_text(
        "No completed audit in the last six finished months: Outreach."
    )
    row = (
        page.get_by_role("table", name=re.compile("^Each team's last completed audit"))
        .locator("tbody tr")
        .first
    )
    expect(row).to_contain_text("Outreach")
    expect(row).to_contain_text("None in six months")
    expect(row).to_contain_text("March 2026")


def test_only_random_cases_speak_for_all_and_the_page_says_how_many(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/programme")
    expect(page.locator("#selection").locator("..")).to_contain_text(
        re.compile(r"[\d,]+ were chosen at random; only these are used to estimate overall quality\.")
    )


def test_the_bar_of_grades_says_what_its_table_says(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/grades")
    section = page.locator("#grades").locator("..")
    section.locator("summary").press("Enter")
    rows = section.locator("tbody tr")
    expect(rows.locator("th")).to_have_text(["Outstanding", "Good", "Requires improvement", "Inadequate"])
    drawn = page.evaluate(
        "() => document.querySelector('#chart-grades .js-plotly-plot').data.map(bar => bar.hovertext[0])"
    )
    for shown, row in zip(drawn, rows.all(), strict=True):
        count, share = row.locator("td").nth(0).inner_text(), row.locator("td").nth(1).inner_text()
        assert f"{share.strip()} ({count} of" in shown
    expect(page.locator("main")).to_contain_text("it is not an Ofsted judgement")


def test_the_target_is_drawn_and_said(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/grades?measure=quality.inadequate")
    notes = page.evaluate(
        "() => document.querySelector('#chart-time .js-plotly-plot').layout.annotations.map(note => note.text)"
    )
    assert "Dotted line: the target, at most 10%" in notes
    expect(page.locator("#time").locator("..")).to_contain_text("The target is at most 10%. An example")


def test_ages_are_offered_in_their_own_order(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    ages = page.locator("select[name=only] optgroup[label=Age] option")
    expect(ages).to_have_text(["0 to 4", "5 to 10", "11 to 15", "16 to 19"])


def test_a_refused_newest_file_is_warned_of_with_the_way_to_it(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/")
    warning = page.locator(".notice", has_text="Be careful with these figures")
    expect(warning).to_contain_text("The newest file was refused, so nothing of it is in these figures.")
    warning.get_by_role("link", name="See why").click()
    expect(page.locator("main")).to_contain_text("Refused: kept out")


def test_the_public_overview_names_no_team_and_no_file(page: Page, public_url: str) -> None:
    browser.open_page(page, public_url + "/")
    text = page.locator("main").inner_text()
    assert "What changed since" in text
    for hidden in ("Outreach", "refused", ".xlsx"):
        assert hidden not in text
