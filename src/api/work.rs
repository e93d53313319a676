//! What takes a picture: to make it fit a slot, or to hold it against the slot's rules.

use crate::adapter::Adapter;
use crate::spec::Spec;

use super::refusal::Refusal;

/// One picture that a request hands over, and what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Work {
    /// The request's field that hands it over, for messages.
    pub field: &'static str,
    /// Where to get it, an `http` or `https` address; `None` if it was uploaded in [`field`](Self::field).
    pub url: Option<String>,
    /// What is to be done.
    pub mode: Mode,
    /// The rule of its slot. [`Spec::quota_per_day`] is how many a day may be stored.
    pub spec: Spec,
}

/// How a picture is brought to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// It is scaled in proportion, padded, never cropped, and compressed as the slot asks. What it is padded with, which
    /// the page calls blank space only, is the [adapter's background](Adapter::with_background).
    Adapt,
    /// It must comply as it is.
    Verify,
}

impl Work {
    /// Adapts or verifies a picture. What is returned may be stored: it complies with the slot's rules.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the field: by [`Refusal::from_error`] if it cannot be adapted, by
    /// [`Refusal::from_verdict`] if it does not comply.
    ///
    /// # Cost
    ///
    /// That of [`Adapter::adapt`] or [`Adapter::verify`], milliseconds to seconds of a processor; the adapter's limits
    /// and its deadline bound it.
    pub fn run(&self, adapter: &Adapter, picture: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        match self.mode {
            Mode::Adapt => match adapter.adapt(&picture, &self.spec) {
                Ok(adapted) => Ok(adapted.bytes),
                Err(error) => Err(Refusal::from_error(self.field, &error)),
            },
            Mode::Verify => match Refusal::from_verdict(self.field, &adapter.verify(&picture, &self.spec)) {
                None => Ok(picture),
                Some(refusal) => Err(refusal),
            },
        }
    }
}
