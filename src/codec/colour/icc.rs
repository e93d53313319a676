//! An ICC profile with nothing left in it but what says how stored samples become colours. The colour library reads
//! every tag that it knows, those for printing and texts in forty languages too, each as if it were alone; in a
//! hostile file many of them lie in one place, and two kilobytes become gigabytes.

/// How long a profile's header is, and an entry of the table of tags behind it: a name, a place and a length.
const HEADER: usize = 128;
const ENTRY: usize = 12;

/// The tags by which colours are converted from a device, if there is no table.
const WANTED: [[u8; 4]; 10] =
    [*b"rXYZ", *b"gXYZ", *b"bXYZ", *b"rTRC", *b"gTRC", *b"bTRC", *b"kTRC", *b"wtpt", *b"chad", *b"cicp"];

/// The tables from a device: the perceptual one, and that which is used where there is none.
const TABLES: [[u8; 4]; 2] = [*b"A2B0", *b"A2B1"];

/// The profile's header, and of its tags the first of each name that is wanted. Tags that share a body share it again.
///
/// `None` if the table of tags, or a tag that is wanted, is not all there, or if bodies overlap.
pub(super) fn stripped(profile: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = profile.split_at_checked(HEADER)?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
    let table = rest.get(..count.checked_mul(ENTRY)?)?.as_chunks::<ENTRY>().0;
    let find = |name: &[u8; 4]| table.iter().find(|entry| entry.starts_with(name));
    let entries: Vec<&[u8; ENTRY]> = WANTED.iter().filter_map(find).chain(TABLES.iter().find_map(find)).collect();

    let mut stripped = header.to_vec();
    stripped.extend(word(entries.len())?);
    let mut end = HEADER + 4 + ENTRY * entries.len();
    let mut bodies: Vec<(&[u8], usize)> = Vec::new();
    for &&[n0, n1, n2, n3, p3, p2, p1, p0, l3, l2, l1, l0] in &entries {
        let number = |bytes| usize::try_from(u32::from_be_bytes(bytes)).ok();
        let (place, length) = (number([p3, p2, p1, p0])?, number([l3, l2, l1, l0])?);
        let body = profile.get(place..)?.get(..length)?;
        let known = bodies.iter().find(|(known, _)| std::ptr::eq(*known, body));
        let at = known.map_or(end, |(_, at)| *at);
        if at == end {
            bodies.push((body, at));
            end += length.next_multiple_of(4);
        }
        stripped.extend([[n0, n1, n2, n3], word(at)?, word(length)?].as_flattened());
    }
    // Where no two overlap, they are no longer than what they come from but for their padding.
    if end > profile.len() + 4 * entries.len() {
        return None;
    }
    for (body, at) in bodies {
        stripped.resize(at, 0);
        stripped.extend(body);
    }
    stripped.resize(end, 0);
    stripped[..4].copy_from_slice(&word(end)?);
    Some(stripped)
}

fn word(number: usize) -> Option<[u8; 4]> {
    u32::try_from(number).ok().map(u32::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile of these tags, each with the place and the length of its body.
    fn profile(tags: &[(&[u8; 4], usize, usize)], data: &[u8]) -> Vec<u8> {
        let entries =
            tags.iter().flat_map(|(name, place, length)| [**name, word(*place).unwrap(), word(*length).unwrap()]);
        let entries: Vec<[u8; 4]> = entries.collect();
        [&[7; HEADER], &word(tags.len()).unwrap()[..], entries.as_flattened(), data].concat()
    }

    #[test]
    fn what_converts_no_colours_is_left_out() {
        let at = HEADER + 4 + 4 * ENTRY;
        let full = profile(&[(b"desc", at, 5), (b"A2B1", at, 5), (b"rXYZ", at + 1, 4), (b"A2B0", at + 3, 2)], b"abcde");
        let place = HEADER + 4 + 2 * ENTRY;
        let mut expected = profile(&[(b"rXYZ", place, 4), (b"A2B0", place + 4, 2)], b"bcdede\0\0");
        expected.truncate(place + 4);
        expected.extend(b"de\0\0");
        let length = word(expected.len()).unwrap();
        expected[..4].copy_from_slice(&length);
        assert_eq!(stripped(&full).unwrap(), expected);
        assert_eq!(stripped(&expected).unwrap(), expected);
    }

    #[test]
    fn bodies_are_shared_and_do_not_overlap() {
        let at = HEADER + 4 + 2 * ENTRY;
        let data = [7; 4000];
        let shared = profile(&[(b"rTRC", at, 4000), (b"gTRC", at, 4000)], &data);
        let mut same = shared.clone();
        let length = word(shared.len()).unwrap();
        same[..4].copy_from_slice(&length);
        assert_eq!(stripped(&shared).unwrap(), same);
        assert_eq!(stripped(&profile(&[(b"rTRC", at, 3999), (b"gTRC", at + 1, 3999)], &data)), None);
    }

    #[test]
    fn a_table_or_a_tag_must_be_all_there() {
        let at = HEADER + 4 + ENTRY;
        let good = profile(&[(b"rXYZ", at, 4)], b"abcd");
        assert!(stripped(&good).is_some());
        for len in 0..good.len() {
            assert_eq!(stripped(&good[..len]), None, "{len}");
        }
        assert_eq!(stripped(&profile(&[(b"rXYZ", u32::MAX as usize, 4)], b"abcd")), None);
        assert_eq!(stripped(&profile(&[(b"rXYZ", at, u32::MAX as usize)], b"abcd")), None);
        let mut many = good;
        many[HEADER..HEADER + 4].fill(0xff);
        assert_eq!(stripped(&many), None);
    }
}
