//! A QR code as SVG, drawn as one path: it prints sharp, needs no style, and looks the same in dark pages.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

/// The quiet zone around a code, in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// The code of a text, black on white whatever the page's colours; `None` when the text is too long for one.
/// `label` is what a screen reader says in its place; the caller escapes nothing.
pub(crate) fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let _ =
                    write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET, length = run.len());
            }
            x += run.len();
        }
    }
    let size = width + 2 * QUIET;
    let label = minijinja::HtmlEscape(label);
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_link_fits_into_a_code_and_its_label_is_escaped() {
        let drawn = svg("http://192.168.1.20:8080/link/AbCdEfGhIjKlMnOpQrStUv", "a\"<b").expect("it fits");
        assert!(
            drawn.starts_with("<svg class=\"qr\" role=\"img\" aria-label=\"a&quot;&lt;b\""),
            "{}",
            &drawn[..80]
        );
        assert!(
            drawn.ends_with("</svg>") && drawn.contains("M4 4h7v1h-7z"),
            "the first finder begins in the corner"
        );
        assert!(svg(&"x".repeat(5_000), "").is_none());
    }
}
