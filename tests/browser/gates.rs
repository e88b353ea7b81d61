//! What no page may do, as functions that name the faults they find: axe, sideways scrolling, hidden focus,
//! errors on the console.

use serde_json::{Value, json};

use crate::driver::{Browser, Scheme, Screen};

/// WCAG 2.2 up to AA, and what axe calls best practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// axe-core as `tests/run` installed it.
fn axe_source() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/target/node/node_modules/axe-core/axe.min.js");
    match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => panic!("{file}: {error}; `tests/run` installs axe-core"),
    }
}

/// What axe finds, once nothing moves any more: one line a rule, with the elements. A line that fades in has less
/// contrast for that moment.
pub(crate) fn axe(browser: &Browser) -> Vec<String> {
    browser.run(&axe_source(), &json!([]));
    let script = "const done = arguments[arguments.length - 1];
        const values = arguments[0];
        Promise.allSettled(document.getAnimations().map((one) => one.finished))
          .then(() => axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']}))
          .then((result) => done(result.violations.map((v) =>
            `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)),
          (error) => done([`axe failed: ${error}`]));";
    strings(&browser.run_async(script, &json!([TAGS])))
}

/// Elements that reach beyond the right or left edge, when the page scrolls sideways.
pub(crate) fn overflow(browser: &Browser) -> Vec<String> {
    let script = "const width = document.documentElement.clientWidth;
        const wide = document.documentElement.scrollWidth - width;
        if (wide <= 0) return [];
        const reach = [...document.body.querySelectorAll('*')].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5);
        });
        const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className ? '.' + e.className : '');
        return [`${wide} px too wide`, ...reach.slice(0, 8).map(name)];";
    strings(&browser.run(script, &json!([])))
}

/// Elements that, when they have the focus, lie wholly under something else (WCAG 2.4.11).
pub(crate) fn hidden_focus(browser: &Browser) -> Vec<String> {
    let script = "const focusable = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex=\"0\"]';
        const faults = [];
        for (const e of document.querySelectorAll(focusable)) {
          if (e.disabled || e.getClientRects().length === 0) continue;
          e.focus();
          if (document.activeElement !== e) continue;
          const box = e.getBoundingClientRect();
          let seen = false;
          for (let x = 0.1; x < 1 && !seen; x += 0.2) for (let y = 0.1; y < 1 && !seen; y += 0.2) {
            const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
            seen = top !== null && (e.contains(top) || top.contains(e) && getComputedStyle(top).position !== 'fixed');
          }
          if (!seen) faults.push(`${e.tagName.toLowerCase()} '${e.textContent.trim().slice(0, 30)}' is hidden when focused`);
        }
        document.activeElement?.blur();
        return faults;";
    strings(&browser.run(script, &json!([])))
}

/// Controls smaller than a finger: 44 CSS pixels for what stands alone; links in running text are exempt.
pub(crate) fn small_targets(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('button,select,summary,input:not([type=hidden])')]
        .filter((e) => e.getClientRects().length > 0)
        .map((e) => ['checkbox', 'radio'].includes(e.type) ? e.closest('label') ?? e : e)
        .map((e) => [e, e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([e, box]) => `${e.tagName.toLowerCase()} '${e.textContent.trim().slice(0, 30)}' is ${box.width}x${box.height}`)";
    strings(&browser.run(script, &json!([])))
}

/// What a reader may change about the text, one after the other: nothing may be pushed out of the page.
pub(crate) fn overflow_when_changed(browser: &Browser) -> Vec<String> {
    const CHANGES: [(&str, &str); 3] = [
        ("200 % text", "document.documentElement.style.fontSize = '200%'"),
        (
            "text spacing (WCAG 1.4.12)",
            "for (const e of document.body.querySelectorAll('*')) Object.assign(e.style,
            {lineHeight: '1.5', letterSpacing: '.12em', wordSpacing: '.16em'})",
        ),
        ("right to left", "document.documentElement.dir = 'rtl'"),
    ];
    let mut faults = Vec::new();
    for (name, change) in CHANGES {
        browser.reload();
        browser.run(change, &json!([]));
        faults.extend(overflow(browser).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults
}

/// What sticks to the edges of a low window leaves at least half of it to the content.
pub(crate) fn crowded(browser: &Browser) -> Vec<String> {
    let script = "window.scrollTo(0, 200);
        const stuck = [...document.body.querySelectorAll('*')].filter((e) => {
          const style = getComputedStyle(e);
          return ['fixed', 'sticky'].includes(style.position) && style.visibility !== 'hidden';
        }).map((e) => e.getBoundingClientRect())
          .filter((box) => box.width > 2 && box.bottom > 0 && box.top < innerHeight && (box.top <= 0 || box.bottom >= innerHeight));
        const taken = stuck.reduce((sum, box) => sum + Math.min(box.bottom, innerHeight) - Math.max(box.top, 0), 0);
        window.scrollTo(0, 0);
        return taken * 2 > innerHeight ? [`${Math.round(taken)} of ${innerHeight} px are covered`] : [];";
    strings(&browser.run(script, &json!([])))
}

/// All gates on one page, in both schemes and at several sizes, with a picture of each.
pub(crate) fn faults(browser: &Browser, name: &str, url: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut note = |what: String, found: Vec<String>| {
        faults.extend(found.into_iter().map(|fault| format!("{name}, {what}: {fault}")));
    };
    for scheme in [Scheme::Light, Scheme::Dark] {
        browser.prefer(scheme);
        for screen in [Screen::Narrow, Screen::Phone, Screen::Wide] {
            browser.screen(screen);
            browser.go(url);
            let what = format!("{scheme:?} {screen:?}").to_lowercase();
            browser.picture(&format!("{name}-{}", what.replace(' ', "-")));
            note(what.clone(), overflow(browser));
            // Also what a reader has to unfold.
            browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true })", &json!([]));
            note(format!("{what} unfolded"), axe(browser));
            note(format!("{what} unfolded"), overflow(browser));
            note(format!("{what} unfolded"), hidden_focus(browser));
            if !matches!(screen, Screen::Wide) {
                note(format!("{what} unfolded"), small_targets(browser));
            }
            note(format!("{what} console"), browser.console_errors());
        }
    }
    browser.screen(Screen::Narrow);
    note("narrow".to_owned(), overflow_when_changed(browser));
    browser.screen(Screen::Low);
    browser.go(url);
    note("low".to_owned(), crowded(browser));
    faults
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}
