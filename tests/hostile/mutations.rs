//! Good files, changed at random: bits, bytes, lengths, whole pieces of other files. The same cases in every run.

use std::collections::BTreeMap;
use std::time::Duration;

use pushpix::{ByteSize, Format, Limits, Size, Spec};

use crate::doors::{fast, word};
use crate::measure::{LONGEST, MIB, SLACK, Taken, panics, turn};
use crate::pictures::{files, testdata};

const CASES: u64 = 20_000;

#[test]
fn twenty_thousand_mutations_end_well() {
    let turn = turn();
    let mut sources = files(&testdata());
    sources.extend(files(&testdata().join("bad")));
    let sources: Vec<(String, Vec<u8>)> = sources
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .filter(|(_, bytes)| bytes.len() <= 16 << 10)
        .collect();
    let limits = Limits::default()
        .with_max_pixels(4_000_000)
        .with_max_decoded(ByteSize::mebibytes(24))
        .with_max_canvas(ByteSize::mebibytes(8));
    let promised = 24 * MIB + 8 * MIB + SLACK;
    let contained_before: u64 = panics().values().sum();

    let mut words = BTreeMap::<_, u32>::new();
    let mut slowest = (Duration::ZERO, String::new());
    let mut largest = (0, String::new());
    for case in 0..CASES {
        let mut random = Random(case);
        let (name, source) = random.of(&sources);
        let bytes = mutated(source, &sources, &mut random);
        let canvas = Size::new(random.below(90) + 1, random.below(60) + 1).unwrap();
        let mut spec = Spec::custom(canvas).with_formats([*random.of(&[Format::Jpeg, Format::Png])]);
        if random.one_in(2) {
            spec = spec.with_max_bytes(ByteSize::new(u64::from(random.below(4000)) + 1));
        }
        let (lenient, keep) = (random.one_in(2), random.one_in(4));
        let adapter = fast(&limits).with_lenient(lenient).with_keep_metadata(keep);
        let named = || format!("case {case}, {name}");

        let doors: [&dyn Fn() -> Result<(), pushpix::Error>; 3] = [
            &|| adapter.probe(&bytes).map(drop),
            &|| {
                let verdict = adapter.verify(&bytes, &spec);
                assert!(!verdict.complies() || verdict.source.is_some());
                Ok(())
            },
            &|| adapter.adapt(&bytes, &spec).map(drop),
        ];
        for (number, door) in doors.into_iter().enumerate() {
            let (outcome, Taken { time, bytes }) = turn.measured(door);
            let outcome = outcome.unwrap_or_else(|| panic!("{} panics at door {number}: {:?}", named(), panics()));
            assert!(word(&outcome) != "encode", "{}: {outcome:?}", named());
            assert!(time < LONGEST, "{} takes {time:?}", named());
            assert!(bytes <= promised, "{} takes {bytes} bytes, {promised} are promised", named());
            if time > slowest.0 {
                slowest = (time, named());
            }
            if bytes > largest.0 {
                largest = (bytes, named());
            }
            if number == 2 {
                *words.entry(word(&outcome)).or_default() += 1;
            }
        }
    }
    let contained: u64 = panics().values().sum::<u64>() - contained_before;
    eprintln!("{CASES} mutations: {words:?}");
    eprintln!("slowest: {:.1} ms ({}); may take 2 s", slowest.0.as_secs_f64() * 1000.0, slowest.1);
    let mib = |bytes: usize| bytes as f64 / MIB as f64;
    eprintln!("most memory: {:.1} MiB ({}); may take {:.0} MiB", mib(largest.0), largest.1, mib(promised));
    eprintln!("panics that reached the caller: 0; of codecs, contained: {contained} {:?}", panics());
    assert!(words["ok"] > 1000 && words["decode"] > 1000 && words["limit"] > 50, "{words:?}");
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap()
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.next() % (len.max(1) as u64)).unwrap()
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }

    fn of<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[self.index(choices.len())]
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// A part of so many bytes: a few, mostly.
    fn part(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.index(len);
        let most = *self.of(&[1, 4, 64, 1024]);
        start..(start + 1 + self.index(most)).min(len)
    }
}

fn mutated(source: &[u8], all: &[(String, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..=random.index(4) {
        if bytes.is_empty() {
            break;
        }
        match random.below(8) {
            0 => {
                for _ in 0..=random.index(8) {
                    let at = random.index(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
            }
            1 => {
                let part = random.part(bytes.len());
                let edge = *random.of(&[0, 1, 0x7f, 0x80, 0xff]);
                bytes[part].fill(edge);
            }
            2 => {
                let part = random.part(bytes.len());
                bytes.drain(part);
            }
            3 => {
                let part = random.part(bytes.len());
                let copy = bytes[part].to_vec();
                let at = random.index(bytes.len());
                bytes.splice(at..at, copy);
            }
            4 => {
                let other = &random.of(all).1;
                if !other.is_empty() {
                    let (from, to) = (random.part(other.len()), random.part(bytes.len()));
                    bytes.splice(to, other[from].iter().copied());
                }
            }
            5 => {
                let len = random.index(bytes.len());
                bytes.truncate(len.max(bytes.len() / 2));
            }
            _ => mutate_a_field(&mut bytes, random),
        }
    }
    if random.one_in(2) {
        mend_checksums(&mut bytes);
    }
    bytes
}

/// Where the length fields of a file stand, and how many bytes they have.
fn lengths(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if bytes.starts_with(b"\x89PNG") {
        let mut at = 8;
        while let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
            found.push((at, 4));
            at += 12 + u32::from_be_bytes(*length) as usize;
        }
    } else {
        let mut at = 2;
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
            found.push((at + 2, 2));
            if marker == 0xda {
                break;
            }
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
        }
    }
    found
}

/// Changes a length, or a byte close behind one: sizes, counts, types, the numbers of tables.
fn mutate_a_field(bytes: &mut [u8], random: &mut Random) {
    let fields = lengths(bytes);
    if fields.is_empty() {
        return;
    }
    let (at, len) = *random.of(&fields);
    if random.one_in(2) {
        let Some(field) = bytes.get_mut(at..at + len) else { return };
        match random.below(4) {
            0 => field.fill(0xff),
            1 => field.fill(0),
            2 => field[len - 1] = field[len - 1].wrapping_add(1),
            _ => field[len - 1] = random.byte(),
        }
    } else if let Some(byte) = bytes.get_mut(at + len + random.index(24)) {
        *byte = *random.of(&[0, 1, 2, 3, 4, 8, 15, 16, 0x11, 0x22, 0x44, 0x7f, 0x80, 0xff]);
    }
}

/// Gives the chunks of a PNG their right checksums, so that the change is not seen at once.
fn mend_checksums(bytes: &mut [u8]) {
    if !bytes.starts_with(b"\x89PNG") {
        return;
    }
    for (at, _) in lengths(bytes) {
        let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) else { return };
        let end = at + 8 + u32::from_be_bytes(*length) as usize;
        let Some(named) = bytes.get(at + 4..end) else { return };
        let checksum = crc32fast::hash(named).to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else { return };
        place.copy_from_slice(&checksum);
    }
}
