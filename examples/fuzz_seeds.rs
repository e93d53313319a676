//! Writes what the fuzz targets begin with, from the fixtures: `cargo run --example fuzz_seeds` fills `fuzz/corpus/`.
//! The targets take figures from the end of their bytes; the figures are put there behind each picture.

#![expect(clippy::print_stdout, reason = "it says what it has done")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

type Outcome = Result<(), Box<dyn Error>>;

/// A file's name and bytes.
type Named = (String, Vec<u8>);

/// Longer files only make the fuzzer slow.
const LONGEST: usize = 16 << 10;

fn main() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pictures = files(&root.join("testdata"))?;
    pictures.extend(files(&root.join("testdata/bad"))?);
    pictures.retain(|(_, bytes)| bytes.len() <= LONGEST);

    let mut seeds = Seeds { root: root.join("fuzz/corpus"), count: 0 };
    for (name, bytes) in &pictures {
        seeds.put("probe", name, bytes)?;
        // At an eighth, a half or a quarter.
        seeds.put("decode", name, &with(bytes, &[1 + 2 * u8::try_from((name.len() + 2) % 3)?]))?;
        // A row of the table, strictly and leniently.
        let row = u8::try_from(name.len() % 40)?;
        seeds.put("verify", &format!("strict-{name}"), &with(bytes, &[row, 0]))?;
        seeds.put("verify", &format!("lenient-{name}"), &with(bytes, &[row / 2, 1]))?;
        for (number, figures) in REQUESTS.iter().enumerate() {
            if (number + name.len()) % 3 == 0 {
                seeds.put("adapt", &format!("{number}-{name}"), &with(bytes, figures))?;
            }
        }
        if let Ok(picture) = image::load_from_memory(bytes) {
            let rgba = picture.crop_imm(0, 0, 64, 32).to_rgba8();
            let width = u8::try_from(rgba.width() - 1)?;
            for (number, colours) in [1, 15, 255].into_iter().enumerate() {
                let figures = [width, 50, 20, colours, 0, 1];
                seeds.put("palette", &format!("{number}-{name}"), &with(rgba.as_raw(), &figures))?;
            }
        }
        if bytes.len() <= LONGEST / 4 {
            let data = BASE64_STANDARD.encode(bytes);
            let plain = format!("{{\"id\":1,\"data\":\"{data}\",\"spec\":\"oppo/large-icon\"}}\n");
            let own = format!(
                "{{\"id\":[2],\"data\":\"{data}\",\"spec\":{{\"width\":40,\"height\":30,\"max_bytes\":900,\"formats\":[\
                 \"png\"],\"alpha\":\"keep\"}},\"effort\":\"fast\",\"min_quality\":40.5,\"background\":\"#123456\",\
                 \"lenient\":true,\"keep_metadata\":true}}"
            );
            seeds.put("stream", name, [plain, own].concat().as_bytes())?;
        }
    }
    let table = fs::read_to_string(root.join("src/spec/channels.toml"))?;
    seeds.put("catalog", "all", table.as_bytes())?;
    for (number, row) in table.split("[[spec]]").skip(1).enumerate() {
        seeds.put("catalog", &number.to_string(), format!("[[spec]]{row}").as_bytes())?;
    }
    for (name, request) in [
        ("no-data", "{\"id\":\"a\",\"spec\":\"oppo\"}"),
        ("no-file", "{\"input\":\"none\",\"spec\":\"oppo/large-icon\"}"),
        ("unknown", "{\"id\":null,\"data\":\"\",\"spec\":\"opo/large-icon\"}\n\n[1]\nnull\n{\"x\":1}"),
    ] {
        seeds.put("stream", name, request.as_bytes())?;
    }
    for (number, body) in API_BODIES.iter().enumerate() {
        for call in 0..4 {
            let name = format!("{number}-{call}");
            seeds.put("api", &name, &with(body.as_bytes(), &[call, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]))?;
            seeds.put("api", &format!("{name}-other"), &with(body.as_bytes(), &[call, 1, 1, 2, 1, 1, 0, 1, 0]))?;
        }
    }
    let rising: Vec<u8> = (0..100).map(|setting| setting * 2 + setting % 7).collect();
    let cliff = [[3; 50], [200; 50]].concat();
    for (name, curve) in [("rising", rising), ("cliff", cliff), ("flat", vec![9; 30]), ("one", vec![40])] {
        for (number, figures) in [[4, 0, 0, 1, 4, 0, 1], [40, 0, 99, 3, 0, 1, 0]].into_iter().enumerate() {
            seeds.put("budget", &format!("{name}-{number}"), &with(&curve, &figures))?;
        }
    }
    println!("{} seeds in {}", seeds.count, seeds.root.display());
    Ok(())
}

/// Specs and options of the target `adapt`: the rule, the canvas, an area, a cap, formats, alpha, flattening, leniency,
/// metadata, background, enlarging, light, the lowest quality.
const REQUESTS: [&[u8]; 6] = [
    &[0, 60, 40, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0],
    &[0, 144, 144, 0, 1, 8, 0, 1, 0, 0, 0, 0, 1, 1, 9, 9, 9, 0, 0, 10],
    &[2, 99, 33, 0, 1, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 90],
    &[3, 80, 80, 1, 9, 0, 1, 3, 0, 1, 2, 0, 0, 1, 1, 0, 1, 0, 1],
    &[4, 1, 20, 0, 1, 1, 0, 1, 3, 0, 0, 1, 0, 0, 0, 0, 30],
    &[1, 30, 90, 0, 1, 0, 200, 0, 1, 2, 1, 0, 1, 1, 200, 100, 50, 1, 1, 5],
];

/// Requests and answers of the image APIs. Behind them: the call, what the policy allows, which channels are open.
const API_BODIES: [&str; 6] = [
    r#"{"image_type": 2, "image_url": "https://xx.com/xx.jpg", "huawei_image_url": "", "fcm_image_url": null} // 2"#,
    r#"{"image_type":1,"jiguang_image_url":"Pictures/cat.png","oppo_image_url":"http://xx.com/a","x":[{}]}"#,
    r#"{"image_type":3,"honor_image_url":"/raw/icon","jiguang_image_url":"icon","xiaomi_image_url":7}"#,
    r#"{"big_picture_url":"https://xx.com/big.png","small_picture_url":""}"#,
    r#"{"media_id":"jgmedia-2-14b23451-0001-41ce-89d9-987b465122da","oppo_image_url":"id","hmos_image_url":null}"#,
    "jgmedia-1-6d98e85f-d3a5-412a-bdec-de1b75bd3ad3",
];

/// A file with the figures behind it, in the order in which they are taken: from the end.
fn with(file: &[u8], figures: &[u8]) -> Vec<u8> {
    file.iter().chain(figures.iter().rev()).copied().collect()
}

/// The pictures of a folder with their names, in order.
fn files(dir: &Path) -> Result<Vec<Named>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg" || extension == "png"));
    paths.sort();
    let named = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        fs::read(&path).map(|bytes| (name, bytes))
    };
    Ok(paths.into_iter().map(named).collect::<Result<_, _>>()?)
}

struct Seeds {
    root: PathBuf,
    count: usize,
}

impl Seeds {
    fn put(&mut self, target: &str, name: &str, bytes: &[u8]) -> Outcome {
        let dir = self.root.join(target);
        fs::create_dir_all(&dir)?;
        fs::write(dir.join(format!("seed-{name}")), bytes)?;
        self.count += 1;
        Ok(())
    }
}
