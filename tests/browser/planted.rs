//! The gates can fail: each is shown a page with the fault it is there to find.

use serde_json::json;

use crate::driver::{Browser, Scheme, Screen};
use crate::gates;

fn page(body: &str) -> String {
    let html = format!(
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>\
         <title>Planted</title><main><h1>Planted</h1>{body}</main></html>"
    );
    let encoded = percent_encoding::utf8_percent_encode(&html, percent_encoding::NON_ALPHANUMERIC);
    format!("data:text/html;charset=utf-8,{encoded}")
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn every_gate_finds_its_planted_fault() {
    let browser = Browser::open(Screen::Narrow);

    browser.go(&page("<p>Nothing is wrong here.</p><button style='width:48px;height:48px'>Go</button>"));
    for gate in
        [gates::axe, gates::overflow, gates::hidden_focus, gates::small_targets, Browser::console_errors]
    {
        assert_eq!(gate(&browser), [""; 0]);
    }

    let planted = [
        ("<input type='text'>", gates::axe as fn(&Browser) -> Vec<String>, "label"),
        ("<p style='color:#999;background:#fff'>pale</p>", gates::axe, "color-contrast"),
        ("<div aria-live='loud'>x</div>", gates::axe, "aria-valid-attr-value"),
        ("<div style='width:400px;height:9px'></div>", gates::overflow, "88 px too wide"),
        (
            "<div style='position:fixed;inset:0;background:#fff;z-index:1'></div><a href='#x'>under</a>",
            gates::hidden_focus,
            "'under' is hidden",
        ),
        ("<button style='height:20px;width:90px'>tiny</button>", gates::small_targets, "'tiny' is 90x20"),
        ("<p style='width:16em;height:9px'></p>", gates::overflow_when_changed, "200 % text: "),
        (
            "<div style='position:sticky;top:0;height:400px;background:#eee'>bar</div><p style='height:3000px'></p>",
            gates::crowded,
            "400 of 568 px",
        ),
        ("<script>throw new Error('planted')</script>", Browser::console_errors, "planted"),
    ];
    for (body, gate, expected) in planted {
        browser.go(&page(body));
        let found = gate(&browser).join("\n");
        assert!(found.contains(expected), "{body}\nfound: {found:?}");
    }
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_scheme_a_reader_prefers_reaches_the_page() {
    let browser = Browser::open(Screen::Phone);
    browser.go(&page("<p>x</p>"));
    for (scheme, dark) in [(Scheme::Dark, true), (Scheme::Light, false)] {
        browser.prefer(scheme);
        let matches = browser.run("return matchMedia('(prefers-color-scheme: dark)').matches", &json!([]));
        assert_eq!(matches, json!(dark));
    }
    assert_eq!(browser.run("return [innerWidth, innerHeight]", &json!([])), json!([360, 740]));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn without_script_a_page_does_nothing_by_itself() {
    let browser = Browser::open(Screen::Phone);
    browser.switch_script_off();
    browser.go(&page(
        "<p id='p'>as sent</p><script>document.getElementById('p').textContent = 'changed'</script>",
    ));
    assert_eq!(browser.words("#p"), "as sent");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_recorder_hears_what_a_screen_reader_would() {
    let browser = Browser::open(Screen::Phone);
    browser.go(&page(
        "<div id='log' role='log' aria-live='polite' aria-atomic='false'><p>old</p></div>\
         <div id='al' role='alert' aria-live='assertive' aria-atomic='true'></div>\
         <div id='off' role='log' aria-live='off'></div><p id='still'></p>",
    ));
    let step = |script: &str| {
        browser.run(script, &json!([]));
    };
    step("log.append(Object.assign(document.createElement('p'), {textContent: 'A corner.'}))");
    step("al.textContent = 'Goal.'");
    step("al.textContent = ''");
    step("off.textContent = 'chat'; still.textContent = 'score'");
    step("log.setAttribute('aria-busy', 'true'); log.append('missed')");
    step("log.removeAttribute('aria-busy'); log.append(document.createElement('p'), 'one ', 'two')");
    let spoken = browser.spoken();
    assert!(spoken.is_sorted_by_key(|line| line.t), "{spoken:?}");
    let heard: Vec<_> = spoken
        .iter()
        .map(|line| (line.politeness.as_str(), line.text.as_str(), line.nodes, line.lost))
        .collect();
    let expected = [
        ("polite", "A corner.", 1, false),
        ("assertive", "Goal.", 1, false),
        ("polite", "missed", 1, true),
        ("polite", "one two", 2, false),
    ];
    assert_eq!(heard, expected, "{spoken:?}");
}
