//! Just enough of Rust's lexis for `tidy`: comments and literals blanked out, `#[cfg(test)]` items cut away,
//! paths that start at the crate. Lines keep their numbers in everything that comes out.

/// A file of the repository: its path inside it, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.replace('\\', "/"), text: text.to_owned() }
    }

    /// The module directly under the crate that the file belongs to.
    pub(crate) fn room(&self) -> String {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = inside.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first).to_owned()
    }

    /// How many `super::` lead from the file's own module to the crate.
    pub(crate) fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let parts = inside.split('/').count();
        match inside.rsplit('/').next() {
            Some("mod.rs" | "main.rs" | "lib.rs") => parts - 1,
            _ => parts,
        }
    }

    /// A file that exists only under `#[cfg(test)]`.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || self.text.contains("#![cfg(test)]")
    }
}

/// What [`code_only`] leaves standing.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Keep {
    Code,
    CodeAndComments,
}

/// The text with string and character literals blanked out, and comments too when only code is kept.
pub(crate) fn code_only(text: &str, keep: Keep) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (length, keeps) = match token(rest) {
            Token::Comment(length) => (length, keep == Keep::CodeAndComments),
            Token::Literal(length) => (length, false),
            Token::Code(length) => (length, true),
        };
        let (piece, after) = rest.split_at(length);
        if keeps {
            out.push_str(piece);
        } else {
            out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    out
}

/// One piece of a source text with its length in bytes.
enum Token {
    Comment(usize),
    Literal(usize),
    Code(usize),
}

fn token(text: &str) -> Token {
    let first = text.chars().next().expect("the caller stops at the end of the text");
    if text.starts_with("//") {
        return Token::Comment(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Token::Comment(block_comment(text));
    }
    if first == '"' {
        return Token::Literal(quoted(text, '"'));
    }
    if first == '\'' {
        return match char_literal(text) {
            Some(length) => Token::Literal(length),
            None => Token::Code(1),
        };
    }
    if first.is_alphanumeric() || first == '_' {
        let word = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        return match (&text[..word], raw_string(&text[word..])) {
            ("r" | "br" | "cr", Some(length)) => Token::Literal(word + length),
            _ => Token::Code(word),
        };
    }
    Token::Code(first.len_utf8())
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a literal that opens with `quote` and knows escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// A character literal's length; none for a lifetime.
fn char_literal(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    let (at, second) = chars.next()?;
    (first == '\\' || second == '\'').then(|| if first == '\\' { quoted(text, '\'') } else { at + 1 })
}

/// After `r`: the length of `#…"…"#…`.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    text[hashes..].starts_with('"').then(|| {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = hashes + 1;
        text[body..].find(&end).map_or(text.len(), |at| body + at + end.len())
    })
}

/// Code without the items that stand under `#[cfg(test)]`.
pub(crate) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        let item = &rest[at..];
        let length = item_length(item);
        out.extend(item[..length].chars().filter(|c| *c == '\n'));
        rest = &item[length..];
    }
    out + rest
}

/// The length of the item at the start of the text: to its semicolon, or to the end of its braces.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if c == '}' && depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

/// All paths in the code that start at the crate, without the start: `crate::{a, b::c}` gives `a` and `b::c`.
/// A chain of `super` that climbs `depth` modules or more counts as a start too.
pub(crate) fn paths_from(code: &str, depth: usize) -> Vec<(usize, String)> {
    let tokens = words_and_signs(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut after = at;
        let mut climbed = 0;
        match tokens[at].1 {
            "crate" | "touchline" => after += 1,
            "super" => {
                while tokens.get(after).is_some_and(|t| t.1 == "super") {
                    climbed += 1;
                    after += 1;
                    if tokens.get(after).is_some_and(|t| t.1 == "::") {
                        after += 1;
                    }
                }
                // The last `::` belongs to what follows.
                after -= usize::from(tokens[after - 1].1 == "::");
            }
            _ => {
                at += 1;
                continue;
            }
        }
        let continues_a_path = at > 0 && tokens[at - 1].1 == "::";
        let starts = !continues_a_path && (climbed == 0 || (climbed >= depth && depth > 0));
        if starts && tokens.get(after).is_some_and(|t| t.1 == "::") {
            tree(&tokens, after + 1, "", &mut paths);
        }
        at = after.max(at + 1);
    }
    paths
}

/// Reads a use tree (or a plain path) from `at` on, and returns the position after it.
fn tree(tokens: &[(usize, &str)], at: usize, before: &str, paths: &mut Vec<(usize, String)>) -> usize {
    let Some((line, word)) = tokens.get(at) else { return at };
    if *word == "{" {
        let mut at = at + 1;
        while tokens.get(at).is_some_and(|t| t.1 != "}") {
            at = if tokens[at].1 == "," { at + 1 } else { tree(tokens, at, before, paths).max(at + 1) };
        }
        return at + 1;
    }
    let path = if before.is_empty() { (*word).to_owned() } else { format!("{before}::{word}") };
    if tokens.get(at + 1).is_some_and(|t| t.1 == "::") {
        return tree(tokens, at + 2, &path, paths);
    }
    // `crate::a::{self}` names `a` itself.
    let path = path.strip_suffix("::self").unwrap_or(&path).to_owned();
    paths.push((*line, path));
    if tokens.get(at + 1).is_some_and(|t| t.1 == "as") { at + 3 } else { at + 1 }
}

fn words_and_signs(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if first == '\n' {
            line += 1;
        } else if !first.is_whitespace() {
            tokens.push((line, &rest[..length]));
        }
        rest = &rest[length..];
    }
    tokens
}
