//! Small numbers out of the bytes of a fuzzer.

/// Numbers from the end of the bytes; what is left in front is a file. So a file with some numbers behind it is a seed.
#[derive(Debug)]
pub(crate) struct Figures<'a>(&'a [u8]);

impl<'a> Figures<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A byte; 0 where there are none left.
    pub(crate) fn byte(&mut self) -> u8 {
        let (last, rest) = self.0.split_last().unwrap_or((&0, &[]));
        self.0 = rest;
        *last
    }

    /// Two bytes as one number.
    pub(crate) fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// One of them, which are some.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// The bytes that are left.
    pub(crate) fn file(self) -> &'a [u8] {
        self.0
    }
}
