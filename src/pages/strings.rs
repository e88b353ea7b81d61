//! The pages' words, by language, from `data/locales/*/` (Project Fluent): `pages.ftl` for every page, and a file for
//! each kind of staff page and for votes.
//!
//! Called by the templates through `t(id, …)` and by the page models. The script gets its words from here too,
//! through the page, so that there is never a second list.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde_json::{Map, Value};
use std::fmt;
use unic_langid::LanguageIdentifier;

/// One language's file of words: language, file, text.
type File = (&'static str, &'static str, &'static str);

macro_rules! files {
    ($lang:literal: $($name:literal),*) => {
        &[$(($lang, $name, include_str!(concat!("../../data/locales/", $lang, "/", $name, ".ftl")))),*]
    };
}

const CATALOGUES: &[(&str, &[File])] =
    &[("en", files!("en": "pages", "desk", "organiser", "people", "votes", "status"))];

/// Which files' `js-` messages a script gets: what a fan loads holds nothing for staff.
fn files_of(script: &str) -> &'static [&'static str] {
    match script {
        "desk.js" => &["pages", "desk"],
        "fan.js" | "vote.js" => &["pages", "votes"],
        _ => &["pages", "organiser", "people", "votes", "status"],
    }
}

/// One number for each plural category of the languages the box speaks; the page's script takes the text whose
/// number falls into the same category as the number it has (CLDR).
const PLURAL_SAMPLES: [u32; 6] = [0, 1, 2, 3, 11, 100];

/// Every placeholder a message for the script may have; each reaches the script as `{name}`.
const PLACEHOLDERS: &[&str] =
    &["count", "home", "away", "h", "a", "when", "last", "age", "time", "reason", "noun"];

/// The words of every language there is a catalogue for; the first is the one fallen back to.
pub(crate) struct Strings {
    languages: Vec<(&'static str, FluentBundle<FluentResource>)>,
    for_script: Vec<(&'static str, &'static str, Map<String, Value>)>,
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.languages.iter().map(|(lang, _)| lang)).finish()
    }
}

impl Strings {
    /// # Panics
    /// When an embedded catalogue does not parse.
    pub(crate) fn embedded() -> Self {
        let mut languages = Vec::new();
        let mut for_script = Vec::new();
        for (lang, files) in CATALOGUES {
            let bundle = bundle(lang, files);
            for (lang, file, source) in *files {
                for_script.push((*lang, *file, script_strings(&bundle, source)));
            }
            languages.push((*lang, bundle));
        }
        Self { languages, for_script }
    }

    /// The language that will really be used for a wish such as `en-GB`.
    pub(crate) fn known(&self, wish: &str) -> &'static str {
        let primary = wish.split(['-', '_']).next().unwrap_or_default();
        let found = self.languages.iter().find(|(lang, _)| *lang == wish || *lang == primary);
        found.or(self.languages.first()).map(|(lang, _)| *lang).unwrap_or("en")
    }

    /// A message with its placeholders filled in; `None` when no catalogue has it. An argument named `n` that is a
    /// whole number chooses the plural form.
    pub(crate) fn text(&self, wish: &str, id: &str, arguments: &[(&str, &str)]) -> Option<String> {
        let lang = self.known(wish);
        let in_order =
            self.languages.iter().filter(|(l, _)| *l == lang).chain(self.languages.iter()).map(|(_, b)| b);
        in_order.into_iter().find_map(|bundle| {
            let mut fluent = FluentArgs::new();
            for (name, value) in arguments {
                match value.parse::<u32>() {
                    Ok(number) if *name == "n" => fluent.set(*name, number),
                    _ => fluent.set(*name, FluentValue::from(*value)),
                }
            }
            format(bundle, id, &fluent)
        })
    }

    /// As [`Strings::text`] for messages that are known to exist; an unknown one shows its id.
    pub(crate) fn say(&self, lang: &str, id: &str, arguments: &[(&str, &str)]) -> String {
        self.text(lang, id, arguments).unwrap_or_else(|| id.to_owned())
    }

    /// The messages for that script: those whose id begins with `js-`, without that prefix: a text with `{name}`
    /// placeholders, or texts by plural sample.
    pub(crate) fn for_script(&self, wish: &str, script: &str) -> Value {
        let (lang, wanted) = (self.known(wish), files_of(script));
        let files = self.for_script.iter().filter(|(l, file, _)| *l == lang && wanted.contains(file));
        Value::Object(files.flat_map(|(_, _, words)| words.clone()).collect())
    }
}

/// `rtl` for the languages written from right to left.
pub(crate) fn direction(lang: &str) -> &'static str {
    match lang.split('-').next().unwrap_or_default() {
        "ar" | "fa" | "he" | "ur" => "rtl",
        _ => "ltr",
    }
}

fn bundle(lang: &str, files: &[File]) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = lang.parse().expect("embedded catalogues are named by language tags");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Names are isolated by <bdi> in the page; marks inside the text would be spoken by some screen readers.
    bundle.set_use_isolating(false);
    for (_, _, source) in files {
        let resource = FluentResource::try_new((*source).to_owned()).expect("embedded catalogues parse");
        bundle.add_resource(resource).expect("no message of a language is defined twice");
    }
    bundle
}

fn format(bundle: &FluentBundle<FluentResource>, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut faults).into_owned();
    for fault in faults {
        log::warn!("message {id} of the pages' words: {fault}");
    }
    Some(text)
}

fn script_strings(bundle: &FluentBundle<FluentResource>, source: &str) -> Map<String, Value> {
    let ids = source.lines().filter_map(|line| line.split_once(" =")).map(|(id, _)| id);
    let mut strings = Map::new();
    for id in ids.filter(|id| id.starts_with("js-")) {
        let texts: Vec<String> = PLURAL_SAMPLES
            .iter()
            .filter_map(|sample| {
                let mut arguments = FluentArgs::new();
                for name in PLACEHOLDERS {
                    arguments.set(*name, format!("{{{name}}}"));
                }
                arguments.set("n", *sample);
                format(bundle, id, &arguments)
            })
            .collect();
        let same = texts.windows(2).all(|pair| pair[0] == pair[1]);
        let value = match texts.first() {
            Some(text) if same => Value::from(text.as_str()),
            _ => {
                PLURAL_SAMPLES.iter().zip(texts).map(|(n, text)| (n.to_string(), Value::from(text))).collect()
            }
        };
        strings.insert(id.trim_start_matches("js-").to_owned(), value);
    }
    strings
}

#[cfg(test)]
mod tests {
    use super::{Strings, direction};

    #[test]
    fn a_wish_falls_back_to_a_language_there_is() {
        let strings = Strings::embedded();
        assert_eq!(strings.known("en-GB"), "en");
        assert_eq!(strings.known("tlh"), "en");
        assert_eq!(direction("ar-EG"), "rtl");
    }

    #[test]
    fn plural_forms_are_chosen_by_n() {
        let strings = Strings::embedded();
        let say = |n: &str| strings.say("en", "js-new", &[("n", n), ("count", n)]);
        assert_eq!((say("1").as_str(), say("21").as_str()), ("1 new entry", "21 new entries"));
    }

    #[test]
    fn the_script_gets_every_plural_form_and_no_half_filled_placeholder() {
        let strings = Strings::embedded();
        let words = strings.for_script("en", "fan.js");
        assert_eq!(words["new"]["1"], "{count} new entry");
        assert_eq!(words["new"]["0"], "{count} new entries");
        assert_eq!(words["again"], "Again: {last}");
        assert!(!words.to_string().contains("{$"), "a placeholder is missing from PLACEHOLDERS: {words}");
    }
}
