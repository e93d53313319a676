//! How the system's allocator is put in the mood for picture after picture.

use std::hint::black_box;

/// The most for which glibc takes a freed block as a hint, less room for its own.
const LARGEST_HINT: usize = (32 << 20) - (64 << 10);

/// Lets memory that is freed stay with the process, for the next picture.
///
/// glibc gives a thread's free memory back to the system as soon as there is more of it than twice the largest block that
/// was freed so far, and to have it again costs a fault for every 4 KiB: of a batch's time that is 4 to 20 %, by the
/// sizes of the pictures. A block that is freed unused moves the limit to 64 MiB. Elsewhere it does nothing.
pub(crate) fn keep_freed() {
    drop(black_box(Vec::<u8>::with_capacity(LARGEST_HINT)));
}
