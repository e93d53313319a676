//! The call of API v4.

use axum::body::Body;
use pushpix::api::v4::{self, Error};

use super::answer::Answer;
use super::body;
use super::call::Call;

pub(super) async fn oppo(call: Call, body: &mut Body) -> Result<Answer, Error> {
    let request = v4::Request::parse(&json(body).await?)?;
    let (pictures, works): (Vec<_>, Vec<_>) = request.work(&call.app.v4).unzip();
    call.check_quotas(works.iter()).await?;
    let tasks = call.fetch(works.iter()).await?;
    let kept = call.keep(tasks, |app, caller, made| {
        app.store.add(caller, made)?;
        Ok(made.iter().map(|picture| picture.id.clone()).collect::<Vec<_>>())
    });
    let mut answer = v4::Answer::default();
    for (picture, id) in pictures.into_iter().zip(kept.await?) {
        answer.set(picture, id);
    }
    Answer::of(&answer).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Error::Internal
    })
}

async fn json(body: &mut Body) -> Result<Vec<u8>, Error> {
    body::json(body).await.map_err(|why| Error::invalid("body", why))
}
