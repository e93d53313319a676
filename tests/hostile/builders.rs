//! JPEG and PNG files in parts, to be left out, doubled, put elsewhere or made to lie.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// A marker segment.
pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

/// A quantization table of ones.
pub(crate) fn dqt(number: u8) -> Vec<u8> {
    segment(0xdb, &[&[number][..], &[1; 64]].concat())
}

/// A Huffman table with one code, a single 0, for the symbol 0: no difference, or the end of the block.
pub(crate) fn dht(target: u8) -> Vec<u8> {
    segment(0xc4, &[&[target, 1][..], &[0; 15], &[0]].concat())
}

/// A frame header for so many components that are not subsampled.
pub(crate) fn sof(marker: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
    let mut body = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[components]].concat();
    body.extend((1..=components).flat_map(|id| [id, 0x11, 0]));
    segment(marker, &body)
}

/// A scan header for these components: the first and the last coefficient, the bits before and after.
pub(crate) fn sos(components: &[u8], first: u8, last: u8, bits: u8) -> Vec<u8> {
    let count = u8::try_from(components.len()).unwrap();
    let parts: Vec<u8> = components.iter().flat_map(|&id| [id, 0]).collect();
    segment(0xda, &[&[count][..], &parts, &[first, last, bits]].concat())
}

/// Data of so many bits, all 0.
pub(crate) fn zeros(bits: usize) -> Vec<u8> {
    let mut data = vec![0; bits / 8];
    data.extend((!bits.is_multiple_of(8)).then(|| 0xff_u8 >> (bits % 8)));
    data
}

fn blocks(width: u16, height: u16) -> usize {
    usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8)
}

pub(crate) const SOI: &[u8] = &[0xff, 0xd8];
pub(crate) const EOI: &[u8] = &[0xff, 0xd9];

/// A grey baseline picture: the start, tables, the frame header, tables, the scan, its data, the end.
pub(crate) fn baseline(width: u16, height: u16) -> Vec<Vec<u8>> {
    let data = zeros(2 * blocks(width, height));
    let scan = sos(&[1], 0, 63, 0);
    vec![SOI.to_vec(), dqt(0), sof(0xc0, width, height, 1), dht(0), dht(0x10), scan, data, EOI.to_vec()]
}

/// A grey progressive picture of so many scans, which add a bit to one coefficient each.
pub(crate) fn progressive(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let bits = |low: u8| if low == 13 { 13 } else { (low + 1) << 4 | low };
    let order = (0..64).flat_map(|place| (0..14).rev().map(move |low| sos(&[1], place, place, bits(low))));
    let data = zeros(blocks(width, height));
    let scans = order.cycle().take(scans).flat_map(|scan| [scan, data.clone()]);
    let parts = [SOI.to_vec(), dqt(0), sof(0xc2, width, height, 1), dht(0), dht(0x10)];
    parts.into_iter().chain(scans).chain([EOI.to_vec()]).collect::<Vec<_>>().concat()
}

pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk with its checksum.
pub(crate) fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let checksum = crc32fast::hash(&[&name[..], body].concat());
    claiming(name, u32::try_from(body.len()).unwrap(), body, checksum)
}

/// A chunk that says this of its length and checksum.
pub(crate) fn claiming(name: &[u8; 4], length: u32, body: &[u8], checksum: u32) -> Vec<u8> {
    [&length.to_be_bytes()[..], name, body, &checksum.to_be_bytes()].concat()
}

/// A header chunk; `kind` is the bit depth, the colour type and the interlace method.
pub(crate) fn ihdr(width: u32, height: u32, kind: [u8; 3]) -> Vec<u8> {
    let [depth, colour, interlace] = kind;
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, interlace]].concat())
}

/// A data chunk of so many bytes, all 0.
pub(crate) fn idat(len: usize) -> Vec<u8> {
    chunk(b"IDAT", &compress_to_vec_zlib(&vec![0; len], 6))
}

/// A PNG of these chunks, with an end.
pub(crate) fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE, &chunks.concat(), &chunk(b"IEND", b"")].concat()
}

pub(crate) const RGB: [u8; 3] = [8, 2, 0];

/// Black, 6x5 pixels, with these chunks in front of the data.
pub(crate) fn small_png(chunks: &[Vec<u8>]) -> Vec<u8> {
    png(&[&[ihdr(6, 5, RGB)], chunks, &[idat(5 * 19)]].concat())
}

/// A chunk with an ICC profile.
pub(crate) fn iccp(profile: &[u8]) -> Vec<u8> {
    chunk(b"iCCP", &[b"name\0\0", &compress_to_vec_zlib(profile, 1)[..]].concat())
}

/// A tag of a profile: its name, its place, counted from the end of the table of tags, and its length.
pub(crate) type Tag = ([u8; 4], u32, u32);

/// An ICC profile from RGB to `pcs` with these tags, and the data behind their table.
pub(crate) fn profile(pcs: &[u8; 4], tags: &[Tag], data: &[u8]) -> Vec<u8> {
    let start = 132 + 12 * u32::try_from(tags.len()).unwrap();
    let mut profile = vec![0; 128];
    profile[8] = 4;
    profile[12..16].copy_from_slice(b"mntr");
    profile[16..20].copy_from_slice(b"RGB ");
    profile[20..24].copy_from_slice(pcs);
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(&[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
    profile.extend(u32::try_from(tags.len()).unwrap().to_be_bytes());
    for (name, place, length) in tags {
        profile.extend(name);
        profile.extend(start.wrapping_add(*place).to_be_bytes());
        profile.extend(length.to_be_bytes());
    }
    profile.extend(data);
    let length = u32::try_from(profile.len()).unwrap();
    profile[..4].copy_from_slice(&length.to_be_bytes());
    profile
}

/// The tags of sRGB's primaries with a gamma of 2, and their data.
pub(crate) fn primaries() -> (Vec<Tag>, Vec<u8>) {
    // With 16 bits behind the point.
    let xyz = |values: [u32; 3]| [b"XYZ \0\0\0\0", values.map(u32::to_be_bytes).as_flattened()].concat();
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\0\0\0".to_vec();
    let (red, green, blue) =
        (xyz([0x6fa2, 0x38f5, 0x390]), xyz([0x6299, 0xb785, 0x18da]), xyz([0x24a0, 0xf84, 0xb6cf]));
    let data = [red, green, blue, curve].concat();
    let tags = vec![
        (*b"rXYZ", 0, 20),
        (*b"gXYZ", 20, 20),
        (*b"bXYZ", 40, 20),
        (*b"rTRC", 60, 14),
        (*b"gTRC", 60, 14),
        (*b"bTRC", 60, 14),
    ];
    (tags, data)
}
