//! Files made to do harm: each is refused with the right kind of error, or taken for what it is, in bounded time and
//! memory.

use pushpix::Limits;

use crate::builders::{
    EOI, RGB, SIGNATURE, SOI, baseline, chunk, claiming, dht, dqt, iccp, idat, ihdr, png, primaries, profile,
    progressive, segment, small_png, sof, sos, zeros,
};
use crate::doors;
use crate::measure::{LONGEST, SLACK, Turn, panics, turn};

/// A file, and what the strict `adapt` must say: `ok` or the kind of error.
type Case = (&'static str, Vec<u8>, &'static str);

/// Puts every file through every door.
fn hold(turn: &Turn, cases: Vec<Case>) {
    for (name, bytes, expected) in cases {
        let (outcomes, taken) = turn.measured(|| doors::all(&bytes, &Limits::default()));
        let outcomes = outcomes.unwrap_or_else(|| panic!("{name} panics: {:?}", panics()));
        assert!(taken.time < LONGEST, "{name} takes {taken:?}");
        // A file is in memory once more where a batch has it.
        assert!(taken.bytes < SLACK + bytes.len(), "{name} takes {taken:?}");
        for (door, outcome) in &outcomes {
            let word = doors::word(outcome);
            assert!(["ok", "decode", "unsupported", "limit"].contains(&word), "{name} at {door}: {outcome:?}");
            if ["adapt", "verify", "batch"].contains(door) {
                assert_eq!(word, expected, "{name} at {door}: {outcome:?}");
            }
        }
    }
}

/// The parts of a good JPEG with one of them changed: left out where it becomes nothing.
fn with(part: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut parts = baseline(40, 30);
    change(&mut parts[part]);
    parts.concat()
}

/// The parts of [`baseline`] by their places.
const DQT: usize = 1;
const SOF: usize = 2;
const DC: usize = 3;
const AC: usize = 4;
const SCAN: usize = 5;
const DATA: usize = 6;
const END: usize = 7;

#[test]
fn sizes_that_lie() {
    let turn = turn();
    let jpeg = |marker, width, height, components| {
        [SOI, &dqt(0), &sof(marker, width, height, components), &dht(0), &dht(0x10), &sos(&[1], 0, 0, 0), &[0; 9]]
            .concat()
    };
    let png = |width, height, kind| png(&[ihdr(width, height, kind), idat(100)]);
    hold(
        &turn,
        vec![
            ("jpeg of 65535x65535", jpeg(0xc0, 65_535, 65_535, 1), "limit"),
            ("jpeg of 65535x65535, progressive", jpeg(0xc2, 65_535, 65_535, 3), "limit"),
            ("jpeg of 10000x10000 without data", jpeg(0xc2, 10_000, 10_000, 3), "limit"),
            ("jpeg without width", jpeg(0xc0, 0, 50, 1), "decode"),
            ("jpeg without height", jpeg(0xc0, 50, 0, 1), "unsupported"),
            ("jpeg without anything", jpeg(0xc0, 0, 0, 0), "unsupported"),
            ("png of 65535x65535", png(65_535, 65_535, RGB), "limit"),
            ("png of the largest size", png(0x7fff_ffff, 0x7fff_ffff, [16, 6, 1]), "limit"),
            ("png of a row of the largest width", png(0x7fff_ffff, 1, [1, 0, 0]), "limit"),
            ("png beyond the largest size", png(0x8000_0000, 1, RGB), "decode"),
            ("png of 4294967295x4294967295", png(u32::MAX, u32::MAX, RGB), "decode"),
            ("png without width", png(0, 50, RGB), "decode"),
            ("png without height", png(50, 0, RGB), "decode"),
        ],
    );
}

#[test]
fn jpeg_tables_that_lie() {
    let turn = turn();
    let codes = |counts: [u8; 16], symbols: &[u8]| segment(0xc4, &[&[0][..], &counts, symbols].concat());
    let mut full = [0; 16];
    full[0] = 3;
    let mut many = [0; 16];
    many[15] = 255;
    let mut long = [0; 16];
    long[7] = 255;
    long[15] = 255;
    hold(
        &turn,
        vec![
            ("a good one", baseline(40, 30).concat(), "ok"),
            ("no quantization table", with(DQT, Vec::clear), "decode"),
            ("no table for means: the standard's, for which the data do not suffice", with(DC, Vec::clear), "decode"),
            ("no tables of number 2", with(SCAN, |scan| scan[6] = 0x22), "decode"),
            ("tables of number 15", with(SCAN, |scan| scan[6] = 0xff), "decode"),
            ("a quantization table cut short", with(DQT, |dqt| *dqt = segment(0xdb, &[0; 40])), "decode"),
            ("a quantization table of number 9", with(DQT, |table| *table = dqt(9)), "decode"),
            ("a quantization table of 8-bit zeros", with(DQT, |dqt| dqt[5..].fill(0)), "ok"),
            ("three codes of one bit", with(DC, |dht| *dht = codes(full, &[0, 1, 2])), "decode"),
            ("codes without symbols", with(AC, |dht| *dht = codes(many, &[])), "decode"),
            ("more codes than 256", with(DC, |dht| *dht = codes(long, &[0; 510])), "decode"),
            ("a table cut within its counts", with(AC, |dht| *dht = segment(0xc4, &[0x10, 1, 0, 0])), "decode"),
            ("an empty table", with(AC, |dht| *dht = segment(0xc4, &[])), "decode"),
            ("a mean of 255 bits", with(DC, |dht| *dht = codes(many, &[255; 255])), "decode"),
            ("ten thousand tables", with(DC, |tables| *tables = dht(0).repeat(10_000)), "ok"),
            ("a restart interval cut short", with(DC, |dht| dht.extend(segment(0xdd, &[1]))), "decode"),
            ("restarts that never come", with(DC, |dht| dht.extend(segment(0xdd, &[0, 1]))), "decode"),
        ],
    );
}

#[test]
fn jpeg_frames_and_scans_that_lie() {
    let turn = turn();
    let frame = |body: &[u8]| with(SOF, |sof| *sof = segment(0xc0, body));
    let three = [SOI, &dqt(0), &sof(0xc0, 40, 30, 3), &dht(0), &dht(0x10)].concat();
    let one_scan = [sos(&[1], 0, 63, 0), zeros(2 * 20)].concat();
    hold(
        &turn,
        vec![
            ("1000 scans", progressive(40, 30, 1000), "limit"),
            ("896 scans, the most there can be", progressive(40, 30, 896), "limit"),
            ("100 scans", progressive(40, 30, 100), "ok"),
            ("1000 scans that are not progressive", [&three[..], &one_scan.repeat(1000), EOI].concat(), "limit"),
            ("two scans of one component", [&three[..], &one_scan, &one_scan, EOI].concat(), "decode"),
            ("a component left out", [&three[..], &one_scan, EOI].concat(), "decode"),
            ("two frames", with(SOF, |sof| *sof = sof.repeat(2)), "decode"),
            ("a frame behind the scan", with(END, |end| *end = [&sof(0xc0, 9, 9, 1)[..], EOI].concat()), "decode"),
            ("no frame", with(SOF, Vec::clear), "decode"),
            (
                "a frame within a frame",
                with(SOF, |sof| {
                    let whole = sof.clone();
                    sof.splice(4..4, whole);
                }),
                "decode",
            ),
            ("255 components", frame(&[&[8, 0, 9, 0, 9, 255][..], &[1, 0x11, 0].repeat(255)].concat()), "unsupported"),
            ("2 components", frame(&[8, 0, 9, 0, 9, 2, 1, 0x11, 0, 2, 0x11, 0]), "unsupported"),
            ("a component of factors 0", frame(&[8, 0, 9, 0, 9, 1, 1, 0x00, 0]), "decode"),
            ("factors of 15", frame(&[8, 0, 9, 0, 9, 1, 1, 0xff, 0]), "decode"),
            ("fewer components than it says", frame(&[8, 0, 9, 0, 9, 3, 1, 0x11, 0]), "decode"),
            ("a frame header of one byte", frame(&[8]), "decode"),
            ("16 bits", frame(&[16, 0, 9, 0, 9, 1, 1, 0x11, 0]), "decode"),
            ("a scan of 255 components", with(SCAN, |scan| scan[4] = 255), "decode"),
            ("a scan of none", with(SCAN, |scan| *scan = segment(0xda, &[0, 0, 63, 0])), "decode"),
            ("a scan of another component", with(SCAN, |scan| scan[5] = 9), "decode"),
            ("a scan without a body", with(SCAN, |scan| *scan = segment(0xda, &[])), "decode"),
            ("a scan header that is cut", with(SCAN, |scan| scan.truncate(3)), "decode"),
        ],
    );
}

#[test]
fn jpeg_data_that_go_on() {
    let turn = turn();
    let mut junk = vec![0; 1 << 20];
    junk.iter_mut().enumerate().for_each(|(at, byte)| *byte = u8::try_from(at * 7 % 251).unwrap());
    let in_front = |more: &[u8]| with(DQT, |dqt| dqt.extend(more));
    let pieces = |count: u8| -> Vec<u8> {
        (1..=count).flat_map(|number| segment(0xe2, &[&b"ICC_PROFILE\0"[..], &[number, count, 7]].concat())).collect()
    };
    hold(
        &turn,
        vec![
            ("a megabyte of fill", in_front(&vec![0xff; 1 << 20]), "ok"),
            ("a megabyte that is no segment", in_front(&junk), "ok"),
            ("a megabyte of restart markers", in_front(&[0xff, 0xd0].repeat(1 << 19)), "ok"),
            ("half a million stuffed bytes", in_front(&[0xff, 0x00].repeat(1 << 19)), "ok"),
            ("60 000 comments", in_front(&segment(0xfe, b"").repeat(60_000)), "ok"),
            ("255 pieces of a profile", in_front(&pieces(255)), "ok"),
            ("60 000 pieces of a profile", in_front(&segment(0xe2, b"ICC_PROFILE\0\x01\xff").repeat(60_000)), "ok"),
            ("60 000 beginnings", in_front(&SOI.repeat(60_000)), "decode"),
            (
                "fill within the data",
                with(DATA, |data| {
                    data.splice(3..3, vec![0xff; 1 << 20]);
                }),
                "decode",
            ),
            // The last scan is passed over where an eighth is enough.
            (
                "fill within data that are passed over",
                {
                    let file = progressive(400, 300, 20);
                    [&file[..file.len() - 2], &[0xff].repeat(1 << 20), &[0], EOI].concat()
                },
                "ok",
            ),
            ("a megabyte behind the data", with(DATA, |data| data.extend(&junk)), "ok"),
            ("a megabyte of fill behind the data", with(DATA, |data| data.extend(vec![0xff; 1 << 20])), "ok"),
            ("another picture behind the end", with(END, |end| end.extend(baseline(9, 9).concat())), "ok"),
            ("no end", with(END, Vec::clear), "ok"),
            ("no data", with(DATA, Vec::clear), "decode"),
            ("half of the data", with(DATA, |data| data.truncate(data.len() / 2)), "decode"),
            ("a segment shorter than its length field", in_front(&[0xff, 0xe0, 0, 1]), "decode"),
            ("a segment longer than the file", in_front(&[0xff, 0xe0, 0xff, 0xff]), "decode"),
        ],
    );
}

#[test]
fn png_chunks_that_lie() {
    let turn = turn();
    let good = || vec![ihdr(6, 5, RGB), idat(5 * 19)];
    let insert = |at: usize, chunk: Vec<u8>| {
        let mut chunks = good();
        chunks.insert(at, chunk);
        png(&chunks)
    };
    let end = chunk(b"IEND", b"");
    let wrong = |name: &[u8; 4], body: &[u8]| claiming(name, u32::try_from(body.len()).unwrap(), body, 7);
    let palette = |colours: &[u8]| png(&[ihdr(6, 5, [8, 3, 0]), chunk(b"PLTE", colours), idat(5 * 7)]);
    hold(
        &turn,
        vec![
            ("a good one", png(&good()), "ok"),
            ("data in front of the header", [SIGNATURE, &good()[1], &good()[0], &end].concat(), "decode"),
            ("an end in front of the data", [SIGNATURE, &good()[0], &end, &good()[1], &end].concat(), "decode"),
            ("two headers", insert(1, ihdr(6, 5, RGB)), "decode"),
            ("two headers of two sizes", insert(2, ihdr(9, 9, RGB)), "decode"),
            ("no data", png(&good()[..1]), "decode"),
            ("no chunks", SIGNATURE.to_vec(), "decode"),
            ("a palette behind the data", insert(2, chunk(b"PLTE", &[0; 6])), "decode"),
            ("two palettes", insert(1, chunk(b"PLTE", &[0; 6]).repeat(2)), "decode"),
            ("a chunk between data", png(&[ihdr(6, 5, RGB), idat(9), chunk(b"tEXt", b"a\0b"), idat(9)]), "decode"),
            ("an unknown critical chunk", insert(1, chunk(b"BANG", b"")), "decode"),
            ("an unknown chunk", insert(1, chunk(b"baNg", b"")), "ok"),
            ("a name that is none", insert(1, chunk(b"\0\0\0\0", b"")), "decode"),
            ("a header with a wrong checksum", png(&[wrong(b"IHDR", &good()[0][8..21]), idat(95)]), "decode"),
            ("data with a wrong checksum", png(&[ihdr(6, 5, RGB), wrong(b"IDAT", &idat(95)[8..])]), "decode"),
            ("an end with a wrong checksum", [SIGNATURE, &good().concat(), &wrong(b"IEND", b"")].concat(), "decode"),
            ("text with a wrong checksum", insert(1, wrong(b"tEXt", b"a\0b")), "ok"),
            ("gamma with a wrong checksum", insert(1, wrong(b"gAMA", &[0, 0, 0, 1])), "ok"),
            ("a chunk of 2147483647 bytes", insert(1, claiming(b"tEXt", 0x7fff_ffff, b"a", 7)), "decode"),
            ("a chunk of 4294967295 bytes", insert(1, claiming(b"tEXt", u32::MAX, b"a", 7)), "decode"),
            (
                "data of 2147483647 bytes",
                [SIGNATURE, &good()[0], &claiming(b"IDAT", 0x7fff_ffff, b"x", 7)].concat(),
                "decode",
            ),
            ("a palette of 257 colours", palette(&[1; 771]), "decode"),
            ("a palette of a million colours", palette(&vec![1; 3_000_000]), "decode"),
            ("a palette of 4 bytes", palette(&[1; 4]), "decode"),
            ("an empty palette", palette(&[]), "decode"),
            ("no palette", png(&[ihdr(6, 5, [8, 3, 0]), idat(35)]), "decode"),
            ("transparency of a million entries", small_png(&[chunk(b"tRNS", &vec![1; 1_000_000])]), "ok"),
            ("transparency without a palette", png(&[ihdr(6, 5, [8, 3, 0]), chunk(b"tRNS", b"a"), idat(35)]), "decode"),
            ("a header of 12 bytes", png(&[chunk(b"IHDR", &good()[0][8..20]), idat(95)]), "decode"),
            ("7 bits", png(&[ihdr(6, 5, [7, 0, 0]), idat(95)]), "decode"),
            ("colour type 5", png(&[ihdr(6, 5, [8, 5, 0]), idat(95)]), "decode"),
            ("interlace method 2", png(&[ihdr(6, 5, [8, 2, 2]), idat(95)]), "decode"),
        ],
    );
}

#[test]
fn png_data_that_expand() {
    let turn = turn();
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 50 << 20], 9);
    // Blocks with the fixed codes and nothing in them, of ten bits each: every one has its tables made.
    let mut nothing = vec![0x78, 0x01];
    nothing.extend([0x02, 0x08, 0x20, 0x80, 0x00].repeat(1 << 18));
    // And then the picture.
    nothing.extend([&[1, 95, 0, 0xa0, 0xff][..], &[0; 95], &[0, 95, 0, 1]].concat());
    let text = |name: &[u8; 4], head: &[u8]| small_png(&[chunk(name, &[head, &bomb[..]].concat())]);
    let frames = |count: u32| chunk(b"acTL", &[count.to_be_bytes(), [0; 4]].concat());
    let control = chunk(b"fcTL", &[0; 26]);
    let xmp = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], &vec![b'x'; 9 << 20]].concat();
    hold(
        &turn,
        vec![
            ("text that inflates to 50 MB", text(b"zTXt", b"key\0\0"), "ok"),
            ("international text that inflates to 50 MB", text(b"iTXt", b"key\0\x01\0\0\0"), "ok"),
            ("XMP that inflates to 50 MB", text(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0"), "ok"),
            ("a profile that inflates to 50 MB", text(b"iCCP", b"name\0\0"), "ok"),
            ("a picture that inflates to 50 MB", png(&[ihdr(6, 5, RGB), chunk(b"IDAT", &bomb)]), "ok"),
            ("a picture of 50 MB in a row", png(&[ihdr(1, 1, RGB), idat(50 << 20)]), "ok"),
            ("a megabyte of blocks of nothing", png(&[ihdr(6, 5, RGB), chunk(b"IDAT", &nothing)]), "decode"),
            (
                "a profile of blocks of nothing",
                small_png(&[chunk(b"iCCP", &[b"name\0\0", &nothing[..]].concat())]),
                "ok",
            ),
            ("a million empty pieces", png(&[ihdr(6, 5, RGB), chunk(b"IDAT", b"").repeat(1_000_000), idat(95)]), "ok"),
            ("a million texts", small_png(&[chunk(b"tEXt", b"a\0").repeat(1_000_000)]), "ok"),
            ("300 000 profiles", small_png(&[chunk(b"iCCP", b"a\0\0").repeat(300_000)]), "ok"),
            ("9 MB of EXIF", small_png(&[chunk(b"eXIf", &vec![0; 9 << 20])]), "ok"),
            ("9 MB of XMP", small_png(&[chunk(b"iTXt", &xmp)]), "ok"),
            ("1000 frames", small_png(&[frames(1000)]), "ok"),
            ("1001 frames", small_png(&[frames(1001)]), "limit"),
            ("4294967295 frames", small_png(&[frames(u32::MAX)]), "limit"),
            ("100 000 frame controls", small_png(&[frames(2), control.repeat(100_000)]), "ok"),
            ("animation of no length", small_png(&[chunk(b"acTL", b"")]), "ok"),
            (
                "data that want a dictionary",
                png(&[ihdr(6, 5, RGB), chunk(b"IDAT", &[0x78, 0xbb, 0, 0, 0, 1, 0])]),
                "decode",
            ),
            ("data that are no zlib", png(&[ihdr(6, 5, RGB), chunk(b"IDAT", &[0xff; 99])]), "decode"),
            ("data that stop", png(&[ihdr(6, 5, RGB), chunk(b"IDAT", &idat(95)[8..18])]), "decode"),
        ],
    );
}

#[test]
fn exif_that_lies() {
    let turn = turn();
    let both = |block: &[u8]| {
        [small_png(&[chunk(b"eXIf", block)]), with(0, |soi| soi.extend(segment(0xe1, &[b"Exif\0\0", block].concat())))]
    };
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let directory = |count: u16, entries: &[u8], next: u32| {
        [&b"MM\0*\0\0\0\x08"[..], &count.to_be_bytes(), entries, &next.to_be_bytes()].concat()
    };
    // Each directory is the next of the one before, and in the end the first one of itself.
    let mut chain = b"MM\0*\0\0\0\x08".to_vec();
    (0..5000_u32).for_each(|index| chain.extend([&[0, 0][..], &(14 + 6 * index).to_be_bytes()].concat()));
    let blocks = [
        ("empty", Vec::new()),
        ("a byte order", b"MM".to_vec()),
        ("a directory at the end of the world", b"II*\0\xff\xff\xff\xff".to_vec()),
        ("a directory within its header", b"MM\0*\0\0\0\x01\0\x01".to_vec()),
        ("65535 entries that are not there", directory(u16::MAX, &[], 8)),
        ("5000 entries", directory(5000, &entry(0x010e, 2, u32::MAX, u32::MAX).repeat(5000), 8)),
        ("a directory that follows itself", directory(1, &entry(0x8769, 4, 1, 8), 8)),
        ("5000 directories", chain),
        ("4294967295 orientations", directory(1, &entry(0x0112, 3, u32::MAX, 8), 0)),
        ("orientation 0", directory(1, &entry(0x0112, 3, 1, 0), 0)),
        ("orientation 65535", directory(1, &entry(0x0112, 3, 1, 0xffff_0000), 0)),
        ("an orientation of type 65535", directory(1, &entry(0x0112, u16::MAX, 1, 6 << 16), 0)),
    ];
    hold(&turn, blocks.into_iter().flat_map(|(name, block)| both(&block).map(|file| (name, file, "ok"))).collect());
}

#[test]
fn profiles_that_lie() {
    let turn = turn();
    let (tags, data) = primaries();
    let good = profile(b"XYZ ", &tags, &data);
    let with = |at: usize, bytes: &[u8]| {
        let mut profile = good.clone();
        profile[at..at + bytes.len()].copy_from_slice(bytes);
        profile
    };
    let table = |head: &[u8]| profile(b"Lab ", &[(*b"A2B0", 0, 80)], &[head, &[0; 80][..]].concat());
    let curve = |count: u32| {
        let curve = [&b"curv\0\0\0\0"[..], &count.to_be_bytes(), &[1; 40]].concat();
        let length = u32::try_from(curve.len()).unwrap();
        let tags = [&tags[..3], &[*b"rTRC", *b"gTRC", *b"bTRC"].map(|name| (name, 60, length))].concat();
        profile(b"XYZ ", &tags, &[&data[..60], &curve].concat())
    };
    let nan = [&b"para\0\0\0\0\0\x04\0\0"[..], &[0x80, 0, 0, 0].repeat(7)].concat();
    let profiles = [
        ("a good one", good.clone()),
        ("a length of 4294967295", with(0, &[0xff; 4])),
        ("a length of 0", with(0, &[0; 4])),
        ("4294967295 tags", with(128, &[0xff; 4])),
        ("357913941 tags", with(128, &[0x15, 0x55, 0x55, 0x55])),
        ("a tag at the end of the world", with(136, &[0xff; 4])),
        ("a tag of 4294967295 bytes", with(140, &[0xff; 4])),
        ("a tag in the header", with(136, &[0; 4])),
        ("primaries on a line", with(132 + 72 + 8, &[0; 52])),
        ("primaries beyond all", with(132 + 72 + 8, &[0x7f; 52])),
        ("no signature", with(36, &[0; 4])),
        ("of CMYK", with(16, b"CMYK")),
        ("of XYZ, from XYZ", with(16, b"XYZ ")),
        ("of nothing", with(16, &[0xff; 8])),
        ("a device link", with(12, b"link")),
        ("a table of 255 in 15 dimensions", table(b"mft1\0\0\0\0\x0f\x0f\xff\0")),
        ("a table of 255x255x255", table(b"mft2\0\0\0\0\x03\x03\xff\0")),
        ("a table of none", table(b"mft2\0\0\0\0\x03\x03\0\0")),
        ("a table of 1x1x1", table(b"mft1\0\0\0\0\x03\x03\x01\0")),
        ("a table from nothing to nothing", table(b"mft1\0\0\0\0\0\0\x11\0")),
        ("a table of version 4", table(b"mAB \0\0\0\0\x03\x03\0\0\0\0\0\x20\0\0\0\x20\0\0\0\x20\0\0\0\x20\0\0\0\x20")),
        ("a table of version 4 without end", table(b"mAB \0\0\0\0\x03\x03\0\0\xff\xff\xff\xff\xff\xff\xff\xff")),
        ("a curve of 4294967295 points", curve(u32::MAX)),
        ("a curve of 40 000 points that are not there", curve(40_000)),
        ("a curve of one point", curve(1)),
        ("a curve of none", curve(0)),
        (
            "a curve without sense",
            profile(
                b"XYZ ",
                &[&tags[..3], &[(*b"rTRC", 60, 40), (*b"gTRC", 60, 40), (*b"bTRC", 60, 40)]].concat(),
                &[&data[..60], &nan].concat(),
            ),
        ),
        ("cut in its header", good[..100].to_vec()),
        ("cut in its table", good[..150].to_vec()),
        ("cut in its data", good[..good.len() - 9].to_vec()),
        ("empty", Vec::new()),
    ];
    let in_png = profiles.iter().map(|(name, profile)| (*name, small_png(&[iccp(profile)]), "ok"));
    // In a JPEG it is one for a grey picture, which has none of these colours.
    let in_jpeg = profiles.iter().map(|(name, profile)| {
        let body = [b"ICC_PROFILE\0\x01\x01", &profile[..]].concat();
        let mut parts = baseline(40, 30);
        parts[0].extend(segment(0xe2, &body));
        (*name, parts.concat(), "ok")
    });
    hold(&turn, in_png.chain(in_jpeg).collect());
}

#[test]
fn a_strip_takes_hardly_longer_than_a_square() {
    let turn = turn();
    let time = |width: u32, height: u32| {
        let len = height as usize * (1 + 4 * width as usize);
        let file = png(&[ihdr(width, height, [8, 6, 0]), idat(len)]);
        let (outcome, taken) = turn.measured(|| doors::fast(&Limits::default()).adapt(&file, &doors::small()).is_ok());
        assert!(outcome.unwrap());
        taken.time
    };
    let (square, tall, wide) = (time(2000, 2000), time(8, 500_000), time(500_000, 8));
    assert!(tall.max(wide) < 8 * square, "{square:?}, {tall:?}, {wide:?}");
}

#[test]
fn a_name_of_a_megabyte_is_not_compared() {
    let turn = turn();
    let id = format!("oppo/{}", "x".repeat(1 << 20));
    let (unknown, taken) = turn.measured(|| pushpix::Spec::builtin(&id).is_err());
    assert!(unknown.unwrap() && taken.bytes < SLACK, "{taken:?}");
}
