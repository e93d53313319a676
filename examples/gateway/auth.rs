//! HTTP Basic authentication: who may call, told from the `Authorization` header.

use std::sync::Arc;

use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use subtle::ConstantTimeEq;

/// An app key and its master secret, as in `APPKEY:MASTERSECRET`.
#[derive(Clone)]
pub(crate) struct Key {
    app: Arc<str>,
    /// Both, as they stand in the header.
    pair: String,
}

impl std::str::FromStr for Key {
    type Err = &'static str;

    fn from_str(pair: &str) -> Result<Self, Self::Err> {
        match pair.split_once(':') {
            Some((app, secret)) if !app.is_empty() && !secret.is_empty() => {
                Ok(Self { app: app.into(), pair: pair.to_owned() })
            }
            _ => Err("expected APPKEY:MASTERSECRET"),
        }
    }
}

/// Secrets are not for logs.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("app", &self.app).finish_non_exhaustive()
    }
}

/// Why a caller is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// There is no `Authorization` header.
    Missing,
    /// It is not Basic, is no base64, or names no key of ours.
    Wrong,
}

/// The keys that are valid.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        Self(keys)
    }

    /// The app that a header names. Every key is compared, each in a time that does not depend on where it differs.
    pub(crate) fn app(&self, header: Option<&HeaderValue>) -> Result<Arc<str>, Denied> {
        let header = header.ok_or(Denied::Missing)?.to_str().map_err(|_| Denied::Wrong)?;
        let (scheme, token) = header.split_once(' ').ok_or(Denied::Wrong)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(Denied::Wrong);
        }
        let pair = BASE64_STANDARD.decode(token.trim()).map_err(|_| Denied::Wrong)?;
        let mut app = Err(Denied::Wrong);
        for key in &self.0 {
            if bool::from(key.pair.as_bytes().ct_eq(&pair)) {
                app = Ok(Arc::clone(&key.app));
            }
        }
        app
    }
}
