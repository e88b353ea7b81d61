//! A WebDriver client: a real Chromium through chromedriver, over a plain socket.
//!
//! Each [`Browser`] is a device of its own: a chromedriver on a port of the system's choice, a new profile, one
//! window. Both processes end with it, by their own means and ids. What WebDriver has no word for goes through
//! the DevTools protocol.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::common::folder::Folder;
use crate::common::http::Client;
use crate::common::server::path;
use crate::common::wait;

const RECORDER: &str = include_str!("recorder.js");
/// Started without the world outside: no updates, no sync, nothing that talks by itself.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
/// How WebDriver names an element in its JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The size and kind of a screen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Screen {
    /// A phone, 360 by 740.
    Phone,
    /// The narrowest that must do without scrolling sideways, 320 by 568 (WCAG 1.4.10).
    Narrow,
    /// A phone lying on its side with the keyboard up: 568 by 256.
    Low,
    /// A full-HD screen.
    Wide,
}

/// What the reader's system prefers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Whether the device reaches the network.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Network {
    /// It does.
    Up,
    /// It does not.
    Down,
}

/// What a live region was changed to, as the recorder in the page wrote it down.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Spoken {
    /// Milliseconds since the page began.
    pub(crate) t: u64,
    /// The region's id.
    pub(crate) region: String,
    /// `polite` or `assertive`.
    pub(crate) politeness: String,
    /// The words.
    pub(crate) text: String,
    /// How many nodes were added for it.
    pub(crate) nodes: usize,
    /// Changed while busy: some screen readers never say it.
    pub(crate) lost: bool,
}

/// One Chromium with one window.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    session: String,
    _profile: Folder,
}

/// Something on the page.
pub(crate) struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    pub(crate) fn open(screen: Screen) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: it is installed and in PATH");
        let client = Client::new(started(&mut driver));
        let profile = Folder::new("chromium");
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", path(profile.path())));
        // From here on dropping ends the driver, also when the session does not come about.
        let mut browser = Self { driver, client, session: String::new(), _profile: profile };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            // A venue without a name has a certificate that people accept by hand.
            "acceptInsecureCerts": true,
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let made = browser.ask("POST", "/session", &wanted);
        browser.session = made["sessionId"].as_str().expect("a session has an id").to_owned();
        browser.cdp("Page.enable", &json!({}));
        browser.before_each_page(RECORDER);
        browser.screen(screen);
        browser
    }

    /// One WebDriver request; the answer's `value`.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        match self.try_ask(method, path, body) {
            Ok(value) => value,
            Err(message) => panic!("{method} {path} {body}: {message}"),
        }
    }

    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = self
            .client
            .send(method, path, "application/json", body.as_bytes())
            .map_err(|error| format!("chromedriver does not answer: {error}"))?;
        let value = answer.json()["value"].clone();
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(value["message"].as_str().unwrap_or("?").to_owned())
        }
    }

    fn post(&self, what: &str, body: &Value) -> Value {
        self.ask("POST", &format!("/session/{}/{what}", self.session), body)
    }

    fn read(&self, what: &str) -> Value {
        self.ask("GET", &format!("/session/{}/{what}", self.session), &Value::Null)
    }

    pub(crate) fn go(&self, url: &str) {
        self.post("url", &json!({"url": url}));
    }

    pub(crate) fn reload(&self) {
        self.post("refresh", &json!({}));
    }

    pub(crate) fn address(&self) -> String {
        text_of(&self.read("url"))
    }

    /// Runs script in the page; `return` gives the value, `arguments` the arguments.
    pub(crate) fn run(&self, script: &str, arguments: &Value) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Runs script that ends by calling the last of its arguments.
    pub(crate) fn run_async(&self, script: &str, arguments: &Value) -> Value {
        self.post("execute/async", &json!({"script": script, "args": arguments}))
    }

    /// One command of the DevTools protocol.
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Script that runs in every page from now on, before the page's own.
    pub(crate) fn before_each_page(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script}));
    }

    pub(crate) fn screen(&self, screen: Screen) {
        let (width, height, mobile) = match screen {
            Screen::Phone => (360, 740, true),
            Screen::Narrow => (320, 568, true),
            Screen::Low => (568, 256, true),
            Screen::Wide => (1920, 1080, false),
        };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.cdp("Emulation.setDeviceMetricsOverride", &metrics);
        self.cdp("Emulation.setTouchEmulationEnabled", &json!({"enabled": mobile}));
    }

    pub(crate) fn prefer(&self, scheme: Scheme) {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.cdp("Emulation.setEmulatedMedia", &feature);
    }

    /// From the next page on, the page's own script does not run; the test's still does.
    pub(crate) fn switch_script_off(&self) {
        self.cdp("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    }

    pub(crate) fn network(&self, network: Network) {
        let offline = matches!(network, Network::Down);
        let conditions = json!({"offline": offline, "latency": 0, "throughput": -1});
        self.post("chromium/network_conditions", &json!({"network_conditions": conditions}));
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element<'_>> {
        let path = format!("/session/{}/element", self.session);
        let found = self.try_ask("POST", &path, &json!({"using": "css selector", "value": selector})).ok()?;
        Some(Element { browser: self, id: found[ELEMENT].as_str()?.to_owned() })
    }

    /// The element, when it is there within the limit.
    pub(crate) fn wait_for(&self, selector: &str, limit: Duration) -> Element<'_> {
        wait::until(&format!("{selector} on {}", self.address()), limit, || self.find(selector))
    }

    /// The element, which must be there.
    pub(crate) fn element(&self, selector: &str) -> Element<'_> {
        match self.find(selector) {
            Some(element) => element,
            None => panic!("no {selector} on {}:\n{}", self.address(), text_of(&self.read("source"))),
        }
    }

    /// The text in the first element of that kind, spaces folded, whether visible or not; empty without one.
    pub(crate) fn words(&self, selector: &str) -> String {
        let script =
            "return document.querySelector(arguments[0])?.textContent.replace(/\\s+/g, ' ').trim() ?? ''";
        text_of(&self.run(script, &json!([selector])))
    }

    /// Waits until the text of that element holds those words.
    pub(crate) fn wait_for_words(&self, selector: &str, words: &str, limit: Duration) {
        wait::until(&format!("{words:?} in {selector} on {}", self.address()), limit, || {
            self.words(selector).contains(words).then_some(())
        });
    }

    /// What the live regions were told since the page was loaded.
    pub(crate) fn spoken(&self) -> Vec<Spoken> {
        serde_json::from_value(self.run("return window.__spoken", &json!([])))
            .expect("the recorder runs in the page")
    }

    /// Live regions that held text when the page arrived.
    pub(crate) fn filled_at_load(&self) -> Value {
        self.run("return window.__filledAtLoad", &json!([]))
    }

    /// Errors and refusals on the page's console, the content security policy's included, since last asked.
    pub(crate) fn console_errors(&self) -> Vec<String> {
        let entries = self.post("se/log", &json!({"type": "browser"}));
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| text_of(&entry["message"])).collect()
    }

    /// The whole accessibility tree, as the DevTools protocol gives it.
    pub(crate) fn accessibility_tree(&self) -> Vec<Value> {
        let tree = self.cdp("Accessibility.getFullAXTree", &json!({}));
        tree["nodes"].as_array().cloned().unwrap_or_default()
    }

    /// Writes what the window shows to `target/pictures/NAME.png`.
    pub(crate) fn picture(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        std::fs::create_dir_all(&folder).expect("target can be written");
        let encoded = text_of(&self.read("screenshot"));
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).expect("a picture is base64");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("target can be written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session ends Chromium; ending chromedriver alone would leave it behind.
        if !self.session.is_empty() {
            let _ = self.client.send("DELETE", &format!("/session/{}", self.session), "", b"");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Element<'_> {
    fn post(&self, what: &str, body: &Value) -> Value {
        self.browser.post(&format!("element/{}/{what}", self.id), body)
    }

    fn read(&self, what: &str) -> String {
        text_of(&self.browser.read(&format!("element/{}/{what}", self.id)))
    }

    pub(crate) fn click(&self) {
        // By itself the driver scrolls only as far as the edge, where the page's bar lies over it.
        let element = json!({ELEMENT: self.id});
        self.browser.run("arguments[0].scrollIntoView({block: 'center'})", &json!([element]));
        self.post("click", &json!({}));
    }

    /// Types into a field, in place of what stands there.
    pub(crate) fn fill(&self, text: &str) {
        self.post("clear", &json!({}));
        self.post("value", &json!({"text": text}));
    }

    /// The rendered text: what a sighted reader sees.
    pub(crate) fn text(&self) -> String {
        self.read("text")
    }

    pub(crate) fn attribute(&self, name: &str) -> String {
        self.read(&format!("attribute/{name}"))
    }

    /// The role a screen reader hears.
    pub(crate) fn role(&self) -> String {
        self.read("computedrole")
    }

    /// The name a screen reader hears.
    pub(crate) fn label(&self) -> String {
        self.read("computedlabel")
    }
}

/// The address chromedriver says it listens on.
fn started(driver: &mut Child) -> SocketAddr {
    // Borrowed, so that the pipe stays open: chromedriver writes to it now and then.
    let stdout = BufReader::new(driver.stdout.as_mut().expect("stdout is a pipe"));
    for line in stdout.lines().map_while(Result::ok) {
        let port = line
            .split("successfully on port ")
            .nth(1)
            .and_then(|rest| rest.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            return SocketAddr::from(([127, 0, 0, 1], port));
        }
    }
    let _ = driver.kill();
    let _ = driver.wait();
    panic!("chromedriver named no port");
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
