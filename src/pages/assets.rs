//! Style, script and icons, embedded in the binary, named by the hash of their content, compressed at the start.
//!
//! Called by the templates (addresses) and by `api` (bytes). The script lies in `web/script` as one module an idea,
//! and the tests run those files as they are. A page gets its modules joined into one: a first load over a crowded
//! cell costs a round trip a request, and one content hash makes it cacheable for ever.

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Bytes of one file in both encodings.
#[derive(Debug)]
pub struct Asset {
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// First hexadecimal digits of the SHA-256 of the content: `?v=` and the entity tag.
    pub hash: String,
    /// The content.
    pub plain: Vec<u8>,
    /// The content, gzipped.
    pub gzip: Vec<u8>,
}

/// Every asset by name.
#[derive(Debug)]
pub(crate) struct Assets(Vec<(&'static str, Asset)>);

macro_rules! module {
    ($name:literal) => {
        include_str!(concat!("../../web/script/", $name, ".js"))
    };
}

// A module stands after those it imports.
const SHARED: [&str; 6] = [
    module!("words"),
    module!("clock"),
    module!("board"),
    module!("transports"),
    module!("link"),
    module!("announcer"),
];
const VIEW: [&str; 2] = [module!("view"), module!("page")];
const DESK: [&str; 15] = [
    module!("command"),
    module!("store"),
    module!("outbox"),
    module!("desk-dom"),
    module!("desk-time"),
    module!("desk-ask"),
    module!("desk-choose"),
    module!("desk-undo"),
    module!("desk-panel"),
    module!("desk-login"),
    module!("desk-words"),
    module!("desk-scorer"),
    module!("desk-keys"),
    module!("desk-rows"),
    module!("desk"),
];

impl Assets {
    pub(crate) fn embedded() -> Self {
        let script =
            |more: &[&'static str]| joined(SHARED.into_iter().chain(VIEW).chain(more.iter().copied()));
        let css = include_str!("../../web/app.css").to_owned();
        let icon = include_str!("../../web/icon.svg").to_owned();
        let javascript = "text/javascript; charset=utf-8";
        Self(vec![
            ("app.css", asset("text/css; charset=utf-8", css)),
            ("staff.css", asset("text/css; charset=utf-8", include_str!("../../web/staff.css").to_owned())),
            ("desk.js", asset(javascript, script(&DESK))),
            ("fan.js", asset(javascript, script(&[module!("polls"), module!("fan")]))),
            ("vote.js", asset(javascript, script(&[module!("result"), module!("ballot"), module!("vote")]))),
            ("organiser-votes.js", asset(javascript, script(&[module!("organiser-votes")]))),
            ("status.js", asset(javascript, script(&[module!("status")]))),
            (
                "organiser.js",
                asset(javascript, script(&[module!("command"), module!("table"), module!("organiser")])),
            ),
            ("icon.svg", asset("image/svg+xml", icon)),
        ])
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Asset> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, asset)| asset)
    }

    pub(crate) fn url(&self, name: &str) -> Option<String> {
        self.get(name).map(|asset| format!("/assets/{name}?v={}", asset.hash))
    }
}

/// Several modules as one: their imports of each other and their comment lines dropped, `export` taken off.
fn joined<'a>(modules: impl Iterator<Item = &'a str>) -> String {
    let mut script = String::new();
    for line in modules.flat_map(str::lines) {
        if line.starts_with("import ") || line.trim_start().starts_with("//") || line.trim().is_empty() {
            continue;
        }
        script.push_str(line.strip_prefix("export ").unwrap_or(line));
        script.push('\n');
    }
    script
}

fn asset(content_type: &'static str, text: String) -> Asset {
    let plain = text.into_bytes();
    let hash = Sha256::digest(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&plain).expect("writing to memory cannot fail");
    let gzip = encoder.finish().expect("writing to memory cannot fail");
    Asset { content_type, hash, plain, gzip }
}

#[cfg(test)]
mod tests {
    use super::{Assets, joined};
    use std::collections::HashSet;

    #[test]
    fn joining_leaves_no_import_and_no_name_twice() {
        let assets = Assets::embedded();
        for name in ["fan.js", "desk.js", "status.js", "vote.js", "organiser-votes.js"] {
            let script = String::from_utf8(assets.get(name).expect("embedded").plain.clone()).expect("text");
            assert!(!script.contains("\nimport ") && !script.contains("\nexport "), "{name} is not joined");
            let mut seen = HashSet::new();
            for line in script.lines() {
                let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
                let word = words.next().unwrap_or_default();
                let word = if word == "async" { words.next().unwrap_or_default() } else { word };
                if matches!(word, "const" | "let" | "function" | "class")
                    && let Some(declared) = words.next().filter(|declared| !declared.is_empty())
                {
                    assert!(seen.insert(declared.to_owned()), "{name} declares {declared} twice");
                }
            }
        }
    }

    #[test]
    fn joined_code_keeps_what_is_inside_lines() {
        let modules =
            ["// a\nimport { b } from \"./b.js\";\nexport const a = \"http://x\";\n", "  f(); // why\n"];
        assert_eq!(joined(modules.into_iter()), "const a = \"http://x\";\n  f(); // why\n");
    }

    #[test]
    fn an_address_changes_with_the_content_only() {
        let assets = Assets::embedded();
        assert_eq!(assets.url("app.css"), Assets::embedded().url("app.css"));
        assert_ne!(assets.get("fan.js").map(|a| &a.hash), assets.get("desk.js").map(|a| &a.hash));
        assert!(assets.get("../Cargo.toml").is_none());
    }
}
