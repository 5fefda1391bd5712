"""Every page in a real browser, with data: what `browser.check_page` asks, and what each page must do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import browser, made_release
from tests.dashboard.conftest import serving

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/voice",
    "/voice?by=primary_need&measure=voice.child&window=financial_year",
    "/who?by=age_band",
    "/programme",
    "/grades",
    "/grades?measure=quality.inadequate&by=age_band",
    "/plans",
    "/plans?window=month&measure=plans.inadequate",
    "/placements",
    "/learning",
    "/learning?measure=plans.good_or_better&window=quarter",
    "/feedback",
    "/scrutiny",
    "/timeliness",
    "/timeliness?council=991&to=2024-12-31",
    "/reliability",
    "/reliability?window=month&measure=reliability.same_grade",
    "/compare",
    "/compare?measure=timeliness.over_a_year_published&council=991",
    "/actions",
    "/actions?window=financial_year&source=audit&state=closed_early",
    "/ombudsman",
    "/report",
    "/report?source=audit&window=financial_year",
    "/definitions",
    "/definitions/voice.any_family",
    "/data",
    "/data?delivery=4&feed=case_audits",
    "/data?delivery=5",
    "/data?received=2026-11&feed=case_audits",
    "/data?received=2020-01",
    "/definitions/timeliness.twenty_weeks_published",
    "/protection",
    "/receipts",
    f"/receipts?id={made_release.STANDS}",
    f"/receipts/{made_release.SUPERSEDED}",
]


@pytest.mark.parametrize("path", PAGES)
def test_page_passes_everything_asked_of_every_page(page: Page, officers_url: str, path: str) -> None:
    seen = browser.check_page(page, officers_url + path)
    assert "Demonstration data: a fictional county" in seen["title"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/voice",
        "/programme",
        "/grades",
        "/plans",
        "/timeliness",
        "/reliability",
        "/compare",
        "/actions",
        "/ombudsman",
        "/report",
        "/report?source=ombudsman",
        "/placements",
        "/learning",
        "/feedback",
        "/scrutiny",
        "/data",
        "/data?delivery=4&feed=case_audits",
    ],
)
def test_public_page_passes_too_and_shows_no_group(page: Page, public_url: str, path: str) -> None:
    browser.check_page(page, public_url + path)
    body = page.locator("main").inner_text()
    assert "Audience: Public" in body
    for hidden in ("Profound and multiple", "Audit theme", ".xlsx", ".csv "):
        assert hidden not in body


def test_page_says_so_where_nothing_is_published(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, "officers") as url:
        browser.check_page(page, url + "/voice")
        expect(page.locator("main")).to_contain_text("No figures have been published yet. Run send-audit run")


def test_page_that_does_not_exist_says_so(page: Page, officers_url: str) -> None:
    response = page.goto(officers_url + "/nowhere")
    assert response is not None
    assert response.status == 404
    expect(page.locator("h1")).to_have_text("Page not found")


def test_filters_go_into_the_address_and_come_out_of_it(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    page.get_by_label("Kind of period").select_option(label="Financial year (April to March)")
    page.get_by_label("Compare groups by").select_option(label="Primary need")
    expect(page.locator("h2#groups")).to_have_text(
        "By group: type of audit"
    )  # nothing moves before the button
    page.get_by_role("button", name="Apply filters").press("Enter")
    expect(page.locator("h2#groups")).to_have_text("By group: primary need")
    assert "window=financial_year" in page.url
    assert "by=primary_need" in page.url
    expect(page.locator(".applied")).to_contain_text("1 April 2025 to 31 March 2026")
    expect(page.locator("#announce")).to_contain_text("Page updated")

    address = page.url
    page.go_back()
    expect(page.locator("h2#groups")).to_have_text("By group: type of audit")
    expect(page.get_by_label("Compare groups by")).to_have_value("audit_type")
    page.goto(address)  # a copied link shows the same view
    expect(page.locator("h2#groups")).to_have_text("By group: primary need")
    expect(page.get_by_label("Kind of period")).to_have_value("financial_year")


def test_filters_work_as_a_plain_form_without_our_script(page: Page, officers_url: str) -> None:
    page.route("**/assets/navigation.js*", lambda route: route.abort())
    browser.open_page(page, officers_url + "/voice")
    page.get_by_label("Compare groups by").select_option(label="Age")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("h2#groups")).to_have_text("By group: age")
    assert "by=age_band" in page.url


def test_moving_between_pages_moves_title_focus_and_current_link(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Data").press("Enter")
    page.get_by_role("list", name="Data").get_by_role("link", name="Definitions").press("Enter")
    expect(page.locator("h1")).to_have_text("Definitions")
    expect(page.locator("h1")).to_be_focused()
    expect(page).to_have_title(re.compile("^Definitions"))
    current = page.locator("header.top a[aria-current='page']")
    expect(current).to_have_text("Definitions")
    page.get_by_role("link", name="Audits that heard from the child or family").click()
    expect(page.locator("h1")).to_have_text("Audits that heard from the child or family")


def test_the_council_and_period_go_along_to_the_next_page(page: Page, officers_url: str) -> None:
    browser.open_page(
        page, officers_url + "/voice?council=990&window=financial_year&to=2026-03-31&by=primary_need"
    )
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Plans").press("Enter")
    expect(page.locator("h1")).to_have_text("Which parts of plans are weak?")
    expect(page.locator(".applied")).to_contain_text("1 April 2025 to 31 March 2026")
    assert "by=" not in page.url
    main.get_by_role("link", name="Data").click()
    expect(page.locator("h1")).to_contain_text("Data")
    main.get_by_role("link", name="Plans").click()
    main.get_by_role("link", name="Timeliness").click()
    expect(page.locator(".applied")).to_contain_text("Calendar year2025")
    expect(page.locator("header.top a[aria-current='page']")).to_have_text("Timeliness")


def test_what_a_month_s_files_had_wrong_is_found_in_three_clicks(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Data").click()
    page.get_by_role("link", name="November 2026").click()
    expect(page.locator("#found").locator("..")).to_contain_text(
        "Check the spelling against the list in the template."
    )
    page.locator("#found").locator("..").get_by_role("link", name="QA audits Nov 23 to Oct 26.xlsx").click()
    expect(page.locator("#rows").locator("..")).to_contain_text("Audits, row 3")
    expect(page.locator("#rows").locator("..")).to_contain_text("What to do")


def test_whether_amended_plans_are_as_good_as_new_ones_is_found_in_two_clicks(
    page: Page, officers_url: str
) -> None:
    browser.open_page(page, officers_url + "/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Plans").click()
    page.get_by_role("link", name="New against amended and existing plans").click()
    expect(page.locator("#kinds").locator("..")).to_contain_text("Amended plans: ")
    expect(page.locator("#kinds").locator("..")).to_contain_text("The two ranges")


def test_what_is_seen_is_downloaded_as_a_workbook(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/plans?window=financial_year&to=2026-03-31")
    with page.expect_download() as started:
        page.get_by_role("link", name="OpenDocument (ODS)").click()
    name = started.value.suggested_filename
    assert name == "demonstration_send-plans_2025-04_2026-03_asof-2026-11-21_v2026-11-21.1.ods"


def test_skip_link_is_first_and_leads_to_the_main_part(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_table_is_built_when_opened_and_says_what_the_chart_says(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    chart = page.locator(".chart").first
    assert chart.locator("table").count() == 0
    chart.locator("summary").press("Enter")
    expect(chart.locator("tbody tr")).to_have_count(36)
    expect(chart.locator("tbody tr").last.locator("th")).to_have_text("October 2026")
    numbers = chart.locator("tbody tr").last.locator("td").first.inner_text()
    shown = page.evaluate(
        "() => document.querySelector('#chart-time .js-plotly-plot').data.at(-1).text.at(-1)"
    )
    receipt = chart.locator("tbody tr").last.locator("a[href^='/receipts/']").inner_text()
    assert shown == f"October 2026: {numbers}<br>Receipt {receipt}"


def test_no_chart_offers_to_send_itself_away(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice?by=primary_need")
    assert page.locator(".modebar").count() == 0
    contexts = page.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot')].map(p => p._context)"
        ".map(held => [held.showSendToCloud, held.plotlyServerURL])"
    )
    assert contexts
    assert all(context == [False, ""] for context in contexts)


def test_page_prints_to_a_file_with_its_strip(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice")
    assert len(page.pdf(format="A4")) > 50_000


def test_new_release_is_shown_without_a_restart(page: Page, tmp_path: Path) -> None:
    made_release.build(tmp_path)
    with serving(tmp_path, "officers") as url:
        browser.open_page(page, url + "/")
        expect(page.locator(".strip")).to_contain_text("Data version 2026-11-21.1")
        made_release.build(tmp_path, "2026-11-21.2", seed="b")
        browser.open_page(page, url + "/")
        expect(page.locator(".strip")).to_contain_text("Data version 2026-11-21.2")


def test_one_group_is_named_where_its_figures_are_given(page: Page, officers_url: str) -> None:
    browser.open_page(page, officers_url + "/voice?only=audit_type:thematic")
    expect(page.locator("main .lead").first).to_contain_text("Only audits with type of audit: Thematic.")
    expect(page.locator("#time").locator("..")).to_contain_text("This chart is for all audits")
