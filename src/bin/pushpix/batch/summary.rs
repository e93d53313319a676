//! What a batch came to: a table with a line for each spec, and the failures by their kind.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pushpix::Spec;

use super::picture::{Fate, Finished};
use crate::table;

/// The sums so far. Its size does not depend on the number of pictures.
pub(super) struct Summary {
    specs: Vec<Sums>,
    failures: BTreeMap<&'static str, u64>,
    passed_over: u64,
}

struct Sums {
    spec: String,
    done: u64,
    standing: u64,
    failed: u64,
    bytes_in: u64,
    bytes_out: u64,
    /// How many outputs have each quality, in tenths.
    qualities: BTreeMap<u32, u64>,
}

impl Summary {
    pub(super) fn new(specs: &[Spec]) -> Self {
        let sums = |spec: &Spec| Sums {
            spec: spec.id().to_owned(),
            done: 0,
            standing: 0,
            failed: 0,
            bytes_in: 0,
            bytes_out: 0,
            qualities: BTreeMap::new(),
        };
        Self { specs: specs.iter().map(sums).collect(), failures: BTreeMap::new(), passed_over: 0 }
    }

    pub(super) fn add(&mut self, finished: &Finished) {
        self.passed_over += u64::from(finished.passed_over);
        for (spec, fate) in &finished.fates {
            let sums = &mut self.specs[*spec];
            match fate {
                Fate::Standing => sums.standing += 1,
                Fate::Failed(error) => {
                    sums.failed += 1;
                    *self.failures.entry(error.kind()).or_default() += 1;
                }
                Fate::Written(_, report, _) => {
                    sums.done += 1;
                    sums.bytes_in += finished.input_bytes;
                    sums.bytes_out += report.bytes.as_u64();
                    if let Some(quality) = report.quality {
                        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 10 to 1000")]
                        let tenths = (quality.as_f32() * 10.0).round() as u32;
                        *sums.qualities.entry(tenths).or_default() += 1;
                    }
                }
            }
        }
    }

    pub(super) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let heads = ["SPEC", "DONE", "STOOD", "FAILED", "BYTES IN", "BYTES OUT", "MEDIAN QUALITY"];
        let mut lines = vec![heads.map(str::to_owned)];
        lines.extend(self.specs.iter().map(|sums| {
            let [done, standing, failed] = [sums.done, sums.standing, sums.failed].map(|count| count.to_string());
            let [bytes_in, bytes_out] =
                [sums.bytes_in, sums.bytes_out].map(|bytes| pushpix::ByteSize::new(bytes).to_string());
            [sums.spec.clone(), done, standing, failed, bytes_in, bytes_out, median(&sums.qualities)]
        }));
        table::write(out, &lines, &[1, 2, 3, 4, 5, 6])?;
        if !self.failures.is_empty() {
            let kinds: Vec<String> = self.failures.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            writeln!(out, "failed: {}", kinds.join(", "))?;
        }
        if self.passed_over > 0 {
            writeln!(out, "passed over, neither JPEG nor PNG: {}", self.passed_over)?;
        }
        Ok(())
    }
}

/// The quality that half of the JPEGs reach; of two in the middle the lower.
fn median(qualities: &BTreeMap<u32, u64>) -> String {
    let half = qualities.values().sum::<u64>().div_ceil(2);
    let mut below = 0;
    let reached = qualities.iter().find(|(_, count)| {
        below += **count;
        below >= half
    });
    reached.map_or_else(|| "-".to_owned(), |(tenths, _)| format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let of = |qualities: &[u32]| {
            let mut counts = BTreeMap::new();
            qualities.iter().for_each(|quality| *counts.entry(*quality).or_default() += 1);
            median(&counts)
        };
        assert_eq!(of(&[]), "-");
        assert_eq!(of(&[930]), "93.0");
        assert_eq!(of(&[100, 930, 555]), "55.5");
        assert_eq!(of(&[100, 930, 555, 556]), "55.5");
        assert_eq!(of(&[100, 100, 100, 930]), "10.0");
    }
}
