//! The fields of a form with a file: `multipart/form-data` (RFC 7578), or an ordinary form.

use crate::wire::Problem;

/// The fields in order, each with its bytes; an empty one counts as absent.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, Vec<u8>)>);

impl Fields {
    /// Reads a body by its content type.
    ///
    /// # Errors
    /// A body of another kind, or one that does not hold to its boundary.
    pub(super) fn read(kind: &str, body: &[u8]) -> Result<Self, Problem> {
        if kind.starts_with("application/x-www-form-urlencoded") {
            let pairs = form_urlencoded::parse(body).into_owned();
            return Ok(Self::filled(pairs.map(|(name, text)| (name, text.into_bytes()))));
        }
        let boundary = kind.strip_prefix("multipart/form-data").and_then(|rest| parameter(rest, "boundary"));
        let Some(boundary) = boundary.filter(|boundary| (1..=70).contains(&boundary.len())) else {
            let detail = format!("The form came as `{kind}`; it is sent as multipart/form-data.");
            return Err(Problem::new(415, "unsupported-type", detail));
        };
        let torn = || Problem::new(400, "malformed", "The form is not whole: a part of it does not end.");
        let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
        let mut rest = after(body, first.as_bytes()).ok_or_else(torn)?;
        let mut fields = Vec::new();
        while !rest.starts_with(b"--") {
            rest = rest.strip_prefix(b"\r\n").ok_or_else(torn)?;
            let end = position(rest, between.as_bytes()).ok_or_else(torn)?;
            let part = &rest[..end];
            rest = &rest[end + between.len()..];
            let head = position(part, b"\r\n\r\n").ok_or_else(torn)?;
            let about = String::from_utf8_lossy(&part[..head]);
            let name = about.lines().find_map(|line| {
                let (field, value) = line.split_once(':')?;
                let own = field.trim().eq_ignore_ascii_case("content-disposition");
                own.then(|| parameter(value, "name")).flatten()
            });
            fields.push((name.ok_or_else(torn)?, part[head + 4..].to_vec()));
        }
        Ok(Self::filled(fields.into_iter()))
    }

    fn filled(fields: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        Self(fields.filter(|(_, bytes)| !bytes.trim_ascii().is_empty()).collect())
    }

    /// A field's bytes.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
    }

    /// A field's text, without the spaces around it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
    }
}

/// A parameter of a header's value: `; name="text"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let text = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case(wanted).then(|| text.to_owned())
    })
}

fn after<'a>(bytes: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    position(bytes, what).map(|at| &bytes[at + what.len()..])
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    // Only where the first byte is right is the rest compared: eight megabytes take no time.
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        if bytes[from + at..].starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Fields;

    const KIND: &str = "multipart/form-data; boundary=xyz";

    #[test]
    fn a_form_with_a_file_is_read_byte_for_byte() {
        let body = b"--xyz\r\nContent-Disposition: form-data; name=\"step\"\r\n\r\npreview\r\n\
            --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
            home,away\r\nA,--xyz\r\n\r\n--xyz\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--xyz--\r\n";
        let fields = Fields::read(KIND, body).expect("whole");
        assert_eq!(fields.text("step").as_deref(), Some("preview"));
        assert_eq!(fields.bytes("file"), Some(&b"home,away\r\nA,--xyz\r\n"[..]));
        assert!(fields.bytes("text").is_none(), "empty is absent");
    }

    #[test]
    fn a_form_cut_short_is_refused() {
        let body = b"--xyz\r\nContent-Disposition: form-data; name=\"step\"\r\n\r\nprev";
        assert_eq!(Fields::read(KIND, body).expect_err("torn").code, "malformed");
        assert_eq!(Fields::read("text/plain", b"").expect_err("no form").status, 415);
    }

    #[test]
    fn an_ordinary_form_is_read_too() {
        let fields = Fields::read("application/x-www-form-urlencoded", b"text=a%2Cb&day=").expect("a form");
        assert_eq!((fields.text("text").as_deref(), fields.bytes("day")), (Some("a,b"), None));
    }
}
