//! What a text in an address field names: a picture on the web, or a file or resource that the phone has.

use crate::spec::SourceKind;

/// The longest text that names a picture, in bytes. The pages give none; it is what browsers and proxies take at least,
/// and messages that are pushed are shorter.
pub(super) const LONGEST: usize = 2048;

/// The way in which `text` names a picture, of those that a field may name one in; `None` if in none.
///
/// - `http://host…` and `https://host…`;
/// - `/raw/name`, a raw resource of the app without suffix;
/// - a path with the suffix `.jpg`, `.jpeg` or `.png` that does not begin with `/`, relative to the SD card;
/// - a name of letters, digits and `_`, a drawable of the app without suffix.
///
/// None has blanks or control characters, or is longer than [`LONGEST`].
pub(super) fn kind(text: &str) -> Option<SourceKind> {
    if text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, _)) = first.split_once(':') {
        let rest = text.get(scheme.len()..)?.strip_prefix("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        return match scheme.to_ascii_lowercase().as_str() {
            _ if host.is_empty() || host.starts_with(':') => None,
            "http" => Some(SourceKind::Http),
            "https" => Some(SourceKind::Https),
            _ => None,
        };
    }
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if text.strip_prefix("/raw/").is_some_and(is_name) {
        return Some(SourceKind::RawPath);
    }
    if is_name(text) {
        return Some(SourceKind::DrawableName);
    }
    let (stem, suffix) = text.rsplit_once('.')?;
    let is_picture = ["jpg", "jpeg", "png"].iter().any(|known| known.eq_ignore_ascii_case(suffix));
    let is_relative = !text.starts_with('/') && !stem.is_empty() && !stem.ends_with('/');
    (is_picture && is_relative).then_some(SourceKind::SdcardPath)
}

/// The kinds of [`kind`], as messages name them.
pub(super) const fn describe(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Http => "an http address",
        SourceKind::Https => "an https address",
        SourceKind::RawPath => "a path /raw/NAME without suffix",
        SourceKind::SdcardPath => "a path relative to the SD card with the suffix jpg, jpeg or png",
        SourceKind::DrawableName => "the name of a drawable without suffix",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_by_its_form() {
        let cases = [
            ("http://xx.com/xx.jpg", Some(SourceKind::Http)),
            ("HTTPS://xx.com", Some(SourceKind::Https)),
            ("https://xx.com?x=1", Some(SourceKind::Https)),
            ("/raw/icon", Some(SourceKind::RawPath)),
            ("icon_2", Some(SourceKind::DrawableName)),
            ("Pictures/cat.JPG", Some(SourceKind::SdcardPath)),
            ("cat.png", Some(SourceKind::SdcardPath)),
            ("http://", None),
            ("https:///xx.jpg", None),
            ("ftp://xx.com/xx.jpg", None),
            ("file:///xx.jpg", None),
            ("http://user@xx.com:80", Some(SourceKind::Http)),
            ("http://[::1]:80/xx.jpg", Some(SourceKind::Http)),
            ("Pictures/a:b.png", Some(SourceKind::SdcardPath)),
            ("http://user@/xx.jpg", None),
            ("http://:80", None),
            ("https:/xx.com/xx.jpg", None),
            ("https:xx.com/xx.jpg", None),
            ("file:/xx.png", None),
            (":cat.png", None),
            ("http://xx.com/a b.jpg", None),
            ("http://xx.com/a\nb.jpg", None),
            ("/raw/icon.png", None),
            ("/raw/", None),
            ("/raw/a/b", None),
            ("/storage/cat.png", None),
            ("Pictures/cat.gif", None),
            ("Pictures/.png", None),
            ("Pictures/cat", None),
            (".png", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(kind(text), expected, "{text}");
        }
        let long = |length: usize| format!("http://xx.com/{:x<1$}", "", length - 14);
        assert_eq!([LONGEST, LONGEST + 1].map(|length| kind(&long(length))), [Some(SourceKind::Http), None]);
    }
}
