//! What the four calls ask for. What is empty counts as not given, for the page's own examples send empty strings.

use std::collections::{BTreeMap, BTreeSet};

use super::channel::{Channel, ImageType};
use super::error::Error;
use crate::api::body::Body;

const IMAGE_TYPE: &str = "image_type";

/// `POST /v3/images/byurls`: a new set of pictures from addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateByUrls {
    /// The type of all of the pictures.
    pub image_type: ImageType,
    /// The picture of all channels that have none of their own, HarmonyOS among them; an `http` or `https` address.
    pub image_url: Option<String>,
    /// The pictures of single channels.
    pub images: BTreeMap<Channel, String>,
}

impl CreateByUrls {
    /// Reads a body. Fields of other names are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it is no JSON object or a field is of the wrong type; [`Error::Missing`] if it has no
    /// `image_type`, or neither an `image_url` nor any channel's picture.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut body = Body::parse(body)?;
        let number = body.whole_number(IMAGE_TYPE)?.ok_or(Error::Missing { what: IMAGE_TYPE })?;
        let image_type = image_type(ImageType::of_number(number))?;
        let image_url = body.text("image_url")?;
        let images = images(&mut body)?;
        if image_url.is_none() && images.is_empty() {
            return Err(Error::Missing { what: "image_url, or the <channel>_image_url of a channel" });
        }
        Ok(Self { image_type, image_url, images })
    }
}

/// `PUT /v3/images/byurls/{mediaId}`: other addresses for some channels. The type is that of the media id, and there is
/// no `image_url`: what is not given keeps its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateByUrls {
    /// The pictures of single channels.
    pub images: BTreeMap<Channel, String>,
}

impl UpdateByUrls {
    /// Reads a body. Fields of other names, `image_type` and `image_url` among them, are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it is no JSON object or a field is of the wrong type; [`Error::Missing`] if it has no
    /// channel's picture.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let images = images(&mut Body::parse(body)?)?;
        if images.is_empty() {
            return Err(Error::Missing { what: "the <channel>_image_url of a channel" });
        }
        Ok(Self { images })
    }
}

/// `POST /v3/images/byfiles`: a new set of pictures from uploaded files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateByFiles {
    /// The type of all of the pictures.
    pub image_type: ImageType,
    /// The channels whose [file](Channel::file_field) was sent.
    pub files: BTreeSet<Channel>,
}

impl CreateByFiles {
    /// Takes what a form has: the text of its field `image_type`, and the channels whose file is there and not empty.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no type or no file, [`Error::Invalid`] if the type is none.
    pub fn new(image_type_text: Option<&str>, files: BTreeSet<Channel>) -> Result<Self, Error> {
        let text = image_type_text.filter(|text| !text.is_empty()).ok_or(Error::Missing { what: IMAGE_TYPE })?;
        let image_type = image_type(ImageType::ALL.into_iter().find(|known| known.number().to_string() == text))?;
        Ok(Self { image_type, files: some_file(files)? })
    }
}

/// `PUT /v3/images/byfiles/{mediaId}`: other files for some channels. The type is that of the media id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateByFiles {
    /// The channels whose [file](Channel::file_field) was sent.
    pub files: BTreeSet<Channel>,
}

impl UpdateByFiles {
    /// Takes the channels whose file is there and not empty.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no file.
    pub fn new(files: BTreeSet<Channel>) -> Result<Self, Error> {
        Ok(Self { files: some_file(files)? })
    }
}

fn images(body: &mut Body) -> Result<BTreeMap<Channel, String>, Error> {
    let mut images = BTreeMap::new();
    for channel in Channel::ALL {
        if let Some(text) = body.text(channel.url_field())? {
            images.insert(channel, text);
        }
    }
    Ok(images)
}

fn image_type(known: Option<ImageType>) -> Result<ImageType, Error> {
    known.ok_or_else(|| Error::invalid(IMAGE_TYPE, "1 (large image), 2 (large icon) or 3 (small icon) is expected"))
}

fn some_file(files: BTreeSet<Channel>) -> Result<BTreeSet<Channel>, Error> {
    if files.iter().any(|channel| channel.file_field().is_some()) {
        Ok(files)
    } else {
        Err(Error::Missing { what: "oppo_file or xiaomi_file" })
    }
}
