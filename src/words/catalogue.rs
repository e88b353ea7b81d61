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
    use super::Words;

    #[test]
    fn a_region_falls_back_to_its_language_and_the_unknown_to_english() {
        let words = Words::new();
        for (tag, lang) in
            [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("de-Latn-CH", "de"), ("xx", "en"), ("", "en")]
        {
            assert_eq!(words.voice(tag).lang(), lang, "{tag}");
        }
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
