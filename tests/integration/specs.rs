//! The built-in catalogue against a second transcription of the channels' rules, and the errors of a table.

use pushpix::{AlphaRule, Canvas, Catalog, Format, SourceKind, Spec, Status};

/// id, status, canvas, cap. In the canvas `=` is exact, `~` recommended; in the cap `<` and `<=` are meant.
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("jiguang/large-image", "supported", "any", ""),
    ("jiguang/large-icon", "supported", "any", "<=300000"),
    ("jiguang/large-icon@192x192", "supported", "~192x192", "<=300000"),
    ("jiguang/large-icon@sdk3", "supported", "any", "<=30000"),
    ("jiguang/small-icon", "supported", "any", "<=300000"),
    ("xiaomi/large-image", "discontinued", "=876x324", "<1000000"),
    ("xiaomi/large-icon", "discontinued", "=120x120", "<102400"),
    ("xiaomi/small-icon", "discontinued", "", ""),
    ("oppo/large-image", "supported", "=984x369", "<=1048576"),
    ("oppo/large-image@876x324", "supported", "=876x324", "<=1048576"),
    ("oppo/large-icon", "supported", "=144x144", "<=51200"),
    ("oppo/small-icon", "unsupported", "", ""),
    ("huawei/large-image", "unsupported", "", ""),
    ("huawei/large-icon", "supported", "~160x160", "<512000"),
    ("huawei/large-icon@120x120", "supported", "~120x120", "<200000"),
    ("huawei/small-icon", "app-resource", "~64x64", ""),
    ("honor/large-image", "unsupported", "", ""),
    ("honor/large-icon", "supported", "~160x160", "<100000"),
    ("honor/small-icon", "app-resource", "", ""),
    ("hmos/large-image", "unsupported", "", ""),
    ("hmos/large-icon", "supported", "~112x112", "<=30000"),
    ("hmos/small-icon", "unsupported", "", ""),
    ("fcm/large-image", "supported", "~1024x512", "<=1048576"),
    ("fcm/large-icon", "supported", "~256x256", "<=1048576"),
    ("fcm/small-icon", "app-resource", "~96x96", ""),
    ("vivo/large-image", "unsupported", "", ""),
    ("vivo/large-icon", "unsupported", "", ""),
    ("vivo/small-icon", "unsupported", "", ""),
    ("meizu/large-image", "restricted", "=328x120", "<=200000"),
    ("meizu/large-icon", "restricted", "=42x42", "<=100000"),
    ("meizu/small-icon", "restricted", "=18x18", "<=100000"),
    ("apns/large-image", "supported", "~1024x512", "<=10000000"),
    ("apns/large-icon", "unsupported", "", ""),
    ("apns/small-icon", "app-resource", "~60x60", ""),
    ("webpush/large-image", "supported", "~720x360", "<=1000000"),
    ("webpush/large-icon", "supported", "~192x192", "<=1000000"),
    ("webpush/small-icon", "supported", "~96x96", ""),
];

#[test]
fn the_catalogue_has_every_slot_as_documented() {
    let written = |spec: &Spec| {
        let canvas = match spec.canvas {
            None => String::new(),
            Some(Canvas::Any) => "any".to_owned(),
            Some(Canvas::Exact(size)) => format!("={size}"),
            Some(Canvas::Recommended(size)) => format!("~{size}"),
            Some(other) => format!("{other:?}"),
        };
        let cap = spec.cap.map_or(String::new(), |cap| {
            format!("{}{}", if cap.inclusive { "<=" } else { "<" }, cap.max_bytes.as_u64())
        });
        (spec.id().to_owned(), spec.status.to_string(), canvas, cap)
    };
    let rows: Vec<_> = Catalog::builtin().iter().map(written).collect();
    let expected: Vec<_> = ROWS
        .iter()
        .map(|&(id, status, canvas, cap)| (id.to_owned(), status.to_owned(), canvas.to_owned(), cap.to_owned()))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn every_row_says_where_it_comes_from() {
    for spec in Catalog::builtin().iter() {
        assert!(spec.source.as_ref().is_some_and(|source| source.len() > 10), "{}", spec.id());
        let day = spec.checked.as_deref().unwrap_or_default();
        let numbers: Vec<u32> = day.split('-').filter_map(|part| part.parse().ok()).collect();
        assert!(matches!(numbers[..], [2024..=2100, 1..=12, 1..=31]), "{}: {day:?}", spec.id());
    }
}

#[test]
fn the_other_columns_are_as_documented() {
    let spec = |id: &str| Spec::builtin(id).unwrap();
    for row in Catalog::builtin().iter() {
        let icon_only = ["jiguang/small-icon", "huawei/small-icon", "honor/small-icon", "fcm/small-icon"];
        let png_only = icon_only.contains(&row.id()) || ["apns/small-icon", "webpush/small-icon"].contains(&row.id());
        let formats: &[Format] = match row.status {
            Status::Unsupported => &[],
            _ if row.id() == "xiaomi/small-icon" => &[],
            _ if png_only => &[Format::Png],
            _ => &[Format::Jpeg, Format::Png],
        };
        assert_eq!(row.formats, formats, "{}", row.id());
        let alpha = match row.id() {
            "jiguang/small-icon" | "fcm/small-icon" | "webpush/small-icon" => Some(AlphaRule::WhiteOnTransparent),
            "huawei/small-icon" => Some(AlphaRule::OneColourOnTransparent),
            _ => None,
        };
        assert_eq!(row.alpha, alpha, "{}", row.id());
        assert_eq!(row.since.is_some(), row.status == Status::Discontinued, "{}", row.id());
    }
    assert_eq!(spec("oppo/large-image").quota_per_day, Some(100));
    assert_eq!(spec("oppo/large-icon").quota_per_day, Some(500));
    assert_eq!(spec("hmos/large-icon").max_area, Some(12_544));
    assert_eq!(spec("xiaomi/large-image").since.as_deref(), Some("2023-08"));
    assert_eq!(spec("huawei/large-icon").sources, [SourceKind::Https]);
    assert_eq!(spec("huawei/small-icon").sources, [SourceKind::RawPath]);
    assert_eq!(spec("jiguang/large-image").sources, [SourceKind::Http, SourceKind::Https, SourceKind::SdcardPath]);
}

#[test]
fn a_table_of_ones_own_works_like_the_built_in_one() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/spec/channels.toml")).unwrap();
    assert_eq!(&Catalog::from_toml(&text).unwrap(), Catalog::builtin());
    let own = Catalog::from_toml(
        "[[spec]]\nid = \"kiosk/poster\"\ncanvas = \"30x20\"\nrule = \"at-most\"\nformats = [\"png\"]\n",
    );
    let own = own.unwrap();
    let photo = crate::pictures::fixture("photo.jpg");
    let out = pushpix::adapt(&photo, own.get("kiosk/poster").unwrap()).unwrap();
    assert_eq!(crate::pictures::Seen::of(&out.bytes).size(), (30, 20));
}

#[test]
fn the_table_of_the_readme_is_the_catalogue() {
    let row =
        |spec: &Spec| {
            let canvas = spec.canvas?;
            let size = match canvas {
                Canvas::Recommended(size) => format!("recommended {size}"),
                Canvas::Any => "any".to_owned(),
                other => other.size()?.to_string(),
            };
            let cap = spec.cap.map_or(String::new(), |cap| {
                let bytes = cap.max_bytes.to_string();
                format!("{} {}", if cap.inclusive { "<=" } else { "<" }, bytes.trim_end_matches(" B"))
            });
            let remarks = [
                (spec.status != Status::Supported).then(|| spec.status.to_string()),
                (spec.formats.len() == 1).then(|| spec.formats[0].to_string()),
                spec.alpha.map(|alpha| alpha.to_string()),
                spec.quota_per_day.map(|quota| format!("{quota} a day")),
            ];
            let remarks: Vec<String> = remarks.into_iter().flatten().collect();
            let cells = [format!("`{}`", spec.id()), size, cap, remarks.join("; ")];
            Some(cells.into_iter().fold("|".to_owned(), |line, cell| {
                if cell.is_empty() { line + " |" } else { format!("{line} {cell} |") }
            }))
        };
    let expected: Vec<String> = Catalog::builtin().iter().filter_map(row).collect();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `") && line.contains('/')).collect();
    assert_eq!(rows, expected);
}
