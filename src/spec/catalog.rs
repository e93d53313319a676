//! A table of specs read from TOML: the built-in one, or a user's own by the same loader. Errors name the line.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{AlphaRule, ByteCap, Canvas, SourceKind, Spec, Status};
use crate::error::{Error, SpecError};
use crate::format::Format;
use crate::units::{ByteSize, Size};

/// A table of specs, each known by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    specs: Vec<Spec>,
}

impl Catalog {
    /// The table that is part of this crate. Every row names its source and the day it was read.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the text is part of the crate, and a test reads it")]
            Catalog::from_toml(include_str!("channels.toml")).expect("the built-in table is sound")
        });
        &BUILTIN
    }

    /// Reads a table of `[[spec]]` rows. The built-in `channels.toml` is the model; its head explains the keys.
    ///
    /// Only `id` is required. A row that lacks `canvas` with its `rule`, or `formats`, can be listed but not adapted
    /// to.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`] with [`SpecError::Table`] and the line: text that is no TOML, an unknown key, a value of the
    /// wrong kind, an id twice, a size or cap of zero, keys that contradict each other.
    ///
    /// # Examples
    ///
    /// ```
    /// use pushpix::Catalog;
    ///
    /// let catalog = Catalog::from_toml(
    ///     r#"
    ///     [[spec]]
    ///     id = "kiosk/large-image"
    ///     canvas = "800x480"
    ///     rule = "exact"
    ///     max_bytes = 60_000
    ///     inclusive = true
    ///     formats = ["jpeg"]
    ///     "#,
    /// )?;
    /// assert_eq!(catalog.get("kiosk/large-image")?.channel(), "kiosk");
    /// # Ok::<(), pushpix::Error>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let table_error = |span: Option<Range<usize>>, what: String| {
            let start = span.map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
            Error::from(SpecError::Table { line, what })
        };
        let table: Table = toml::from_str(text).map_err(|e| table_error(e.span(), first_line(e.message())))?;
        let mut specs = Vec::new();
        let mut seen = HashSet::new();
        for row in table.spec {
            let span = row.id.span();
            let spec = row.into_spec().map_err(|(span, what)| table_error(Some(span), what))?;
            if !seen.insert(spec.id().to_owned()) {
                return Err(table_error(Some(span), format!("the id {:?} stands there twice", spec.id())));
            }
            specs.push(spec);
        }
        Ok(Self { specs })
    }

    /// The specs in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Spec> {
        self.specs.iter()
    }

    /// The spec of this id.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`] with [`SpecError::UnknownId`], which names the nearest id.
    pub fn get(&self, id: &str) -> Result<&Spec, Error> {
        let found = self.iter().find(|spec| spec.id() == id);
        found.ok_or_else(|| unknown(id, self.iter().map(Spec::id)))
    }

    /// The specs that `selector` means, none of which is unsupported or of unknown size, unless it is an id:
    ///
    /// - an id: that spec, whatever its status; the only way to reach a profile (`oppo/large-image@876x324`);
    /// - a channel (`oppo`): its supported, restricted and discontinued slots;
    /// - `all`: every supported slot of every channel.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`]: [`SpecError::UnknownId`] where nothing has that name, [`SpecError::NotAdaptable`] where the
    /// channel has nothing to adapt to.
    pub fn select(&self, selector: &str) -> Result<Vec<&Spec>, Error> {
        if selector.contains('/') {
            return self.get(selector).map(|spec| vec![spec]);
        }
        let slots = || self.iter().filter(|spec| spec.profile().is_none());
        if selector != "all" && !slots().any(|spec| spec.channel() == selector) {
            return Err(unknown(selector, self.iter().flat_map(|spec| [spec.channel(), spec.id()])));
        }
        let wanted = |spec: &&Spec| {
            let named = match spec.status {
                Status::Supported => selector == "all" || spec.channel() == selector,
                Status::Restricted | Status::Discontinued => spec.channel() == selector,
                _ => false,
            };
            named && spec.check_adaptable().is_ok()
        };
        let selected: Vec<&Spec> = slots().filter(wanted).collect();
        if selected.is_empty() {
            let id = selector.to_owned();
            let why = "no slot of it is supported and of known size";
            return Err(SpecError::NotAdaptable { id, why }.into());
        }
        Ok(selected)
    }
}

/// A name that is longer than this is near to none. To compare two takes memory for each pair of their letters.
const LONGEST_COMPARED: usize = 64;

fn unknown<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let nearest = known
        .filter(|_| id.len() <= LONGEST_COMPARED)
        .map(|name| (strsim::damerau_levenshtein(id, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len() / 2)
        .map(|(_, name)| name.to_owned());
    let id = id.to_owned();
    SpecError::UnknownId { id, nearest }.into()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    spec: Vec<Row>,
}

/// A row as it is written; the keys are those of the TOML text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Spanned<String>,
    #[serde(default)]
    status: Option<Text<Status>>,
    since: Option<Spanned<String>>,
    canvas: Option<Spanned<Text<Size>>>,
    rule: Option<Spanned<Rule>>,
    max_area: Option<Spanned<u64>>,
    max_bytes: Option<Spanned<u64>>,
    inclusive: Option<Spanned<bool>>,
    #[serde(default)]
    formats: Vec<Text<Format>>,
    alpha: Option<Text<AlphaRule>>,
    #[serde(default)]
    sources: Vec<Text<SourceKind>>,
    quota_per_day: Option<u32>,
    source: Option<String>,
    checked: Option<String>,
    note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    Exact,
    Recommended,
    AtMost,
    Any,
}

/// A value that is written as text and has a `FromStr` of its own.
struct Text<T>(T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// What is wrong in a row, and where.
type RowError = (Range<usize>, String);

impl Row {
    fn into_spec(self) -> Result<Spec, RowError> {
        let at_id = self.id.span();
        let fail = |span: Range<usize>, what: &str| Err((span, what.to_owned()));
        let id = self.id.into_inner();
        if !is_well_formed(&id) {
            return Err((at_id, SpecError::MalformedId { id }.to_string()));
        }

        let canvas = match (self.canvas, self.rule.map(|rule| (rule.span(), rule.into_inner()))) {
            (None, None) => None,
            (None, Some((_, Rule::Any))) => Some(Canvas::Any),
            (Some(size), Some((span, rule))) => {
                let size = size.into_inner().0;
                Some(match rule {
                    Rule::Exact => Canvas::Exact(size),
                    Rule::Recommended => Canvas::Recommended(size),
                    Rule::AtMost => Canvas::AtMost(size),
                    Rule::Any => return fail(span, "rule = \"any\" goes without a canvas"),
                })
            }
            (Some(size), None) => return fail(size.span(), "canvas needs a rule: exact, recommended or at-most"),
            (None, Some((span, _))) => return fail(span, "this rule needs a canvas"),
        };

        if let (Some(Canvas::Exact(size) | Canvas::Recommended(size)), Some(max_area)) = (canvas, &self.max_area)
            && size.area() > *max_area.get_ref()
        {
            return fail(max_area.span(), "the canvas has more pixels than max_area");
        }
        if let Some(max_area) = self.max_area.as_ref().filter(|area| *area.get_ref() == 0) {
            return fail(max_area.span(), "max_area must be at least 1");
        }

        let cap = match (self.max_bytes, self.inclusive) {
            (None, None) => None,
            (Some(max_bytes), Some(_)) if *max_bytes.get_ref() == 0 => {
                return fail(max_bytes.span(), "max_bytes must be at least 1");
            }
            (Some(max_bytes), Some(inclusive)) => {
                Some(ByteCap { max_bytes: ByteSize::new(max_bytes.into_inner()), inclusive: inclusive.into_inner() })
            }
            (Some(max_bytes), None) => return fail(max_bytes.span(), "max_bytes needs inclusive = true or false"),
            (None, Some(inclusive)) => return fail(inclusive.span(), "inclusive needs max_bytes"),
        };

        let status = self.status.map_or(Status::Supported, |text| text.0);
        if let Some(since) = self.since.as_ref().filter(|_| status != Status::Discontinued) {
            return fail(since.span(), "since goes with status = \"discontinued\" only");
        }

        Ok(Spec {
            status,
            since: self.since.map(Spanned::into_inner),
            canvas,
            max_area: self.max_area.map(Spanned::into_inner),
            cap,
            formats: self.formats.into_iter().map(|text| text.0).collect(),
            alpha: self.alpha.map(|text| text.0),
            sources: self.sources.into_iter().map(|text| text.0).collect(),
            quota_per_day: self.quota_per_day,
            source: self.source,
            checked: self.checked,
            note: self.note,
            ..Spec::unknown(id)
        })
    }
}

/// Ids become parts of file names, so nothing but lower-case letters, digits and hyphens is let in.
fn is_well_formed(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let (slot, profile) = id.split_once('@').unwrap_or((id, "none"));
    slot.split_once('/').is_some_and(|(channel, image_type)| is_word(channel) && is_word(image_type))
        && is_word(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Catalog::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_line() {
        let row = "[[spec]]\nid = \"a/b\"\n";
        for (rest, line, what) in [
            ("colour = 3", 3, "unknown field"),
            ("canvas = \"0x5\"\nrule = \"exact\"", 3, "is not a size"),
            ("\ncanvas = \"9x5\"", 4, "needs a rule"),
            ("rule = \"exact\"", 3, "needs a canvas"),
            ("canvas = \"9x5\"\nrule = \"any\"", 4, "without a canvas"),
            ("max_bytes = 0\ninclusive = true", 3, "at least 1"),
            ("max_bytes = -4\ninclusive = true", 3, "integer"),
            ("max_bytes = 5", 3, "inclusive"),
            ("inclusive = true", 3, "max_bytes"),
            ("canvas = \"9x5\"\nrule = \"exact\"\nmax_area = 44", 5, "more pixels"),
            ("max_area = 0", 3, "at least 1"),
            ("since = \"2023-08\"", 3, "discontinued"),
            ("status = \"gone\"", 3, "is not a status"),
            ("formats = [\"gif\"]", 3, "is not a format"),
            ("\n\n[[spec]]\nid = \"a/b\"", 6, "twice"),
            ("\n[[spec]]\nid = \"a\"", 5, "no spec id"),
            ("\n[[spec]]\nid = \"a/../b\"", 5, "no spec id"),
            ("\n[[spec]]\nid = \"A/b\"", 5, "no spec id"),
            ("= 3", 3, ""),
        ] {
            let message = error(&format!("{row}{rest}"));
            assert!(
                message.starts_with(&format!("line {line} ")) && message.contains(what),
                "{rest:?} gave: {message}"
            );
        }
        assert!(error("[[spec]]\nstatus = \"supported\"").contains("id"));
    }

    #[test]
    fn an_unknown_id_names_the_nearest() {
        let nearest = |id: &str| match Catalog::builtin().select(id).unwrap_err() {
            Error::Spec(SpecError::UnknownId { nearest, .. }) => nearest,
            other => panic!("{other}"),
        };
        assert_eq!(nearest("opo/large-image").as_deref(), Some("oppo/large-image"));
        assert_eq!(nearest("oppo/large_image").as_deref(), Some("oppo/large-image"));
        assert_eq!(nearest("huawai").as_deref(), Some("huawei"));
        assert_eq!(nearest("zzzzzzzzzzzzzzzzzzzz/zzzzzzzzzzz"), None);
    }

    #[test]
    fn selectors_reach_what_they_say() {
        let ids = |selector: &str| -> Vec<String> {
            Catalog::builtin().select(selector).unwrap().iter().map(|spec| spec.id().to_owned()).collect()
        };
        assert_eq!(ids("oppo"), ["oppo/large-image", "oppo/large-icon"]);
        assert_eq!(ids("xiaomi"), ["xiaomi/large-image", "xiaomi/large-icon"]);
        assert_eq!(ids("meizu").len(), 3);
        assert_eq!(ids("huawei"), ["huawei/large-icon"]);
        assert_eq!(ids("oppo/large-image@876x324").len(), 1);
        assert_eq!(ids("oppo/small-icon").len(), 1);
        let all = ids("all");
        assert_eq!(all.len(), 14);
        assert!(all.iter().all(|id| !id.contains('@') && !id.starts_with("xiaomi") && !id.starts_with("meizu")));
        let nothing = Catalog::builtin().select("vivo");
        assert!(matches!(nothing, Err(Error::Spec(SpecError::NotAdaptable { .. }))));
    }
}
