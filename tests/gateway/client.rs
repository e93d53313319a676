//! A caller: one request for each connection, and forms as browsers and curl send them.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::api::v3;
use serde_json::Value;

use crate::origin::ICON;
use crate::server::{Gateway, KEY};

/// Between the parts of a form.
const BOUNDARY: &str = "------------------------d74496d66958873e";

/// How long an answer is waited for: under load, on a machine that has other things to do, the last takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// The calls of v3 and the one of v4.
pub(crate) const BYURLS: &str = "/v3/images/byurls";
pub(crate) const BYFILES: &str = "/v3/images/byfiles";
pub(crate) const OPPO: &str = "/v4/image/oppo";

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A field of the body that is a text.
    pub(crate) fn text(&self, field: &str) -> String {
        let json = self.json();
        json[field].as_str().unwrap_or_else(|| panic!("no {field}: {json}")).to_owned()
    }

    /// The answer of API v3, which must be one of success.
    pub(crate) fn answer(&self) -> v3::Answer {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status, code and message of an error.
    pub(crate) fn error(&self) -> (u16, u64, String) {
        let json = self.json();
        let error = &json["error"];
        let message = error["message"].as_str().unwrap_or_else(|| panic!("no error: {json}")).to_owned();
        (self.status, error["code"].as_u64().unwrap(), message)
    }

    /// That it is this error, with this in its message.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: u64, within: &str) {
        let (found_status, found_code, message) = self.error();
        assert_eq!((found_status, found_code), (status, code), "{message}");
        assert!(message.contains(within), "{message}");
    }
}

/// A part of a form.
pub(crate) enum Part<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a [u8]),
}

/// The parts of a form with an icon for OPPO.
pub(crate) fn icon() -> [Part<'static>; 2] {
    [Part::Text("image_type", "2"), Part::File("oppo_file", &ICON)]
}

/// A form, and its `Content-Type`.
pub(crate) fn form(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for part in parts {
        write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=").unwrap();
        match part {
            Part::Text(name, text) => write!(body, "\"{name}\"\r\n\r\n{text}").unwrap(),
            Part::File(name, bytes) => {
                write!(body, "\"{name}\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n").unwrap();
                body.extend_from_slice(bytes);
            }
        }
        body.extend_from_slice(b"\r\n");
    }
    write!(body, "--{BOUNDARY}--\r\n").unwrap();
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

impl Gateway {
    pub(crate) fn get(&self, path: &str) -> Reply {
        send(self.address, &head("GET", path, None, None, 0), &[]).unwrap()
    }

    /// Sends JSON with the key of all tests.
    pub(crate) fn json(&self, method: &str, path: &str, body: &str) -> Reply {
        self.request(method, path, Some(KEY), Some("application/json"), body.as_bytes())
    }

    /// Sends a form with the key of all tests.
    pub(crate) fn form(&self, method: &str, path: &str, parts: &[Part<'_>]) -> Reply {
        let (content_type, body) = form(parts);
        self.request(method, path, Some(KEY), Some(&content_type), &body)
    }

    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Reply {
        let key = key.map(basic);
        self.request_as(method, path, key.as_deref(), content_type, body).unwrap()
    }

    /// The same with an `Authorization` as it stands.
    pub(crate) fn request_as(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> io::Result<Reply> {
        send(self.address, &head(method, path, authorization, content_type, body.len()), body)
    }

    /// A figure of `/metrics`.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let text = String::from_utf8(self.get("/metrics").body).unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

/// The value of `Authorization` for a key.
pub(crate) fn basic(key: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(key))
}

/// The head of a request.
pub(crate) fn head(
    method: &str,
    path: &str,
    authorization: Option<&str>,
    content_type: Option<&str>,
    length: usize,
) -> String {
    let line = |name, value: Option<&str>| value.map(|value| format!("{name}: {value}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: {length}\r\n{}{}\r\n",
        line("Authorization", authorization),
        line("Content-Type", content_type),
    )
}

/// Sends a request and reads what comes back.
pub(crate) fn send(address: SocketAddr, head: &str, body: &[u8]) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    receive(&mut stream)
}

/// Reads what comes back until the server closes.
pub(crate) fn receive(stream: &mut TcpStream) -> io::Result<Reply> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&all[..end]).to_lowercase();
    let status = head[9..12].parse().unwrap();
    Ok(Reply { status, head, body: all[end + 4..].to_vec() })
}
