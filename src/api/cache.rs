//! Answers made once a channel's frame and shared by all who ask: pages and boards, plain and gzipped.
//!
//! Filled by the handlers of `public`, read before tide by `Api::hot`. An answer is good while its channel
//! stands at the same frame and for at most a second: a page tells the time it was made at.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::hub::{ChannelId, Hub};
use crate::net::encode::{BadHeader, Hot};

/// How long an answer is good, in milliseconds: what `max-age=1` promises.
const GOOD_MS: u64 = 1_000;
/// Beyond this many answers the cache is emptied; a venue has fewer games and languages.
const MOST: usize = 256;

/// An answer in the three forms a client can get.
#[derive(Debug)]
pub(crate) struct Cached {
    /// Its validator, without the suffix of the gzipped form.
    pub(crate) etag: String,
    headers: Vec<(String, String)>,
    channel: ChannelId,
    frame: u64,
    made_ms: u64,
    plain: Hot,
    gzipped: Hot,
    not_modified: [Hot; 2],
}

/// How a client wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is.
    Identity,
    /// With `Content-Encoding: gzip`.
    Gzip,
}

impl Coding {
    /// What an `Accept-Encoding` allows.
    pub(crate) fn of(accept: Option<&str>) -> Self {
        let takes = |entry: &str| {
            let mut parts = entry.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let refused = parts.any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            matches!(name, "gzip" | "x-gzip" | "*") && !refused
        };
        if accept.is_some_and(|accept| accept.split(',').any(takes)) { Self::Gzip } else { Self::Identity }
    }
}

/// What an answer is made of.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    /// The channel it shows.
    pub(crate) channel: ChannelId,
    /// That channel's frame it was made from.
    pub(crate) frame: u64,
    /// When, on the monotonic line.
    pub(crate) now_ms: u64,
    /// The validator, opaque, without quotes.
    pub(crate) etag: String,
    /// Header fields beside those of caching and coding.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Cached {
    /// Encodes an answer.
    pub(crate) fn new(made: &Made<'_>) -> Result<Self, BadHeader> {
        let etags = [format!("W/\"{}\"", made.etag), format!("W/\"{}+gzip\"", made.etag)];
        let common = [("cache-control", "max-age=1"), ("vary", "Accept-Encoding")];
        let form = |status: u16, coding: Coding, body: &[u8]| {
            let mut headers = [made.headers, &common].concat();
            headers.push(("etag", &etags[usize::from(coding == Coding::Gzip)]));
            if coding == Coding::Gzip && status == 200 {
                headers.push(("content-encoding", "gzip"));
            }
            Hot::new(status, &headers, body)
        };
        Ok(Self {
            channel: made.channel,
            frame: made.frame,
            made_ms: made.now_ms,
            plain: form(200, Coding::Identity, made.body)?,
            gzipped: form(200, Coding::Gzip, &gzip(made.body))?,
            not_modified: [form(304, Coding::Identity, b"")?, form(304, Coding::Gzip, b"")?],
            headers: owned(&[made.headers, &common].concat()),
            etag: made.etag.clone(),
        })
    }

    /// The same as [`Cached::answer`], for a handler that came here the long way.
    pub(crate) fn response(&self, coding: Coding, held: Validators<'_>) -> tide::Response {
        let unchanged = held.matches(&self.etag);
        let hot = self.answer(coding, held);
        let body = hot.bytes()[hot.head().len()..].to_vec();
        let mut response = tide::Response::new(if unchanged { 304 } else { 200 });
        for (name, value) in &self.headers {
            response.insert_header(name.as_str(), value);
        }
        let suffix = if coding == Coding::Gzip { "+gzip" } else { "" };
        response.insert_header("etag", format!("W/\"{}{suffix}\"", self.etag));
        if !unchanged {
            if coding == Coding::Gzip {
                response.insert_header("content-encoding", "gzip");
            }
            // Setting a body would overwrite the content type that stands there.
            let kind = response.content_type();
            response.set_body(body);
            if let Some(kind) = kind {
                response.set_content_type(kind);
            }
        }
        response
    }

    /// The form this client wants: 304 where it holds the same already.
    pub(crate) fn answer(&self, coding: Coding, held: Validators<'_>) -> Hot {
        if held.matches(&self.etag) {
            return self.not_modified[usize::from(coding == Coding::Gzip)].clone();
        }
        match coding {
            Coding::Identity => self.plain.clone(),
            Coding::Gzip => self.gzipped.clone(),
        }
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a client says it holds (RFC 9110 §13.1).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Validators<'a> {
    /// `If-None-Match`.
    pub(crate) none_match: Option<&'a str>,
}

impl Validators<'_> {
    /// Whether the client holds the answer of that validator, compared weakly (RFC 9110 §8.8.3.2).
    fn matches(self, etag: &str) -> bool {
        let Some(list) = self.none_match else { return false };
        list.split(',').any(|held| {
            let held = held.trim();
            let opaque = held.strip_prefix("W/").unwrap_or(held).trim_matches('"');
            held == "*" || opaque.strip_suffix("+gzip").unwrap_or(opaque) == etag
        })
    }
}

/// The answers of the moment, by address.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<String, Arc<Cached>>>);

impl Cache {
    /// The answer for an address, if it is still good.
    pub(crate) fn get(&self, address: &str, hub: &Hub, now_ms: u64) -> Option<Arc<Cached>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = entries.get(address)?;
        let fresh = now_ms.saturating_sub(cached.made_ms) < GOOD_MS;
        (fresh && hub.retained(cached.channel).is_some_and(|now| now.frame == cached.frame))
            .then(|| Arc::clone(cached))
    }

    /// Keeps the answer for an address.
    pub(crate) fn put(&self, address: &str, cached: Cached) -> Arc<Cached> {
        let cached = Arc::new(cached);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(address.to_owned(), Arc::clone(&cached));
        cached
    }
}

/// The bytes gzipped: what a plain-HTTP browser offers to take.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::{Coding, Validators};

    #[test]
    fn a_weak_a_listed_and_a_gzipped_validator_all_match() {
        for held in ["W/\"k:7-en\"", "\"k:7-en\"", "\"x\", W/\"k:7-en+gzip\"", "*"] {
            assert!(Validators { none_match: Some(held) }.matches("k:7-en"), "{held}");
        }
        assert!(!Validators { none_match: Some("W/\"k:8-en\"") }.matches("k:7-en"));
        assert!(!Validators::default().matches("k:7-en"));
    }

    #[test]
    fn gzip_is_used_only_where_it_is_taken() {
        for (accept, coding) in [
            (Some("gzip, deflate"), Coding::Gzip),
            (Some("br;q=1.0, *;q=0.1"), Coding::Gzip),
            (Some("gzip;q=0"), Coding::Identity),
            (Some("identity"), Coding::Identity),
            (None, Coding::Identity),
        ] {
            assert_eq!(Coding::of(accept), coding, "{accept:?}");
        }
    }
}
