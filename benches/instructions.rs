//! How many instructions whole adaptations take, as callgrind counts them: the same on a noisy machine as on a quiet one,
//! so that what makes them slower is seen in review.
//!
//! `cargo bench --bench instructions` holds the counts against `benches/instructions.tsv`, and fails where one is more than
//! three in a hundred off, either way: what became faster is to be written down too. `-- --write` writes the table. Needs
//! valgrind. The program counts itself: it is started again under valgrind with the name of a case.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench that cannot go on must stop")]
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use pushpix::{Adapted, Adapter, ByteSize, Effort, Format, Size, Spec};

/// How far a count may be from the table's, in hundredths of it.
const TOLERANCE: f64 = 3.0;

struct Case {
    input: &'static str,
    job: &'static str,
    effort: Effort,
}

const CASES: [Case; 12] = [
    Case { input: "photo.jpg", job: "banner", effort: Effort::Fast },
    Case { input: "photo.jpg", job: "banner", effort: Effort::Balanced },
    Case { input: "photo.jpg", job: "icon", effort: Effort::Fast },
    Case { input: "photo.jpg", job: "tight", effort: Effort::Fast },
    Case { input: "photo.jpg", job: "tight", effort: Effort::Balanced },
    Case { input: "photo.jpg", job: "png", effort: Effort::Balanced },
    Case { input: "progressive.jpg", job: "banner", effort: Effort::Fast },
    Case { input: "cmyk-adobe.jpg", job: "banner", effort: Effort::Fast },
    Case { input: "icc-p3.jpg", job: "banner", effort: Effort::Fast },
    Case { input: "logo.png", job: "banner", effort: Effort::Balanced },
    Case { input: "logo.png", job: "icon", effort: Effort::Balanced },
    Case { input: "rgba-16bit.png", job: "banner", effort: Effort::Fast },
];

impl Case {
    fn name(&self) -> String {
        format!("{} {} {}", self.input, self.job, self.effort)
    }

    fn spec(&self) -> Spec {
        let banner = Spec::custom(Size::new(984, 369).unwrap());
        match self.job {
            "banner" => Spec::builtin("oppo/large-image").unwrap().clone(),
            "icon" => Spec::builtin("oppo/large-icon").unwrap().clone(),
            "tight" => banner.with_max_bytes(ByteSize::new(20_000)).with_formats([Format::Jpeg]),
            "png" => banner.with_formats([Format::Png]),
            other => panic!("there is no job {other}"),
        }
    }

    /// Adapts, and checks the answer.
    fn run(&self) {
        let bytes = std::fs::read(root().join("testdata").join(self.input)).unwrap();
        let (adapter, spec) = (Adapter::new().with_effort(self.effort), self.spec());
        let out = counted(&adapter, black_box(&bytes), &spec);
        assert!(pushpix::verify(&out.bytes, &spec).violations.is_empty(), "{}", self.name());
    }

    /// What callgrind counts while this case adapts.
    fn count(&self) -> u64 {
        let out = std::env::temp_dir().join(format!("pushpix-instructions-{}", std::process::id()));
        let status = Command::new("valgrind")
            .args(["--tool=callgrind", "--toggle-collect=*instructions*counted*"])
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(std::env::current_exe().unwrap())
            .arg(self.name())
            .stderr(Stdio::null())
            .status()
            .expect("valgrind counts the instructions, and must be installed");
        assert!(status.success(), "{}", self.name());
        let counts = std::fs::read_to_string(&out).unwrap();
        std::fs::remove_file(&out).unwrap();
        let total = counts.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        total.trim().parse().unwrap()
    }
}

/// What is counted. It has a name of its own in the program, for callgrind to find.
#[inline(never)]
fn counted(adapter: &Adapter, bytes: &[u8], spec: &Spec) -> Adapted {
    adapter.adapt(bytes, spec).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn table() -> PathBuf {
    root().join("benches/instructions.tsv")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let write = match arguments.first().map(String::as_str) {
        Some("--write") => true,
        Some(name) => {
            CASES.iter().find(|case| case.name() == name).expect("a case, or --write").run();
            return ExitCode::SUCCESS;
        }
        None => false,
    };
    let known = std::fs::read_to_string(table()).unwrap_or_default();
    let (mut lines, mut same) = (String::from("# case\tinstructions\n"), true);
    for case in &CASES {
        let (name, count) = (case.name(), case.count());
        lines += &format!("{name}\t{count}\n");
        let before = known.lines().find_map(|line| line.strip_prefix(&format!("{name}\t"))?.parse::<u64>().ok());
        let change = before.map(|before| 100.0 * (count as f64 / before as f64 - 1.0));
        let fits = change.is_some_and(|change| change.abs() <= TOLERANCE);
        same &= fits;
        let told = change.map_or_else(|| "new".to_owned(), |change| format!("{change:+.1} %"));
        println!("{name:40} {count:>14} {told:>9}{}", if fits { "" } else { "  <-" });
    }
    if write {
        std::fs::write(table(), lines).unwrap();
        println!("written to {}", table().display());
    } else if !same {
        println!("some are more than {TOLERANCE} % off; if that is meant, run again with -- --write");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
