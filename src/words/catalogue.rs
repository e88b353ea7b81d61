//! The catalogues of messages, embedded, and one voice for each language.
//!
//! A message that is missing, or that needs a missing piece, is said in the next language of the chain:
//! half a sentence with a raw name in it would be worse than a whole one in English. English is complete
//! by test.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::Arc;

use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// The languages of the box and their texts; the first is complete and everybody's last resort.
const CATALOGUES: [(&str, &str); 2] = [
    ("en", include_str!("../../data/locales/en/events.ftl")),
    ("de", include_str!("../../data/locales/de/events.ftl")),
];

/// All voices of the box. Made once at the start; cloned by pointer.
#[derive(Clone)]
pub struct Words {
    voices: Arc<[Voice]>,
}

/// One language's way to say things, with what it falls back to.
pub struct Voice {
    lang: String,
    rtl: bool,
    chain: Vec<Arc<Bundle>>,
}

impl Words {
    /// Reads the embedded catalogues.
    ///
    /// # Panics
    /// Never in a build whose tests passed: they read every catalogue.
    #[must_use]
    pub fn new() -> Self {
        let bundles: Vec<_> =
            CATALOGUES.iter().map(|(lang, text)| (*lang, Arc::new(bundle(lang, text)))).collect();
        let voices = bundles.iter().map(|(lang, own)| {
            let mut chain = vec![Arc::clone(own)];
            chain.extend(bundles.first().filter(|(first, _)| first != lang).map(|(_, b)| Arc::clone(b)));
            Voice { lang: (*lang).to_owned(), rtl: is_rtl_language(lang), chain }
        });
        Self { voices: voices.collect() }
    }

    /// The tags of the languages there are, the complete one first.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.voices.iter().map(|voice| voice.lang.as_str())
    }

    /// The voice nearest to a language tag: `de-AT` is spoken as `de`, what nobody speaks as English.
    #[must_use]
    pub fn voice(&self, tag: &str) -> &Voice {
        let mut tag = tag;
        loop {
            if let Some(voice) = self.voices.iter().find(|voice| voice.lang.eq_ignore_ascii_case(tag)) {
                return voice;
            }
            match tag.rsplit_once('-') {
                Some((shorter, _)) => tag = shorter,
                None => return &self.voices[0],
            }
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.languages()).finish()
    }
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Voice").field(&self.lang).finish()
    }
}

impl Voice {
    /// The tag of its language.
    #[must_use]
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// The first of these messages that exists and can be said whole, language by language.
    pub(super) fn say(&self, ids: &[String], values: &FluentArgs<'_>) -> Option<String> {
        self.chain.iter().find_map(|bundle| ids.iter().find_map(|id| format(bundle, id, values)))
    }

    /// A name as it stands in a sentence. Where it runs the other way than the language it is isolated
    /// (Unicode bidi FSI…PDI), or a following number would jump to its wrong side.
    pub(super) fn name(&self, name: &str) -> String {
        match name.chars().find(|c| c.is_alphabetic()).map(is_rtl) {
            Some(rtl) if rtl != self.rtl => format!("\u{2068}{name}\u{2069}"),
            _ => name.to_owned(),
        }
    }
}

fn bundle(lang: &str, text: &str) -> Bundle {
    let lang: LanguageIdentifier = lang.parse().expect("the tags of the catalogues are well formed");
    let resource = FluentResource::try_new(text.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("the catalogue {lang} cannot be read: {errors:?}"));
    let mut bundle = Bundle::new_concurrent(vec![lang]);
    // Marks around every value would stand in every sentence and in its way; `Voice::name` sets the few needed.
    bundle.set_use_isolating(false);
    bundle.add_builtins().expect("a new bundle has no function yet");
    bundle.add_resource(resource).expect("a catalogue names each message once");
    bundle
}

fn format(bundle: &Bundle, id: &str, values: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(values), &mut errors);
    if errors.is_empty() {
        return Some(text.into_owned());
    }
    log::warn!("the message {id} of {:?} cannot be said: {errors:?}", bundle.locales);
    None
}

fn is_rtl_language(lang: &str) -> bool {
    ["ar", "fa", "he", "ur", "ps", "ckb", "yi"].contains(&lang)
}

/// Letters of the scripts written from right to left, by their blocks in Unicode.
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use fluent_bundle::FluentArgs;

    use super::{CATALOGUES, Words, bundle, format};

    #[test]
    fn a_region_falls_back_to_its_language_and_the_unknown_to_english() {
        let words = Words::new();
        for (tag, lang) in
            [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("de-Latn-CH", "de"), ("xx", "en"), ("", "en")]
        {
            assert_eq!(words.voice(tag).lang(), lang, "{tag}");
        }
    }

    /// The ids of a catalogue's messages, by the form of its lines.
    fn ids(text: &str) -> impl Iterator<Item = &str> {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(id, _)| id))
    }

    #[test]
    fn every_message_can_be_said_whole_whatever_its_values() {
        for (lang, text) in CATALOGUES {
            let bundle = bundle(lang, text);
            for id in ids(text) {
                for has in ["player-time", "player", "time", "nothing"] {
                    for (time, yes) in [("minute", "yes"), ("added", "no"), ("clock", "yes")] {
                        for n in [0, 1, 2, 3, 5, 11, 21] {
                            let values = values(has, time, yes, n);
                            let said = format(&bundle, id, &values);
                            let said = said.unwrap_or_else(|| panic!("{lang}: {id} with {has}, {time}, {n}"));
                            assert!(!said.contains(['{', '}']), "{lang}: {id}: {said}");
                            assert!(!said.contains("  ") && !said.contains(".."), "{lang}: {id}: {said}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_language_has_a_message_the_complete_one_lacks() {
        let complete: Vec<_> = ids(CATALOGUES[0].1).collect();
        for (lang, text) in &CATALOGUES[1..] {
            for id in ids(text).filter(|id| !complete.contains(id)) {
                // A play may be named where English is content with the sport file's label.
                assert!(id.starts_with("action-"), "{lang} has {id}, English has not");
            }
        }
    }

    #[test]
    fn english_ordinals_follow_cldr() {
        let bundle = bundle(CATALOGUES[0].0, CATALOGUES[0].1);
        for (minute, said) in [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (21, "21st"),
            (67, "67th"),
            (90, "90th"),
            (101, "101st"),
            (111, "111th"),
        ] {
            let values = values("time", "minute", "no", minute);
            assert_eq!(format(&bundle, "when", &values), Some(format!("{said} minute")));
        }
    }

    fn values(has: &str, time: &str, yes: &str, n: i64) -> FluentArgs<'static> {
        let mut values = FluentArgs::new();
        for name in [
            "side",
            "player",
            "other",
            "label",
            "the",
            "the-start",
            "target",
            "reason",
            "sentence",
            "now",
            "clock",
            "noun",
            "home",
            "away",
            "winner",
            "question",
            "options",
            "named",
            "places",
            "hundredths",
        ] {
            values.set(name, "X");
        }
        for name in ["sided", "paired", "scored", "reasoned", "awarded-score", "few", "lot"] {
            values.set(name, yes.to_owned());
        }
        for name in [
            "value",
            "minute",
            "added",
            "cascaded",
            "n",
            "home-score",
            "away-score",
            "home-kicks",
            "away-kicks",
            "most",
            "left",
            "turnout",
            "place",
            "count",
            "whole",
        ] {
            values.set(name, n);
        }
        for (name, value) in
            [("has", has), ("time", time), ("award", "forfeit"), ("ended", "shootout"), ("kind", "normal")]
        {
            values.set(name, value.to_owned());
        }
        let vote = [("how", "multiple"), ("until", "minutes"), ("access", "ticket"), ("unit", "points")];
        for (name, value) in vote {
            values.set(name, value);
        }
        values
    }

    #[test]
    fn only_a_name_that_runs_the_other_way_is_isolated() {
        let words = Words::new();
        let voice = words.voice("en");
        assert_eq!(voice.name("Reds"), "Reds");
        assert_eq!(voice.name("9"), "9");
        assert_eq!(voice.name("الزمالك"), "\u{2068}الزمالك\u{2069}");
    }
}
