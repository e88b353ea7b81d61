//! A ballot as it is sent, by script or by form, before anybody has judged it.

use serde_json::{Map, Value};

use super::form::Form;
use crate::wire::Problem;

/// The longest choice that is read; more options no poll has.
const LONGEST_CHOICE: usize = 50;

/// A ballot as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slip {
    /// The id its sender gave it.
    pub(super) id: Option<String>,
    /// Options by number; of points the best first.
    pub(super) choice: Vec<String>,
    /// The printed code.
    pub(super) code: Option<String>,
}

impl Slip {
    /// Reads the JSON of a ballot.
    pub(super) fn read(mut body: Map<String, Value>) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(422, "invalid-body", detail);
        let mut text = |name: &str| match body.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(&format!("`{name}` of a ballot must be a string."))),
        };
        let (id, code) = (text("id")?, text("code")?);
        let options = match body.remove("choice") {
            Some(Value::Array(options)) => options,
            _ => return Err(invalid("`choice` is a list of options by number: [\"1\"].")),
        };
        let choice = options.into_iter().map(|option| match option {
            Value::String(option) => Ok(option),
            _ => Err(invalid("`choice` is a list of strings: [\"1\"].")),
        });
        let choice = choice.collect::<Result<_, _>>()?;
        match body.keys().next() {
            Some(unknown) => {
                Err(invalid(&format!("A ballot takes `id`, `choice` and `code`, not `{unknown}`.")))
            }
            None => Ok(Self { id, choice, code }),
        }
    }

    /// Reads a form: `choice` is one option or step; `choice-2` ticks option 2; `rank-1` is the option ranked
    /// best.
    pub(super) fn of_form(form: &Form) -> Self {
        let numbered = |prefix: &str| {
            let fields =
                form.with_prefix(prefix).filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            let mut fields: Vec<(u32, String)> =
                fields.map(|(name, value)| (name, value.to_owned())).collect();
            fields.sort_unstable();
            fields
        };
        let ticked = numbered("choice-").into_iter().map(|(option, _)| option.to_string());
        let ranked = numbered("rank-").into_iter().map(|(_, option)| option);
        let one = form.get("choice").map(str::to_owned);
        let text = |name: &str| form.get(name).map(str::to_owned);
        Self {
            id: text("id"),
            choice: one.into_iter().chain(ticked).chain(ranked).collect(),
            code: text("code"),
        }
    }

    /// The options by number.
    pub(super) fn options(&self) -> Result<Vec<u32>, Problem> {
        let invalid = |detail: String| Problem::new(422, "invalid-choice", detail);
        if self.choice.len() > LONGEST_CHOICE {
            return Err(invalid(format!("A ballot names at most {LONGEST_CHOICE} options.")));
        }
        let number = |option: &String| {
            option.trim().parse().map_err(|_| {
                let shown: String = option.chars().take(20).collect();
                invalid(format!("`{shown}` is no option; options are named by number, from 1."))
            })
        };
        self.choice.iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Slip};

    #[test]
    fn a_form_is_the_ballot_a_script_sends() {
        for (fields, choice, code) in [
            ("choice=2&id=&code=", &["2"][..], None),
            ("choice-3=on&choice-1=on&choice-12=on", &["1", "3", "12"], None),
            ("rank-2=1&rank-1=4&rank-10=9&code=7F2K-9QXB", &["4", "1", "9"], Some("7F2K-9QXB")),
            ("", &[], None),
        ] {
            let slip = Slip::of_form(&Form::parse(fields.as_bytes()));
            assert_eq!(
                (slip.choice, slip.code.as_deref()),
                (choice.iter().map(|c| (*c).to_owned()).collect(), code)
            );
        }
    }
}
