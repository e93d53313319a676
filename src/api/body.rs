//! A body of JSON, whose fields are taken one by one, so that what is wrong is told by its field's name.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A JSON object. Fields that nobody takes are ignored; of two with one name the last counts.
#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

/// What is wrong with a field, or with the body as a whole.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) field: &'static str,
    pub(super) why: String,
}

impl Body {
    /// Reads an object. Comments, such as the pages' own examples have, are passed over.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Wrong> {
        let value = serde_json::from_slice(bytes).or_else(|error| match without_comments(bytes) {
            Cow::Owned(bytes) => serde_json::from_slice(&bytes),
            Cow::Borrowed(_) => Err(error),
        });
        let wrong = |why| Wrong { field: "body", why };
        match value {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(other) => Err(wrong(format!("a JSON object is expected, and it is {}", name_of(&other)))),
            Err(error) => Err(wrong(format!("it is no JSON: {error}"))),
        }
    }

    /// The text of a field; `None` if it is absent, null or empty.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, Wrong> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(other) => Err(Wrong { field, why: format!("a string is expected, and it is {}", name_of(&other)) }),
        }
    }

    /// The whole number of a field; `None` if it is absent or null.
    pub(super) fn whole_number(&mut self, field: &'static str) -> Result<Option<u64>, Wrong> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.is_u64() => Ok(number.as_u64()),
            Some(other) => {
                Err(Wrong { field, why: format!("a whole number is expected, and it is {}", name_of(&other)) })
            }
        }
    }
}

const fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "another number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The text with a blank for every byte of a comment that begins with `//`; borrowed if it has none.
fn without_comments(text: &[u8]) -> Cow<'_, [u8]> {
    let mut clean = Cow::Borrowed(text);
    let (mut in_string, mut at) = (false, 0);
    while at < text.len() {
        match text[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'/' if !in_string && text.get(at + 1) == Some(&b'/') => {
                let end = text[at..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |length| at + length);
                clean.to_mut()[at..end].fill(b' ');
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    clean
}

/// An error as both APIs write it: `{"error":{"code":…,"message":…}}`.
pub(super) fn error_json(code: u16, message: &str) -> String {
    serde_json::json!({ "error": { "code": code, "message": message } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_passed_over_but_not_within_strings() {
        let mut body = Body::parse(b"{ // one \"\n \"url\": \"http://x\\\"//y\" // two\n}").unwrap();
        assert_eq!(body.text("url").unwrap().as_deref(), Some("http://x\"//y"));
        assert!(Body::parse(b"{ / }").is_err());
        assert!(Body::parse(b"{} //").is_ok());
        assert!(Body::parse(b"\"\\").is_err());
    }
}
